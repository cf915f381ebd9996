package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** What should be created exists already. Code {@code ALREADY_EXISTS}, not retryable. */
public final class AlreadyExistsException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public AlreadyExistsException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public AlreadyExistsException(String message, @Nullable Throwable cause) {
        super("ALREADY_EXISTS", false, message, cause);
    }
}
