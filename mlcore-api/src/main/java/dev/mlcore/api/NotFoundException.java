package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** What was asked for by id does not exist. Code {@code NOT_FOUND}, not retryable. */
public final class NotFoundException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public NotFoundException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public NotFoundException(String message, @Nullable Throwable cause) {
        super("NOT_FOUND", false, message, cause);
    }
}
