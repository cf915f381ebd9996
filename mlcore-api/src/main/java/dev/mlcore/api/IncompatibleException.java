package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** Both sides are sound and do not fit one another, for example a stored value and the record it is read into. Code {@code INCOMPATIBLE}, not retryable. */
public final class IncompatibleException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public IncompatibleException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public IncompatibleException(String message, @Nullable Throwable cause) {
        super("INCOMPATIBLE", false, message, cause);
    }
}
