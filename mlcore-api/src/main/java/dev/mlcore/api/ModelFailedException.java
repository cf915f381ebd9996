package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** A model was loaded or called and failed by itself. Code {@code MODEL_FAILED}, not retryable. */
public final class ModelFailedException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public ModelFailedException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public ModelFailedException(String message, @Nullable Throwable cause) {
        super("MODEL_FAILED", false, message, cause);
    }
}
