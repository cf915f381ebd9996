package dev.mlcore.dag;

import dev.mlcore.dag.internal.GraphBuilder;
import dev.mlcore.dag.internal.GraphDag;

/**
 * An immutable, validated graph of tasks with a canonical form and a hash. It is code and structure; a {@link DagEngine} runs it and stores what
 * happened. Thread-safe; can be run any number of times, also in parallel.
 */
public sealed interface Dag permits GraphDag {
    /**
     * Starts a DAG.
     *
     * @param id letters, digits, {@code _} and {@code -}, at most 250; the tracked experiment is named after it
     * @return an empty builder
     * @throws IllegalArgumentException if the id has another form
     */
    static DagBuilder builder(String id) {
        return new GraphBuilder(id);
    }

    /**
     * Its id.
     *
     * @return as given to the builder
     */
    String id();

    /**
     * The version of its shape: covers ids, edges, trigger rules, literals, the declared types of parameters, class tasks with their input records;
     * not retries, devices, defaults and checks of parameters, bodies, the order of declaration, and no option at its default. So neither tuning nor
     * a release of mlcore changes it. An unfinished run goes on only with a DAG of the same hash.
     *
     * @return SHA-256 of the canonical form, 64 lower-case hex digits
     */
    String hash();

    /**
     * The graph in words, one line per parameter and task, in the order in which tasks can run.
     *
     * @return lines, each ended by {@code \n}; for people, may change from release to release
     */
    String describe();

    /**
     * The graph as a Mermaid flowchart, for Markdown.
     *
     * @return lines, each ended by {@code \n}
     */
    String toMermaid();

    /**
     * The graph for Graphviz.
     *
     * @return lines, each ended by {@code \n}
     */
    String toDot();
}
