package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.dag.Fn1;
import dev.mlcore.dag.Fn2;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.TaskContext;
import dev.mlcore.dag.TriggerRule;
import java.util.List;

/**
 * Handle on a mapped task.
 *
 * @param <T> one of its values
 */
public final class ManyHandle<T> extends Handle<List<T>> implements Many<T> {
    private final Scope scope;
    private final TaskDraft task;

    ManyHandle(Scope scope, TaskDraft task) {
        super(scope.plan);
        this.scope = scope;
        this.task = task;
    }

    @Override
    Source source() {
        return new Source.OfTask(task, List.of(), false);
    }

    @Override
    public <R> Many<R> map(String id, Fn1<? super T, ? extends R> body) {
        return new MapOver<T>(scope, source()).map(id, requireNonNull(body, "body"));
    }

    @Override
    public <R> Many<R> map(String id, Fn2<? super T, TaskContext, ? extends R> body) {
        return new MapOver<T>(scope, source()).map(id, requireNonNull(body, "body"));
    }

    @Override
    public Many<T> after(Out<?>... upstream) {
        plan.after(task, upstream);
        return this;
    }

    @Override
    public Many<T> trigger(TriggerRule rule) {
        plan.trigger(task, rule);
        return this;
    }

    @Override
    public Many<T> retries(int times) {
        plan.retries(task, times);
        return this;
    }

    @Override
    public Many<T> device(DeviceRequest request) {
        plan.device(task, request);
        return this;
    }
}
