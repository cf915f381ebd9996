package dev.mlcore.api.device;

import java.time.Duration;
import java.util.Optional;

/**
 * What somebody wants to hold: a number of whole GPUs, or the CPU. An immutable value.
 *
 * @param gpus how many whole GPUs, 0 for the CPU alone
 * @param cpuWillDo whether the CPU is granted at once when the pool has too few GPUs (not when they are merely busy)
 * @param atMost how long to wait for devices that others hold; empty waits without limit
 */
public record DeviceRequest(int gpus, boolean cpuWillDo, Optional<Duration> atMost) {
    /**
     * Checks the parts.
     *
     * @throws IllegalArgumentException if {@code gpus} or {@code atMost} is negative, or nothing at all would do
     */
    public DeviceRequest {
        if (gpus < 0) {
            throw new IllegalArgumentException("gpus: " + gpus + " (expected: >= 0)");
        }
        if (gpus == 0 && !cpuWillDo) {
            throw new IllegalArgumentException("gpus: 0 (expected: >= 1 unless the CPU will do)");
        }
        atMost.ifPresent(limit -> {
            if (limit.isNegative()) {
                throw new IllegalArgumentException("atMost: " + limit + " (expected: >= PT0S)");
            }
        });
    }

    /**
     * Whole GPUs, each held by one lease at a time.
     *
     * @param count 1 or more
     * @return the request, waiting without limit
     */
    public static DeviceRequest ofGpus(int count) {
        return new DeviceRequest(count, false, Optional.empty());
    }

    /**
     * The CPU, which is granted at once to whoever asks.
     *
     * @return the request
     */
    public static DeviceRequest ofCpu() {
        return new DeviceRequest(0, true, Optional.empty());
    }

    /**
     * The same, content with the CPU where the pool has too few GPUs.
     *
     * @return a new request
     */
    public DeviceRequest elseCpu() {
        return new DeviceRequest(gpus, true, atMost);
    }

    /**
     * The same, waiting no longer than this.
     *
     * @param limit zero or more; zero takes what is free now or fails
     * @return a new request
     */
    public DeviceRequest waiting(Duration limit) {
        return new DeviceRequest(gpus, cpuWillDo, Optional.of(limit));
    }
}
