package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** Data that a client or a file supplied is not what was declared. Code {@code INVALID_INPUT}, not retryable. */
public final class InvalidInputException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public InvalidInputException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public InvalidInputException(String message, @Nullable Throwable cause) {
        super("INVALID_INPUT", false, message, cause);
    }
}
