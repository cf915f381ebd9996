package dev.mlcore.dag.internal;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/** How a body ended. */
sealed interface Outcome {
    /**
     * It returned, and its value is stored where nobody looks until the commit.
     *
     * @param value what was stored
     * @param result what it returned, for what is decided by it at once
     * @param shareable whether consumers may be given that very object
     * @param sizes over how many of its elements each mapped task is run, by the task's index
     */
    record Success(Rows.Stored value, @Nullable Object result, boolean shareable, Map<Integer, Integer> sizes)
            implements Outcome {
        public Success {
            sizes = Map.copyOf(sizes);
        }
    }

    /** It threw. */
    record Threw(Failure failure) implements Outcome {}

    /** It was not entered: it was interrupted before. */
    record NotEntered() implements Outcome {}
}
