package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** The operation may or may not have taken effect; look before repeating it. Code {@code OUTCOME_UNKNOWN}, not retryable. */
public final class OutcomeUnknownException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public OutcomeUnknownException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public OutcomeUnknownException(String message, @Nullable Throwable cause) {
        super("OUTCOME_UNKNOWN", false, message, cause);
    }
}
