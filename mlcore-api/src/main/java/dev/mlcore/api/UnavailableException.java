package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** A resource that is needed is away for now: a locked database, a full disk, a dead server. Code {@code UNAVAILABLE}, retryable. */
public final class UnavailableException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public UnavailableException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public UnavailableException(String message, @Nullable Throwable cause) {
        super("UNAVAILABLE", true, message, cause);
    }
}
