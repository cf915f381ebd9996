package dev.mlcore.serving;

import org.jspecify.annotations.Nullable;

/** Component values that outlive the call they were given to. */
final class Rows {
    private Rows() {}

    /** The same values, arrays copied, since their owner may change them afterwards. */
    static @Nullable Object[] copied(@Nullable Object[] values) {
        @Nullable Object[] copies = new @Nullable Object[values.length];
        for (int i = 0; i < values.length; i++) {
            copies[i] = copied(values[i]);
        }
        return copies;
    }

    private static @Nullable Object copied(@Nullable Object value) {
        if (value instanceof float[] a) {
            return a.clone();
        } else if (value instanceof double[] a) {
            return a.clone();
        } else if (value instanceof long[] a) {
            return a.clone();
        } else if (value instanceof int[] a) {
            return a.clone();
        } else if (value instanceof boolean[] a) {
            return a.clone();
        } else if (value instanceof byte[] a) {
            return a.clone();
        } else if (value instanceof String[] a) {
            return a.clone();
        } else if (value instanceof byte[][] a) {
            byte[][] copy = a.clone();
            for (int i = 0; i < copy.length; i++) {
                if (copy[i] != null) {
                    copy[i] = copy[i].clone();
                }
            }
            return copy;
        }
        return value;
    }
}
