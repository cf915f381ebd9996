package dev.mlcore.api.internal.records;

import java.lang.reflect.Type;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A record class taken apart and put together again, cached per class.
 *
 * @param <R> the record
 */
public final class RecordType<R extends Record> {
    private RecordType() {}

    /**
     * Looks at a record class.
     *
     * @throws dev.mlcore.api.UnsupportedException if its package is not open to {@code dev.mlcore.api}; the message has the line to add to module-info
     */
    public static <R extends Record> RecordType<R> of(Class<R> type) {
        throw new UnsupportedOperationException(type.getName());
    }

    /** The record class. */
    public Class<R> type() {
        throw new UnsupportedOperationException();
    }

    /** Its components in order. */
    public List<Component> components() {
        throw new UnsupportedOperationException();
    }

    /** Reads all components in order. */
    public @Nullable Object[] values(R record) {
        throw new UnsupportedOperationException();
    }

    /** Makes a record; what its constructor throws comes out as it is. */
    public R newInstance(@Nullable Object[] values) {
        throw new UnsupportedOperationException();
    }

    /**
     * One component.
     *
     * @param name as spelled in Java
     * @param column its {@link dev.mlcore.api.data.Name}, else the Java name
     * @param type raw class
     * @param genericType with type arguments
     */
    public record Component(String name, String column, Class<?> type, Type genericType) {}
}
