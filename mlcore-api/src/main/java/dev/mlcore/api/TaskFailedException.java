package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/** A task of a DAG run failed, retries spent. Code {@code TASK_FAILED}, not retryable. */
public final class TaskFailedException extends MlcoreException {
    private static final long serialVersionUID = 1;

    /**
     * Describes the failure.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     */
    public TaskFailedException(String message) {
        this(message, null);
    }

    /**
     * Describes the failure and what caused it.
     *
     * @param message what could not be done, on which thing, the offending value, what was expected, what to do next
     * @param cause what was thrown below, or null
     */
    public TaskFailedException(String message, @Nullable Throwable cause) {
        super("TASK_FAILED", false, message, cause);
    }
}
