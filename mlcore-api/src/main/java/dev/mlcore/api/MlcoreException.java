package dev.mlcore.api;

import org.jspecify.annotations.Nullable;

/**
 * Root of every operational failure; the leaves are chosen by what a caller can do about it. Wrong arguments are JDK exceptions
 * ({@link IllegalArgumentException}, {@link NullPointerException}) and not part of this family.
 *
 * <p>Only mlcore makes these. New leaves may come with a minor release, so a {@code switch} over them needs a default.
 */
public abstract sealed class MlcoreException extends RuntimeException
        permits NotFoundException,
                AlreadyExistsException,
                ConflictException,
                OutcomeUnknownException,
                InvalidInputException,
                InvalidFormatException,
                IncompatibleException,
                UnsupportedException,
                UnavailableException,
                OperationTimeoutException,
                OperationCancelledException,
                ExhaustedException,
                ModelFailedException,
                TaskFailedException {
    private static final long serialVersionUID = 1;

    /** The kind of failure. */
    private final String code;

    /** Whether trying again makes sense. */
    private final boolean retryable;

    MlcoreException(String code, boolean retryable, String message, @Nullable Throwable cause) {
        super(message, cause);
        this.code = code;
        this.retryable = retryable;
    }

    /**
     * The kind of failure as a stable word, for example {@code NOT_FOUND}; servers map it to the codes of their protocol.
     *
     * @return upper-case letters and underscores
     */
    public final String code() {
        return code;
    }

    /**
     * Whether the same call may succeed later without the caller changing anything.
     *
     * @return true if trying again makes sense
     */
    public final boolean retryable() {
        return retryable;
    }
}
