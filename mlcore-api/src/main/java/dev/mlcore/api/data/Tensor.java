package dev.mlcore.api.data;

import java.nio.ByteBuffer;

/**
 * An immutable array of numbers, truth values, text or byte strings with a shape, row-major. Where its bytes lie is no part of the contract, and there
 * is nothing to close. Equal to another of the same type, shape and content, numbers compared by their bits (NaN equals itself, 0.0 is not -0.0).
 * Thread-safe. Elements of fixed width take less than 2 GiB together.
 */
public sealed interface Tensor permits ArrayTensor {
    /**
     * Single precision.
     *
     * @param values row-major, copied
     * @param shape sizes, each 0 or more, whose product is the number of values; none for a scalar
     * @return a {@link DataType#FLOAT32} tensor
     * @throws IllegalArgumentException if the shape does not fit the values
     */
    static Tensor of(float[] values, long... shape) {
        return ArrayTensor.floats(values, shape);
    }

    /**
     * Double precision.
     *
     * @param values row-major, copied
     * @param shape as above
     * @return a {@link DataType#FLOAT64} tensor
     */
    static Tensor of(double[] values, long... shape) {
        return ArrayTensor.doubles(values, shape);
    }

    /**
     * 32-bit integers.
     *
     * @param values row-major, copied
     * @param shape as above
     * @return an {@link DataType#INT32} tensor
     */
    static Tensor of(int[] values, long... shape) {
        return ArrayTensor.ints(values, shape);
    }

    /**
     * 64-bit integers.
     *
     * @param values row-major, copied
     * @param shape as above
     * @return an {@link DataType#INT64} tensor
     */
    static Tensor of(long[] values, long... shape) {
        return ArrayTensor.longs(values, shape);
    }

    /**
     * Truth values.
     *
     * @param values row-major, copied
     * @param shape as above
     * @return a {@link DataType#BOOL} tensor
     */
    static Tensor of(boolean[] values, long... shape) {
        return ArrayTensor.booleans(values, shape);
    }

    /**
     * Text.
     *
     * @param values row-major, copied
     * @param shape as above
     * @return a {@link DataType#STRING} tensor
     */
    static Tensor of(String[] values, long... shape) {
        return ArrayTensor.strings(values, shape);
    }

    /**
     * Byte strings.
     *
     * @param values row-major, copied
     * @param shape as above
     * @return a {@link DataType#BYTES} tensor
     */
    static Tensor ofBytes(byte[][] values, long... shape) {
        return ArrayTensor.byteStrings(values, shape);
    }

    /**
     * Any type of fixed width, from its bytes.
     *
     * @param type with a width, and not one of the half-precision types
     * @param littleEndian elements row-major; from position to limit, copied, position unchanged
     * @param shape as above
     * @return the tensor
     * @throws IllegalArgumentException if the shape does not fit the bytes, the type has no width, or a BOOL byte is neither 0 nor 1
     * @throws dev.mlcore.api.UnsupportedException for {@link DataType#FLOAT16} and {@link DataType#BFLOAT16}
     */
    static Tensor of(DataType type, ByteBuffer littleEndian, long... shape) {
        return ArrayTensor.raw(type, littleEndian, shape);
    }

    /**
     * Type of the elements.
     *
     * @return the type
     */
    DataType type();

    /**
     * Sizes of the dimensions.
     *
     * @return a copy; empty for a scalar
     */
    long[] shape();

    /**
     * The number of elements.
     *
     * @return the product of the shape
     */
    long size();

    /**
     * Some entries of the first dimension, without copying them.
     *
     * @param from first, 0 or more
     * @param to past the last, at most the first dimension
     * @return a tensor of {@code to - from} rows
     * @throws IndexOutOfBoundsException if the range does not lie in the first dimension
     */
    Tensor rows(long from, long to);

    /**
     * The elements' bytes, for types of fixed width.
     *
     * @return read-only, little-endian, row-major
     * @throws IllegalStateException for text and byte strings
     */
    ByteBuffer bytes();

    /**
     * The elements as single-precision numbers.
     *
     * @return row-major, a copy
     * @throws IllegalStateException if the type is not FLOAT32
     */
    float[] toFloats();

    /**
     * The elements as double-precision numbers.
     *
     * @return row-major, a copy
     * @throws IllegalStateException if the type is neither FLOAT64 nor FLOAT32
     */
    double[] toDoubles();

    /**
     * The elements as integers; unsigned 64-bit ones beyond {@link Long#MAX_VALUE} come out negative.
     *
     * @return row-major, a copy
     * @throws IllegalStateException if the type is no integer
     */
    long[] toLongs();

    /**
     * The elements as truth values.
     *
     * @return row-major, a copy
     * @throws IllegalStateException if the type is not BOOL
     */
    boolean[] toBooleans();

    /**
     * The elements as text; byte strings are decoded as UTF-8, what is none being replaced by U+FFFD.
     *
     * @return row-major, a copy
     * @throws IllegalStateException if the type is neither STRING nor BYTES
     */
    String[] toStrings();

    /**
     * The elements as byte strings; text is encoded as UTF-8.
     *
     * @return row-major, a copy
     * @throws IllegalStateException if the type is neither STRING nor BYTES
     */
    byte[][] toBytes();
}
