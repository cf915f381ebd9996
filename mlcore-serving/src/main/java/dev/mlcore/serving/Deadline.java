package dev.mlcore.serving;

import dev.mlcore.api.OperationTimeoutException;
import java.time.Duration;

/**
 * When a call must have been started.
 *
 * @param limit what the caller gave, for messages; zero for none, which no caller can give
 * @param nanos on the clock of {@link System#nanoTime}
 */
record Deadline(Duration limit, long nanos) {
    static final Deadline NONE = new Deadline(Duration.ZERO, 0);

    static Deadline of(Call call) {
        return call.limit()
                .map(limit -> new Deadline(limit, System.nanoTime() + saturated(limit)))
                .orElse(NONE);
    }

    private static long saturated(Duration limit) {
        try {
            return Math.min(limit.toNanos(), Long.MAX_VALUE / 4);
        } catch (ArithmeticException e) {
            return Long.MAX_VALUE / 4; // some decades, and still no overflow in a difference
        }
    }

    /** At most this long; {@link Long#MAX_VALUE} without a limit. */
    long left() {
        return limit.isZero() ? Long.MAX_VALUE : nanos - System.nanoTime();
    }

    void check(String model) {
        if (!limit.isZero() && left() <= 0) {
            throw expired(model);
        }
    }

    OperationTimeoutException expired(String model) {
        return new OperationTimeoutException("Cannot run model " + model + " within " + limit
                + ": all its instances are busy (expected: a longer limit, more instances, or fewer calls)");
    }
}
