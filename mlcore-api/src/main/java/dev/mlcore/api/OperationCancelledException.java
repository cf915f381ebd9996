package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** The operation was cancelled, or its engine closed before it ended. Code {@code CANCELLED}, not retryable. */
public final class OperationCancelledException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public OperationCancelledException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public OperationCancelledException(String message, @Nullable Throwable cause) {
        super("CANCELLED", false, message, cause);
    }
}
