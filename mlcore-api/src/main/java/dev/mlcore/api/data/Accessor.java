package dev.mlcore.api.data;

import java.io.Serializable;

/**
 * A record component by method reference: {@code Penguin::billLengthMm}. Serializable, so that the component's name can be read from it;
 * a lambda, which has no such name, is refused where an accessor is taken.
 *
 * @param <R> the record
 * @param <T> the component's type
 */
@FunctionalInterface
public interface Accessor<R, T> extends Serializable {
    /**
     * Reads the component.
     *
     * @param record to read from
     * @return its value
     */
    T get(R record);
}
