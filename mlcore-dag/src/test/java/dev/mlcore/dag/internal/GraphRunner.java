package dev.mlcore.dag.internal;

import dev.mlcore.api.internal.records.RecordType;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.TaskFactory;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Runs a graph one task after the other, in memory, in the plainest way there is: what {@link Graph} means, without an engine. */
@SuppressWarnings("NullAway")
final class GraphRunner {
    private final Graph graph;
    private final GraphDag dag;
    private final Map<String, Object> params;
    private final List<List<TaskState>> states = new ArrayList<>();
    private final List<List<Object>> values = new ArrayList<>();
    private final TaskFactory factory = Constructors.FACTORY;

    private GraphRunner(Dag dag, Map<String, Object> params) {
        this.dag = (GraphDag) dag;
        this.graph = this.dag.graph();
        this.params = new HashMap<>(params);
        graph.params().forEach(p -> p.defaultValue().ifPresent(v -> this.params.putIfAbsent(p.id(), v)));
    }

    static GraphRunner run(Dag dag, Map<String, Object> params) {
        GraphRunner runner = new GraphRunner(dag, params);
        runner.graph.tasks().forEach(runner::run);
        return runner;
    }

    static GraphRunner run(Dag dag) {
        return run(dag, Map.of());
    }

    /** One state per instance; a map over nothing has the one instance that was skipped. */
    List<TaskState> states(String task) {
        return states.get(index(task));
    }

    TaskState state(String task) {
        return states(task).get(0);
    }

    @SuppressWarnings("unchecked")
    <T> T get(Out<T> out) {
        return (T) value(dag.input(out), null);
    }

    private int index(String task) {
        return graph.tasks().stream()
                .filter(t -> t.id().equals(task))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(task))
                .index();
    }

    private void run(Graph.TaskNode task) {
        states.add(new ArrayList<>());
        values.add(new ArrayList<>());
        TaskState before = gate(task);
        if (before != null) {
            end(task, before, null);
        } else if (task.mapOver().isEmpty()) {
            attempt(task, null);
        } else {
            Collection<?> elements = (Collection<?>) value(task.mapOver().get(), null);
            elements.forEach(element -> attempt(task, element));
            if (elements.isEmpty()) {
                end(task, TaskState.SKIPPED, null);
            }
        }
    }

    /** The state it ends in without running, or null if it runs. */
    private TaskState gate(Graph.TaskNode task) {
        int decision = task.guard().map(Graph.Guard::decision).orElse(-1);
        if (decision >= 0) {
            TaskState decided = states.get(decision).get(0);
            if (decided != TaskState.SUCCEEDED) {
                return decided == TaskState.SKIPPED ? TaskState.SKIPPED : TaskState.UPSTREAM_FAILED;
            }
            if (!task.guard().get().label().equals(values.get(decision).get(0))) {
                return TaskState.SKIPPED;
            }
        }
        int[] counts = new int[5];
        for (int upstream : task.upstream()) {
            if (upstream != decision) {
                for (TaskState state : states.get(upstream)) {
                    counts[
                            switch (state) {
                                case SUCCEEDED -> 0;
                                case SKIPPED -> 1;
                                case FAILED, CANCELLED -> 2;
                                case UPSTREAM_FAILED -> 3;
                                case PENDING, READY, RUNNING -> 4;
                            }]++;
                }
            }
        }
        return switch (Triggers.decide(task.rule(), counts[0], counts[1], counts[2], counts[3], counts[4])) {
            case RUN -> null;
            case SKIP -> TaskState.SKIPPED;
            case UPSTREAM_FAILED -> TaskState.UPSTREAM_FAILED;
            case WAIT -> throw new IllegalStateException("waits although all before it have ended: " + task.id());
        };
    }

    private void attempt(Graph.TaskNode task, Object element) {
        Object[] arguments =
                task.inputs().stream().map(in -> value(in, element)).toArray();
        try {
            Object result = task.body().run(arguments, null, new Graph.Bodies() {
                @Override
                public <T> T create(Class<T> type) {
                    return factory.create(type);
                }
            });
            end(task, TaskState.SUCCEEDED, result);
        } catch (Exception e) {
            end(task, TaskState.FAILED, null);
        }
    }

    private void end(Graph.TaskNode task, TaskState state, Object value) {
        states.get(task.index()).add(state);
        values.get(task.index()).add(value);
    }

    private Object value(Graph.Input input, Object element) {
        if (input instanceof Graph.Input.OfParam of) {
            return part(params.get(graph.params().get(of.param()).id()), of.path());
        } else if (input instanceof Graph.Input.Element of) {
            return part(element, of.path());
        } else if (input instanceof Graph.Input.Literal of) {
            return of.value();
        } else if (input instanceof Graph.Input.OfRecord of) {
            return RecordType.of(of.type())
                    .newInstance(of.parts().stream()
                            .map(part -> value(part, element))
                            .toArray());
        }
        Graph.Input.OfTask of = (Graph.Input.OfTask) input;
        List<TaskState> ends = states.get(of.task());
        if (graph.tasks().get(of.task()).mapOver().isPresent()) {
            List<Object> present = new ArrayList<>();
            for (int i = 0; i < ends.size(); i++) {
                if (ends.get(i) == TaskState.SUCCEEDED) {
                    present.add(values.get(of.task()).get(i));
                }
            }
            return of.maybe() ? Optional.of(present) : present;
        }
        if (ends.get(0) != TaskState.SUCCEEDED) {
            if (!of.maybe()) {
                throw new IllegalStateException(graph.tasks().get(of.task()).id() + " has no value");
            }
            return Optional.empty();
        }
        Object value = part(values.get(of.task()).get(0), of.path());
        return of.maybe() ? Optional.ofNullable(value) : value;
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static Object part(Object value, List<String> path) {
        Object part = value;
        for (String name : path) {
            RecordType type = RecordType.of((Class) part.getClass());
            List<RecordType.Component> components = type.components();
            for (int i = 0; i < components.size(); i++) {
                if (components.get(i).name().equals(name)) {
                    part = type.value((Record) part, i);
                    break;
                }
            }
        }
        return part;
    }
}
