package dev.mlcore.api.tracking;

import static java.util.Objects.requireNonNull;

import java.time.Instant;

/**
 * One logged value of a metric.
 *
 * @param value any double; NaN is kept, infinities become the largest finite double of their sign, as MLflow stores them
 * @param step any long, 0 unless given
 * @param at when it was measured, to the millisecond
 */
public record MetricPoint(double value, long step, Instant at) {
    /** Checks that the time is there. */
    public MetricPoint {
        requireNonNull(at, "at");
    }
}
