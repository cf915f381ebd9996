package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** Stored bytes are damaged or are not in the format they claim. Code {@code INVALID_FORMAT}, not retryable. */
public final class InvalidFormatException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public InvalidFormatException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public InvalidFormatException(String message, @Nullable Throwable cause) {
        super("INVALID_FORMAT", false, message, cause);
    }
}
