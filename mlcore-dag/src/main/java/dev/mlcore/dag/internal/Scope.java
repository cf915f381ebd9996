package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.dag.Bind;
import dev.mlcore.dag.Choice;
import dev.mlcore.dag.Do2;
import dev.mlcore.dag.Each;
import dev.mlcore.dag.Fn0;
import dev.mlcore.dag.Fn1;
import dev.mlcore.dag.Fn2;
import dev.mlcore.dag.Fn3;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.Task;
import dev.mlcore.dag.TaskContext;
import dev.mlcore.dag.TaskOut;
import dev.mlcore.dag.Tasks;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Where tasks are declared: the DAG itself, a group, a branch. */
@SuppressWarnings("unchecked") // arguments arrive as Object; the handles' types were checked when the DAG was compiled
class Scope implements Tasks {
    final Plan plan;

    /** Put before ids; empty, or ends with a dot. */
    final String prefix;

    final TaskDraft.@Nullable Branch guard;

    private @Nullable String openInner;
    private boolean left;

    Scope(Plan plan, String prefix, TaskDraft.@Nullable Branch guard) {
        this.plan = plan;
        this.prefix = prefix;
        this.guard = guard;
    }

    @Override
    public <R> TaskOut<R> task(String id, Fn0<? extends R> body) {
        requireNonNull(body, "body");
        return task(id, body, (in, context, bodies) -> body.apply());
    }

    @Override
    public <R> TaskOut<R> task(String id, Fn1<TaskContext, ? extends R> body) {
        requireNonNull(body, "body");
        return task(id, body, (in, context, bodies) -> body.apply(context));
    }

    @Override
    public <A, R> TaskOut<R> task(String id, Out<A> in, Fn1<? super A, ? extends R> body) {
        requireNonNull(body, "body");
        return task(id, body, (args, context, bodies) -> body.apply((A) args[0]), in);
    }

    @Override
    public <A, R> TaskOut<R> task(String id, Out<A> in, Fn2<? super A, TaskContext, ? extends R> body) {
        requireNonNull(body, "body");
        return task(id, body, (args, context, bodies) -> body.apply((A) args[0], context), in);
    }

    @Override
    public <A, B, R> TaskOut<R> task(String id, Out<A> a, Out<B> b, Fn2<? super A, ? super B, ? extends R> body) {
        requireNonNull(body, "body");
        return task(id, body, (args, context, bodies) -> body.apply((A) args[0], (B) args[1]), a, b);
    }

    @Override
    public <A, B, R> TaskOut<R> task(
            String id, Out<A> a, Out<B> b, Fn3<? super A, ? super B, TaskContext, ? extends R> body) {
        requireNonNull(body, "body");
        return task(id, body, (args, context, bodies) -> body.apply((A) args[0], (B) args[1], context), a, b);
    }

    @Override
    public <I extends Record, O> TaskOut<O> task(
            String id, Class<? extends Task<I, O>> type, Consumer<Bind<I>> inputs) {
        TaskDraft task = declare(id);
        ClassTasks.define(this, task, type, inputs);
        return new TaskHandle<>(plan, task);
    }

    @Override
    public <I extends Record, R> TaskOut<R> task(
            String id, Class<I> input, Consumer<Bind<I>> inputs, Fn2<? super I, TaskContext, ? extends R> body) {
        requireNonNull(body, "body");
        TaskDraft task = declare(id);
        task.inputs.add(Binding.bind(plan, task, input, inputs));
        task.code.add(body);
        task.body = (args, context, bodies) -> body.apply((I) args[0], context);
        return new TaskHandle<>(plan, task);
    }

    @Override
    public <A> TaskOut<Void> action(String id, Out<A> in, Do2<? super A, TaskContext> body) {
        requireNonNull(body, "body");
        return task(
                id,
                body,
                (args, context, bodies) -> {
                    body.apply((A) args[0], context);
                    return null;
                },
                in);
    }

    @Override
    public <T> Each<T> each(String id, Collection<T> items) {
        names(id);
        return new MapOver<>(this, new Source.Literal(Collections.unmodifiableList(new ArrayList<>(items))));
    }

    @Override
    public <T> Each<T> each(String id, Out<? extends Collection<T>> items) {
        names(id);
        return new MapOver<>(this, plan.source("each '" + prefix + id + "'", null, items));
    }

    @Override
    public <T> Choice<T> choose(String id, Out<T> value) {
        return new Branches<>(this, id, requireNonNull(value, "value"));
    }

    @Override
    public <R> R group(String id, Function<? super Tasks, ? extends R> tasks) {
        requireNonNull(tasks, "tasks");
        open();
        String problem = Ids.problem(requireNonNull(id, "id"));
        if (problem != null) {
            plan.error("group", problem);
        }
        plan.takes(prefix + id, "group");
        return inner(id, guard).within(tasks);
    }

    /** A new task of this scope; a bad or taken id is reported when the DAG is built. */
    final TaskDraft declare(String id) {
        open();
        String problem = Ids.problem(requireNonNull(id, "id"));
        if (problem != null) {
            plan.error("task", "id: " + problem);
        }
        return plan.add(prefix + id, guard);
    }

    final Scope inner(String id, TaskDraft.@Nullable Branch innerGuard) {
        open();
        openInner = prefix + id;
        return new Scope(plan, prefix + id + ".", innerGuard) {
            @Override
            void leave() {
                super.leave();
                Scope.this.openInner = null;
            }
        };
    }

    /** Runs a declaration in this scope and closes it, also if that throws. */
    final <R> R within(Function<? super Tasks, ? extends R> declare) {
        try {
            return declare.apply(this);
        } finally {
            leave();
        }
    }

    void leave() {
        left = true;
    }

    /** Refuses declarations after the build, after the scope was left, and around an open inner one. */
    final void open() {
        plan.open();
        if (left) {
            throw new IllegalStateException("Cannot declare in '" + prefix + "': its lambda has returned"
                    + " (expected: declarations within it)");
        }
        if (openInner != null) {
            throw new IllegalStateException("Cannot declare here: the inner scope '" + openInner
                    + "' is open (expected: declarations on the Tasks that its lambda got)");
        }
    }

    private void names(String id) {
        open();
        String problem = Ids.problem(requireNonNull(id, "id"));
        if (problem != null) {
            plan.error("each", "id: " + problem);
        }
        if (!plan.eachIds.add(prefix + id)) {
            plan.error(
                    "each '" + prefix + id + "'", "declared twice (expected: one, with several tasks mapped over it)");
        }
    }

    private <R> TaskOut<R> task(String id, Object code, Graph.Body body, Out<?>... inputs) {
        TaskDraft task = declare(id);
        for (Out<?> in : inputs) {
            task.inputs.add(plan.source(task, in));
        }
        task.code.add(code);
        task.body = body;
        return new TaskHandle<>(plan, task);
    }
}
