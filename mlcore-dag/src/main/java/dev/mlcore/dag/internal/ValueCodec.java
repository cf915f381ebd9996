package dev.mlcore.dag.internal;

import dev.mlcore.dag.Codec;
import java.util.Collection;
import org.jspecify.annotations.Nullable;

/** How values between tasks are stored (DESIGN: self-described, no Java serialisation, decoded by component name). Placeholder being written. */
public final class ValueCodec {
    /** {@code loader} finds the application's records and enums by name. */
    public ValueCodec(Collection<? extends Codec<?>> codecs, ClassLoader loader) {}

    /**
     * Stored form of a value.
     *
     * @throws dev.mlcore.api.UnsupportedException naming the path to the part that cannot be stored, its class, and what to do
     */
    public byte[] encode(@Nullable Object value) {
        throw new UnsupportedOperationException();
    }

    /**
     * The value again; a fresh copy each time.
     *
     * @throws dev.mlcore.api.IncompatibleException if a record has a component that the stored value lacks, naming both
     */
    public @Nullable Object decode(byte[] stored) {
        throw new UnsupportedOperationException();
    }

    /** Why a value of this declared type can never be stored, or null. */
    static @Nullable String problem(Class<?> type) {
        return null;
    }

    /** Stored form of a literal, the same for equal values. */
    static String canonical(@Nullable Object value) {
        return String.valueOf(value);
    }

    /** Whether consumers may share the very object. */
    public boolean deeplyImmutable(@Nullable Object value) {
        throw new UnsupportedOperationException();
    }
}
