package dev.mlcore.serving;

import java.time.Duration;
import java.util.Optional;

record CallWithin(Optional<Duration> limit) implements Call {
    static final CallWithin UNLIMITED = new CallWithin(Optional.empty());

    CallWithin {
        limit.ifPresent(time -> {
            if (time.isNegative() || time.isZero()) {
                throw new IllegalArgumentException("limit: " + time + " (expected: > PT0S)");
            }
        });
    }
}
