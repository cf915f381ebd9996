package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** A bounded resource (queue, memory budget, devices) has no room. Code {@code EXHAUSTED}, retryable. */
public final class ExhaustedException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public ExhaustedException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public ExhaustedException(String message, @Nullable Throwable cause) {
        super("EXHAUSTED", true, message, cause);
    }
}
