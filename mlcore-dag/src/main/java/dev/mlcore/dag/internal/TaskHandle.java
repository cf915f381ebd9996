package dev.mlcore.dag.internal;

import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.TaskOut;
import dev.mlcore.dag.TriggerRule;
import java.util.List;

/**
 * Handle on a task.
 *
 * @param <T> its result
 */
public final class TaskHandle<T> extends Handle<T> implements TaskOut<T> {
    private final TaskDraft task;

    TaskHandle(Plan plan, TaskDraft task) {
        super(plan);
        this.task = task;
    }

    @Override
    Source source() {
        return new Source.OfTask(task, List.of(), false);
    }

    @Override
    public TaskOut<T> after(Out<?>... upstream) {
        plan.after(task, upstream);
        return this;
    }

    @Override
    public TaskOut<T> trigger(TriggerRule rule) {
        plan.trigger(task, rule);
        return this;
    }

    @Override
    public TaskOut<T> retries(int times) {
        plan.retries(task, times);
        return this;
    }

    @Override
    public TaskOut<T> device(DeviceRequest request) {
        plan.device(task, request);
        return this;
    }
}
