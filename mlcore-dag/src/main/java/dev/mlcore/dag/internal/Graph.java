package dev.mlcore.dag.internal;

import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.dag.TaskContext;
import dev.mlcore.dag.TriggerRule;
import java.lang.reflect.Type;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A validated DAG as the engine sees it: parameters and tasks by index, the tasks in topological order.
 *
 * @param id of the DAG
 * @param hash of its shape (DESIGN: ids, edges, rules, literals, declared types; nothing at its default)
 * @param fingerprint of the code behind it; a change of it alone is an event, not a conflict
 * @param params in order of declaration
 * @param tasks in topological order; {@code tasks.get(i).index() == i}
 */
public record Graph(String id, String hash, String fingerprint, List<ParamNode> params, List<TaskNode> tasks) {
    /** Copies the lists. */
    public Graph {
        params = List.copyOf(params);
        tasks = List.copyOf(tasks);
    }

    /**
     * A parameter.
     *
     * @param id unique among params and tasks
     * @param type as declared
     * @param defaultValue used for a run that does not set it
     * @param checks all must hold
     */
    public record ParamNode(String id, Class<?> type, Optional<Object> defaultValue, List<Check> checks) {}

    /** A rule on a parameter's value, and its words. */
    public record Check(String rule, Predicate<Object> valid) {}

    /**
     * A task, or a step that the builder adds (the decision of a {@code choose} and its merge are ordinary tasks with bodies of the builder's).
     *
     * @param index in {@link Graph#tasks()}
     * @param id unique in the DAG; ids in an inner scope are prefixed {@code scope.}
     * @param synthetic whether the builder added it: it is run and stored like any other, and is no nested run in the tracker
     * @param mapOver the collection whose elements it is run for, one instance each, paths {@code 0}, {@code 1}, …; an unmapped task has the one path {@code -}
     * @param inputs of the body, in order
     * @param upstream indices of all tasks it waits for (data, order, guard), ascending, distinct
     * @param guard the branch of a choose it stands in: a gate before the rule. Once the decision succeeded with the label, the rule decides over the other
     *     upstreams (if there are none it runs); another label, or a skipped decision: SKIPPED; a failed decision: UPSTREAM_FAILED
     * @param rule when it may start, see {@link Triggers#decide}; counts the upstreams without the guard's decision, each instance of a mapped one
     * @param retries additional attempts after a failure
     * @param device what an attempt holds while it runs
     * @param resultType as declared (class tasks), or null for a lambda
     * @param body what an attempt does
     */
    public record TaskNode(
            int index,
            String id,
            boolean synthetic,
            Optional<Input> mapOver,
            List<Input> inputs,
            List<Integer> upstream,
            Optional<Guard> guard,
            TriggerRule rule,
            int retries,
            Optional<DeviceRequest> device,
            @Nullable Type resultType,
            Body body) {
        /** Copies the lists. */
        public TaskNode {
            inputs = List.copyOf(inputs);
            upstream = List.copyOf(upstream);
        }
    }

    /** A branch: tasks guarded by it run only if the decision's result equals the label. */
    public record Guard(int decision, String label) {}

    /** Where an argument comes from. */
    public sealed interface Input {
        /** A component path into the value ({@code Out.get}), outermost first; usually empty. */
        List<String> path();

        /**
         * The result of a task: one value, or the ordered list of a mapped task's. Of a mapped task that was skipped, for example mapped over nothing, it
         * is the empty list; if instances have no value and the rule lets the consumer run, the list of those that have one.
         *
         * @param task index
         * @param maybe hand over an {@link Optional}, empty if the task was skipped, failed or has not ended, or its value (at {@code path}) is null
         */
        record OfTask(int task, List<String> path, boolean maybe) implements Input {}

        /** A parameter of the run. */
        record OfParam(int param, List<String> path) implements Input {}

        /** A value fixed when the DAG was built. */
        record Literal(@Nullable Object value) implements Input {
            @Override
            public List<String> path() {
                return List.of();
            }
        }

        /** The element of {@link TaskNode#mapOver()} that this instance is for. */
        record Element(List<String> path) implements Input {}

        /**
         * A record put together from other inputs.
         *
         * @param type the record
         * @param parts one per component, in order
         */
        record OfRecord(Class<? extends Record> type, List<Input> parts) implements Input {
            @Override
            public List<String> path() {
                return List.of();
            }
        }
    }

    /** What an attempt does; the context carries the {@code TaskFactory} for class tasks through {@link Bodies}. */
    @FunctionalInterface
    public interface Body {
        /** Runs with one argument per input, in order. */
        @Nullable Object run(@Nullable Object[] inputs, TaskContext context, Bodies bodies) throws Exception;
    }

    /** What the engine offers to bodies beside the context. */
    public interface Bodies {
        /** An instance of a task class, made by the application's factory. */
        <T> T create(Class<T> type);
    }
}
