package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** The time limit given for an operation passed. What it was waiting for may still go on. Code {@code TIMEOUT}, retryable. */
public final class OperationTimeoutException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public OperationTimeoutException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public OperationTimeoutException(String message, @Nullable Throwable cause) {
        super("TIMEOUT", true, message, cause);
    }
}
