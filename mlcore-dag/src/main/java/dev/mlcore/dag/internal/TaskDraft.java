package dev.mlcore.dag.internal;

import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.dag.TriggerRule;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A task while the DAG is being built. Compared by identity: two drafts of one id are an error to report. */
final class TaskDraft {
    /** A branch: the decision and the label. */
    record Branch(TaskDraft decision, String label) {}

    final String id;

    /** Position in the order of declaration. */
    final int order;

    final @Nullable Branch guard;
    final List<Source> inputs = new ArrayList<>();
    final Set<TaskDraft> after = new LinkedHashSet<>();

    /** Code behind it, for the fingerprint: functional objects and classes. */
    final List<Object> code = new ArrayList<>();

    /** Labels of a decision in the order in which their conditions are tried; empty for any other task. */
    final List<String> labels = new ArrayList<>();

    boolean synthetic;

    @Nullable Source over;

    /** The decision whose branches this joins. */
    @Nullable TaskDraft joins;

    @Nullable Class<?> taskClass;

    @Nullable Type resultType;

    @Nullable TriggerRule rule;

    int retries;

    @Nullable DeviceRequest device;

    Graph.Body body = (inputs, context, bodies) -> null;

    TaskDraft(String id, int order, @Nullable Branch guard) {
        this.id = id;
        this.order = order;
        this.guard = guard;
    }

    boolean mapped() {
        return over != null;
    }

    /** The rule it has if none is set: what collects a map runs on an empty one too. */
    TriggerRule defaultRule() {
        return leaves().anyMatch(s -> s instanceof Source.OfTask t && t.task().mapped() && !t.maybe())
                ? TriggerRule.NONE_FAILED
                : TriggerRule.ALL_SUCCESS;
    }

    TriggerRule effectiveRule() {
        return rule == null ? defaultRule() : rule;
    }

    /** What its body's arguments come from. */
    Stream<Source> leaves() {
        return inputs.stream().flatMap(Source::leaves);
    }

    /** Tasks that its trigger rule counts. */
    Set<TaskDraft> counted() {
        Set<TaskDraft> tasks = new LinkedHashSet<>();
        Stream.concat(Stream.ofNullable(over), leaves()).forEach(source -> {
            if (source instanceof Source.OfTask of) {
                tasks.add(of.task());
            }
        });
        tasks.addAll(after);
        return tasks;
    }

    /** All that it waits for. */
    Set<TaskDraft> upstream() {
        Set<TaskDraft> tasks = counted();
        if (guard != null) {
            tasks.add(guard.decision());
        }
        return tasks;
    }
}
