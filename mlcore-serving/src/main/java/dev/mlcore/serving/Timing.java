package dev.mlcore.serving;

import java.time.Duration;
import java.util.Optional;

/** What one call has cost so far. */
final class Timing {
    private long queuedNanos;
    private long computedNanos;

    void queued(long nanos) {
        queuedNanos += nanos;
    }

    void computed(long nanos) {
        computedNanos += nanos;
    }

    <T> Prediction<T> answer(T value, String model, String version, Optional<String> runId, int rows) {
        return new Answered<>(
                value, model, version, runId, rows, Duration.ofNanos(queuedNanos), Duration.ofNanos(computedNanos));
    }
}
