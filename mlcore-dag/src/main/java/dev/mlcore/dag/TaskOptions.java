package dev.mlcore.dag;

import dev.mlcore.api.device.DeviceRequest;

/**
 * What any task can be given; each method changes the task and returns the handle itself. Retries and devices can be changed without
 * changing the DAG's {@link Dag#hash()}.
 *
 * @param <S> the handle
 */
public interface TaskOptions<S> {
    /**
     * Order without data: the task waits for these too. They count for its trigger rule as its inputs do.
     *
     * @param upstream tasks of the same DAG, or parts of their values
     * @return this
     * @throws IllegalStateException if the DAG is built already
     */
    S after(Out<?>... upstream);

    /**
     * When it may start. Default: {@link TriggerRule#ALL_SUCCESS}, for a task that takes a {@link Many} {@link TriggerRule#NONE_FAILED}.
     *
     * @param rule how the ends of its upstreams decide
     * @return this
     * @throws IllegalStateException if the DAG is built already
     */
    S trigger(TriggerRule rule);

    /**
     * How often a failed body is tried again, each instance of a mapped task for itself. Attempts that a crash or a closing engine cut off
     * are not counted. Default 0.
     *
     * @param times additional attempts, 0 or more
     * @return this
     * @throws IllegalArgumentException if {@code times} is negative
     * @throws IllegalStateException if the DAG is built already
     */
    S retries(int times);

    /**
     * What an attempt holds while it runs, from the engine's {@code DevicePool}. No thread waits for it. Default: nothing.
     *
     * @param request which devices
     * @return this
     * @throws IllegalStateException if the DAG is built already
     */
    S device(DeviceRequest request);
}
