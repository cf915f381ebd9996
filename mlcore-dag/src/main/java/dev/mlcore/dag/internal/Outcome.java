package dev.mlcore.dag.internal;

import org.jspecify.annotations.Nullable;

/** How a body ended. */
sealed interface Outcome {
    /**
     * It returned, and its value is stored where nobody looks until the commit.
     *
     * @param value what was stored
     * @param result what it returned, for what is decided by it at once
     * @param shareable whether consumers may be given that very object
     */
    record Success(Rows.Stored value, @Nullable Object result, boolean shareable) implements Outcome {}

    /** It threw. */
    record Threw(Failure failure) implements Outcome {}

    /** It was not entered: it was interrupted before. */
    record NotEntered() implements Outcome {}
}
