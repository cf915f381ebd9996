package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** The operation contradicts the state of the thing, for example another version of a DAG than the one its unfinished run was started with. Code {@code CONFLICT}, not retryable. */
public final class ConflictException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public ConflictException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public ConflictException(String message, @Nullable Throwable cause) {
        super("CONFLICT", false, message, cause);
    }
}
