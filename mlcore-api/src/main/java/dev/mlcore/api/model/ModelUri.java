package dev.mlcore.api.model;

import static java.util.Objects.requireNonNull;

/**
 * Names a model: {@code models:/churn/3}, {@code models:/churn@champion}, {@code models:/churn/latest}, {@code models:/m-…} (a logged model),
 * {@code runs:/<run id>/model}, {@code file:///…}, a path, or {@code java:name} (a function given to the engine).
 *
 * @param value as written
 */
public record ModelUri(String value) {
    /** Checks the form. */
    public ModelUri {
        requireNonNull(value, "value");
    }

    /**
     * A URI from its text.
     *
     * @param value one of the forms above
     * @return the URI
     * @throws IllegalArgumentException if it has none of the forms
     */
    public static ModelUri of(String value) {
        return new ModelUri(value);
    }

    @Override
    public String toString() {
        return value;
    }
}
