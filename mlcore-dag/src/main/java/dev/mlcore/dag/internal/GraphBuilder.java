package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.Param;

/** The scope of the DAG itself. */
public final class GraphBuilder extends Scope implements DagBuilder {
    /**
     * An empty DAG.
     *
     * @throws IllegalArgumentException if the id is malformed
     */
    public GraphBuilder(String id) {
        super(new Plan(requireNonNull(id, "id")), "", null);
        String problem = Ids.problem(id);
        if (problem != null) {
            throw new IllegalArgumentException("id of the DAG: " + problem);
        }
    }

    @Override
    public <T> Param<T> param(String id, Class<T> type) {
        open();
        String problem = Ids.problem(requireNonNull(id, "id"));
        if (problem != null) {
            plan.error("parameter", "id: " + problem);
        }
        return new ParamHandle<>(plan, plan.addParam(id, requireNonNull(type, "type")));
    }

    @Override
    public Dag build() {
        open();
        GraphDag dag = Assembly.assemble(plan);
        plan.built(dag);
        return dag;
    }
}
