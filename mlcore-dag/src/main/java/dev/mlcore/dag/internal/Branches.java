package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.dag.Branch;
import dev.mlcore.dag.Choice;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.Tasks;
import dev.mlcore.dag.TriggerRule;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;

/**
 * A choice: a decision task that answers with a label, the branches' tasks guarded by it, and a task that has the result of the branch taken.
 *
 * <p>Each branch ends in a task of its own, so that the joining task sees one success and otherwise skips; where a branch hands back something else
 * (an outer value, a part, a mapped task), a task {@code choice.label} that passes it on is added.
 */
final class Branches<T> implements Choice<T> {
    static final String OTHERWISE = "otherwise";
    static final String MERGED = "merged";

    private final Scope scope;
    private final String id;
    private final TaskDraft decision;
    private final List<Predicate<Object>> conditions = new ArrayList<>();
    private final List<Source> results = new ArrayList<>();

    Branches(Scope scope, String id, Out<T> value) {
        this.scope = scope;
        this.id = id;
        this.decision = scope.declare(id);
        decision.synthetic = true;
        decision.inputs.add(scope.plan.source(decision, value));
        decision.body = (in, context, bodies) -> decide(in[0]);
        scope.plan.unended.add(decision);
    }

    private String decide(Object value) {
        for (int i = 0; i < conditions.size(); i++) {
            if (conditions.get(i).test(value)) {
                return decision.labels.get(i);
            }
        }
        return OTHERWISE;
    }

    @Override
    public <R> Branch<T, R> when(
            String label, Predicate<? super T> condition, Function<? super Tasks, ? extends Out<? extends R>> then) {
        add(label, condition, then);
        return new Branch<>() {
            @Override
            public Branch<T, R> when(
                    String next,
                    Predicate<? super T> nextCondition,
                    Function<? super Tasks, ? extends Out<? extends R>> nextThen) {
                add(next, nextCondition, nextThen);
                return this;
            }

            @Override
            public Out<R> otherwise(Function<? super Tasks, ? extends Out<? extends R>> last) {
                return end(last);
            }
        };
    }

    @SuppressWarnings("unchecked") // the decision's argument is the chosen value
    private void add(String label, Predicate<?> condition, Function<? super Tasks, ? extends Out<?>> then) {
        requireNonNull(condition, "condition");
        notEnded();
        String problem = Ids.problem(label);
        if (problem != null) {
            scope.plan.error(decision, "branch label: " + problem);
        } else if (label.equals(OTHERWISE) || label.equals(MERGED)) {
            scope.plan.error(decision, "branch label: '" + label + "' (expected: another word, this one is taken)");
        } else if (decision.labels.contains(label)) {
            scope.plan.error(decision, "two branches are labelled '" + label + "' (expected: one each)");
        }
        conditions.add((Predicate<Object>) condition);
        decision.code.add(condition);
        branch(label, then);
    }

    private void branch(String label, Function<? super Tasks, ? extends Out<?>> then) {
        requireNonNull(then, "then");
        decision.labels.add(label);
        TaskDraft.Branch guard = new TaskDraft.Branch(decision, label);
        Scope inner = scope.inner(id + "." + label, guard);
        Out<?> result = inner.within(then);
        requireNonNull(result, () -> "result of branch '" + label + "' of '" + decision.id + "'");
        results.add(endingInBranch(guard, label, result));
    }

    /** The branch's result as that of an unmapped task of the branch itself. */
    private Source endingInBranch(TaskDraft.Branch guard, String label, Out<?> result) {
        if (result instanceof TaskHandle<?> handle
                && handle.plan == scope.plan
                && handle.source() instanceof Source.OfTask of
                && guard.equals(of.task().guard)) {
            return new Source.OfTask(of.task(), List.of(), true);
        }
        TaskDraft passing = scope.plan.add(scope.prefix + id + "." + label, guard);
        passing.synthetic = true;
        passing.inputs.add(scope.plan.source(passing, result));
        passing.body = (in, context, bodies) -> in[0];
        return new Source.OfTask(passing, List.of(), true);
    }

    private <R> Out<R> end(Function<? super Tasks, ? extends Out<? extends R>> then) {
        notEnded();
        branch(OTHERWISE, then);
        scope.plan.unended.remove(decision);
        TaskDraft merged = scope.plan.add(scope.prefix + id + "." + MERGED, scope.guard);
        merged.synthetic = true;
        merged.joins = decision;
        merged.rule = TriggerRule.NONE_FAILED_MIN_ONE_SUCCESS;
        merged.inputs.addAll(results);
        merged.body = (in, context, bodies) -> {
            for (Object branch : in) {
                if (branch instanceof Optional<?> taken && taken.isPresent()) {
                    return taken.get();
                }
            }
            return null; // the branch taken yields null, an action for example
        };
        return new TaskHandle<>(scope.plan, merged);
    }

    private void notEnded() {
        scope.plan.open();
        if (!scope.plan.unended.contains(decision)) {
            throw new IllegalStateException("Cannot add a branch to '" + decision.id
                    + "': otherwise(…) has ended it (expected: when before it)");
        }
    }
}
