package dev.mlcore.dag.internal;

import dev.mlcore.dag.TriggerRule;
import dev.mlcore.dag.internal.Triggers.Verdict;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which inputs may have no value when a task runs, found by asking {@link Triggers#decide} about the states its upstreams can end in; so that
 * {@code maybe()} is demanded where it is needed and nowhere else.
 *
 * <p>Whether a task can be skipped is kept as the set of its causes: the branches it stands or hangs in, and "anything else". A task within a branch
 * does not run when the branch is not taken, so that cause is none for it.
 */
final class Absence {
    /** A skip for another reason than a branch: an empty map, a rule. */
    private static final TaskDraft.Branch ELSE = new TaskDraft.Branch(new TaskDraft("", -1, null), "");

    private final Map<TaskDraft, Set<TaskDraft.Branch>> causes = new HashMap<>();

    /** {@code ordered}: upstreams first. */
    Absence(List<TaskDraft> ordered) {
        for (TaskDraft task : ordered) {
            causes.put(task, causesOf(task));
        }
    }

    /** The inputs that may be absent although their consumer takes them as there; each a task whose value it is. */
    List<Source.OfTask> missing(TaskDraft task) {
        TriggerRule rule = task.effectiveRule();
        Set<TaskDraft> counted = task.counted();
        boolean single = counted.size() == 1 && counted.stream().noneMatch(TaskDraft::mapped);
        List<Source.OfTask> found = new ArrayList<>();
        List<Source> sources = new ArrayList<>(task.leaves().toList());
        if (task.over != null) {
            sources.add(task.over);
        }
        for (Source source : sources) {
            if (source instanceof Source.OfTask of && !of.maybe() && mayMiss(task, rule, of.task(), single)) {
                found.add(of);
            }
        }
        return found;
    }

    private boolean mayMiss(TaskDraft task, TriggerRule rule, TaskDraft from, boolean single) {
        if (from.mapped()) {
            // A list of what there is can be handed over once all instances have ended, however.
            return runsWith(rule, State.PENDING, single);
        }
        return runsWith(rule, State.FAILED, single)
                || runsWith(rule, State.UPSTREAM_FAILED, single)
                || runsWith(rule, State.PENDING, single)
                || (skippable(task, from) && runsWith(rule, State.SKIPPED, single));
    }

    private boolean skippable(TaskDraft consumer, TaskDraft from) {
        Set<TaskDraft.Branch> left = new HashSet<>(causes.getOrDefault(from, Set.of()));
        for (TaskDraft.Branch guard = consumer.guard; guard != null; guard = guard.decision().guard) {
            left.remove(guard);
            left.removeAll(causes.getOrDefault(guard.decision(), Set.of()));
        }
        return !left.isEmpty();
    }

    private Set<TaskDraft.Branch> causesOf(TaskDraft task) {
        Set<TaskDraft.Branch> found = new HashSet<>();
        if (task.guard != null) {
            found.add(task.guard);
            found.addAll(causes.getOrDefault(task.guard.decision(), Set.of()));
        }
        if (task.over != null
                && !(task.over instanceof Source.Literal literal
                        && literal.value() instanceof List<?> l
                        && !l.isEmpty())) {
            found.add(ELSE);
        }
        Set<TaskDraft> counted = task.counted();
        TriggerRule rule = task.effectiveRule();
        if (!counted.isEmpty() && skipsWithoutSkipped(rule)) {
            found.add(ELSE);
        }
        if (skipsAfterSkipped(rule)) {
            counted.forEach(before -> found.addAll(causes.getOrDefault(before, Set.of())));
        }
        if (task.joins != null) { // exactly one of its branches is taken
            TaskDraft decision = task.joins;
            found.removeIf(cause -> cause.decision() == decision);
            found.addAll(causes.getOrDefault(decision, Set.of()));
        }
        return found;
    }

    /** How an upstream can stand, as the counts for {@link Triggers#decide}. */
    private enum State {
        SUCCEEDED,
        SKIPPED,
        FAILED,
        UPSTREAM_FAILED,
        PENDING;

        private static int count(State which, State... states) {
            return Collections.frequency(Arrays.asList(states), which);
        }

        static Verdict verdict(TriggerRule rule, State... states) {
            return Triggers.decide(
                    rule,
                    count(SUCCEEDED, states),
                    count(SKIPPED, states),
                    count(FAILED, states),
                    count(UPSTREAM_FAILED, states),
                    count(PENDING, states));
        }
    }

    /** Whether a task of the rule can run while an upstream stands so; two others are enough to meet every rule that can be met. */
    private static boolean runsWith(TriggerRule rule, State own, boolean single) {
        if (single) {
            return State.verdict(rule, own) == Verdict.RUN;
        }
        for (State second : State.values()) {
            for (State third : State.values()) {
                if (State.verdict(rule, own, second, third) == Verdict.RUN
                        || State.verdict(rule, own, second) == Verdict.RUN) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean skipsWithoutSkipped(TriggerRule rule) {
        for (State first : State.values()) {
            for (State second : State.values()) {
                if (first != State.SKIPPED
                        && second != State.SKIPPED
                        && State.verdict(rule, first, second) == Verdict.SKIP) {
                    return true;
                }
            }
        }
        return false;
    }

    private static boolean skipsAfterSkipped(TriggerRule rule) {
        for (State second : State.values()) {
            if (State.verdict(rule, State.SKIPPED, second) == Verdict.SKIP
                    || State.verdict(rule, State.SKIPPED) == Verdict.SKIP) {
                return true;
            }
        }
        return false;
    }
}
