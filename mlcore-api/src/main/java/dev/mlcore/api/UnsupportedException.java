package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** This version, platform or set-up cannot do it; the message says what can. Code {@code UNSUPPORTED}, not retryable. */
public final class UnsupportedException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public UnsupportedException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public UnsupportedException(String message, @Nullable Throwable cause) {
        super("UNSUPPORTED", false, message, cause);
    }
}
