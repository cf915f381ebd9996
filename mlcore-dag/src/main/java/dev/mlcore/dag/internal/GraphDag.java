package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.dag.Dag;
import dev.mlcore.dag.Out;
import java.util.Map;

/** A built DAG. */
public final class GraphDag implements Dag {
    private final Graph graph;
    private final Map<String, Integer> indices;

    GraphDag(Graph graph, Map<String, Integer> indices) {
        this.graph = graph;
        this.indices = Map.copyOf(indices);
    }

    /** What the engine runs. */
    public Graph graph() {
        return graph;
    }

    /**
     * What a handle stands for in this DAG, to read its value from a run or set a parameter.
     *
     * @throws IllegalArgumentException if it was made for a DAG of another id or hash, or its DAG is not built, or it is an element of a map
     */
    public Graph.Input input(Out<?> out) {
        Handle<?> handle = (Handle<?>) out;
        GraphDag its = handle.plan.built();
        if (its == null || !its.id().equals(id()) || !its.hash().equals(hash())) {
            throw new IllegalArgumentException("handle: " + handle + " of DAG '" + handle.plan.id + "'"
                    + (its == null ? ", which is not built" : " with hash " + its.hash())
                    + " (expected: a handle of DAG '" + id() + "' with hash " + hash() + ")");
        }
        if (handle.source() instanceof Source.OfTask of) {
            return new Graph.Input.OfTask(requireNonNull(indices.get(of.task().id)), of.path(), of.maybe());
        }
        if (handle.source() instanceof Source.OfParam of) {
            return new Graph.Input.OfParam(paramIndex(of.param().id), of.path());
        }
        throw new IllegalArgumentException("handle: " + handle + " (expected: a task or a parameter)");
    }

    private int paramIndex(String param) {
        for (int i = 0; i < graph.params().size(); i++) {
            if (graph.params().get(i).id().equals(param)) {
                return i;
            }
        }
        throw new IllegalStateException(param);
    }

    @Override
    public String id() {
        return graph.id();
    }

    @Override
    public String hash() {
        return graph.hash();
    }

    @Override
    public String describe() {
        return Drawing.text(graph);
    }

    @Override
    public String toMermaid() {
        return Drawing.mermaid(graph);
    }

    @Override
    public String toDot() {
        return Drawing.dot(graph);
    }

    /** The id and the start of the hash. */
    @Override
    public String toString() {
        return "Dag " + id() + " (" + hash().substring(0, 12) + ")";
    }
}
