package dev.mlcore.dag;

/** Builds one {@link Dag}, see {@link Dag#builder}. Not thread-safe. */
public interface DagBuilder extends Tasks {
    /**
     * A parameter of each run.
     *
     * @param <T> its type
     * @param id unique among the DAG's parameters and tasks
     * @param type storable as described at {@link Codec}; a primitive class stands for its box
     * @return the parameter, without a default
     */
    <T> Param<T> param(String id, Class<T> type);

    /**
     * Checks the graph and freezes it.
     *
     * @return the DAG
     * @throws IllegalStateException if there is anything wrong with the graph; the message lists every error with the tasks it concerns, one a
     *     line. Also if a DAG was built of this builder already
     */
    Dag build();
}
