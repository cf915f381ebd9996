package dev.mlcore.api.internal.records;

import dev.mlcore.api.data.Accessor;

/** Reads which component an {@link Accessor} names. */
public final class Accessors {
    private Accessors() {}

    /**
     * The record component's Java name.
     *
     * @throws IllegalArgumentException for a lambda or a method that is no component accessor
     */
    public static String component(Accessor<?, ?> accessor) {
        throw new UnsupportedOperationException(accessor.toString());
    }
}
