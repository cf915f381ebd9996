package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.dag.Bind;
import dev.mlcore.dag.Each;
import dev.mlcore.dag.Fn1;
import dev.mlcore.dag.Fn2;
import dev.mlcore.dag.Fn3;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.Task;
import dev.mlcore.dag.TaskContext;
import java.util.List;
import java.util.function.BiConsumer;

/** Declares tasks mapped over one collection. */
@SuppressWarnings("unchecked") // arguments arrive as Object; the handles' types were checked when the DAG was compiled
final class MapOver<T> implements Each<T> {
    private final Scope scope;
    private final Source items;

    MapOver(Scope scope, Source items) {
        this.scope = scope;
        this.items = items;
    }

    @Override
    public <R> Many<R> map(String id, Fn1<? super T, ? extends R> body) {
        requireNonNull(body, "body");
        TaskDraft task = mapped(id, body, (in, context, bodies) -> body.apply((T) in[0]));
        return new ManyHandle<>(scope, task);
    }

    @Override
    public <R> Many<R> map(String id, Fn2<? super T, TaskContext, ? extends R> body) {
        requireNonNull(body, "body");
        TaskDraft task = mapped(id, body, (in, context, bodies) -> body.apply((T) in[0], context));
        return new ManyHandle<>(scope, task);
    }

    @Override
    public <I extends Record, O> Many<O> map(
            String id, Class<? extends Task<I, O>> type, BiConsumer<Bind<I>, Out<T>> inputs) {
        requireNonNull(inputs, "inputs");
        TaskDraft task = scope.declare(id);
        task.over = items;
        Out<T> element = new Handle.View<>(scope.plan, new Source.OfElement(task, List.of()));
        ClassTasks.define(scope, task, type, bind -> inputs.accept(bind, element));
        return new ManyHandle<>(scope, task);
    }

    @Override
    public <A> With<T, A> with(Out<A> shared) {
        requireNonNull(shared, "shared");
        return new With<>() {
            @Override
            public <R> Many<R> map(String id, Fn2<? super T, ? super A, ? extends R> body) {
                requireNonNull(body, "body");
                TaskDraft task = mapped(id, body, (in, context, bodies) -> body.apply((T) in[0], (A) in[1]), shared);
                return new ManyHandle<>(scope, task);
            }

            @Override
            public <R> Many<R> map(String id, Fn3<? super T, ? super A, TaskContext, ? extends R> body) {
                requireNonNull(body, "body");
                TaskDraft task =
                        mapped(id, body, (in, context, bodies) -> body.apply((T) in[0], (A) in[1], context), shared);
                return new ManyHandle<>(scope, task);
            }
        };
    }

    private TaskDraft mapped(String id, Object code, Graph.Body body, Out<?>... shared) {
        TaskDraft task = scope.declare(id);
        task.over = items;
        task.inputs.add(new Source.OfElement(task, List.of()));
        for (Out<?> out : shared) {
            task.inputs.add(scope.plan.source(task, out));
        }
        task.code.add(code);
        task.body = body;
        return task;
    }
}
