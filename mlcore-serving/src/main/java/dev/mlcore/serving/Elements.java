package dev.mlcore.serving;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.data.DataType;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Single values into and out of a tensor's bytes. Integers are fed exactly or refused; floating-point numbers are rounded only where the signature said so
 * (which is checked before).
 */
final class Elements {
    private Elements() {}

    static boolean numeric(DataType type) {
        return type.sizeBytes() > 0 && type != DataType.BOOL;
    }

    /** Writes one value; a null is NaN where there is one. */
    static void put(DataType type, ByteBuffer buffer, int element, @Nullable Object value, String column) {
        switch (type) {
            case FLOAT32 -> buffer.putFloat(element * 4, toFloat(value, column));
            case FLOAT64 -> buffer.putDouble(element * 8, toDouble(value, column));
            case INT64 -> buffer.putLong(element * 8, toLong(type, value, column, Long.MIN_VALUE, Long.MAX_VALUE));
            case INT32 ->
                buffer.putInt(element * 4, (int) toLong(type, value, column, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case INT16 ->
                buffer.putShort(element * 2, (short) toLong(type, value, column, Short.MIN_VALUE, Short.MAX_VALUE));
            case INT8 -> buffer.put(element, (byte) toLong(type, value, column, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT8 -> buffer.put(element, (byte) toLong(type, value, column, 0, 0xFF));
            case UINT16 -> buffer.putShort(element * 2, (short) toLong(type, value, column, 0, 0xFFFF));
            case UINT32 -> buffer.putInt(element * 4, (int) toLong(type, value, column, 0, 0xFFFF_FFFFL));
            case UINT64 -> buffer.putLong(element * 8, toLong(type, value, column, 0, Long.MAX_VALUE));
            case BOOL -> {
                if (!(value instanceof Boolean truth)) {
                    throw refused(value, column, "true or false");
                }
                buffer.put(element, (byte) (truth ? 1 : 0));
            }
            default -> throw new IllegalStateException(type + " has no fixed width");
        }
    }

    static byte[] bytes(@Nullable Object value, String column) {
        if (value instanceof String text) {
            return text.getBytes(StandardCharsets.UTF_8);
        }
        if (value instanceof byte[] bytes) {
            return bytes.clone();
        }
        throw refused(value, column, "text or bytes");
    }

    private static float toFloat(@Nullable Object value, String column) {
        if (value instanceof Float f) {
            return f;
        }
        if (value == null) {
            return Float.NaN;
        }
        if (value instanceof Double d) {
            return d.floatValue();
        }
        long whole = toLong(DataType.FLOAT32, value, column, Long.MIN_VALUE, Long.MAX_VALUE);
        if ((long) (float) whole != whole || whole == Long.MAX_VALUE) {
            throw refused(value, column, "an integer that FLOAT32 holds exactly");
        }
        return whole;
    }

    private static double toDouble(@Nullable Object value, String column) {
        if (value instanceof Double d) {
            return d;
        }
        if (value == null) {
            return Double.NaN;
        }
        if (value instanceof Float f) {
            return f;
        }
        long whole = toLong(DataType.FLOAT64, value, column, Long.MIN_VALUE, Long.MAX_VALUE);
        if ((long) (double) whole != whole || whole == Long.MAX_VALUE) {
            throw refused(value, column, "an integer that FLOAT64 holds exactly");
        }
        return whole;
    }

    private static long toLong(DataType type, @Nullable Object value, String column, long least, long most) {
        long whole;
        if (value instanceof Integer || value instanceof Long || value instanceof Short || value instanceof Byte) {
            whole = ((Number) value).longValue();
        } else if (value instanceof BigInteger big && big.bitLength() < Long.SIZE) {
            whole = big.longValue();
        } else if (value instanceof Double d && d == Math.rint(d) && Math.abs(d) <= 1L << 53) {
            whole = d.longValue(); // JSON writes 3 as 3.0 now and then
        } else {
            throw refused(value, column, "an integer for " + type);
        }
        if (whole < least || whole > most) {
            throw refused(value, column, least + " to " + most);
        }
        return whole;
    }

    static Object get(DataType type, ByteBuffer buffer, int element) {
        return switch (type) {
            case FLOAT32 -> buffer.getFloat(element * 4);
            case FLOAT64 -> buffer.getDouble(element * 8);
            case INT64, UINT64 -> buffer.getLong(element * 8);
            case INT32 -> buffer.getInt(element * 4);
            case UINT32 -> buffer.getInt(element * 4) & 0xFFFF_FFFFL;
            case INT16 -> (int) buffer.getShort(element * 2);
            case UINT16 -> buffer.getShort(element * 2) & 0xFFFF;
            case INT8 -> (int) buffer.get(element);
            case UINT8 -> buffer.get(element) & 0xFF;
            case BOOL -> buffer.get(element) != 0;
            default -> throw new IllegalStateException(type + " has no fixed width");
        };
    }

    static InvalidInputException refused(@Nullable Object value, String column, String expected) {
        String given = value == null ? "null" : value + " (" + value.getClass().getSimpleName() + ")";
        return new InvalidInputException(
                "Cannot feed column " + column + ": " + given + " (expected: " + expected + ")");
    }
}
