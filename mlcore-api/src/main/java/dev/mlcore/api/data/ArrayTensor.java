package dev.mlcore.api.data;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.UnsupportedException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Objects;
import java.util.StringJoiner;

/**
 * A tensor on the heap. Numbers and truth values lie as little-endian bytes whatever their type: making one from a primitive array is a block copy, its
 * bytes need no conversion, and equality is equality of bytes. Text and byte strings lie in an array of objects. A view of rows shares the array.
 */
final class ArrayTensor implements Tensor {
    private static final int SHOWN = 8;
    private static final byte[] NO_BYTES = {};
    private static final Object[] NO_OBJECTS = {};

    private final DataType type;
    private final long[] shape;
    private final int size; // elements
    private final int offset; // first element in the array
    private final byte[] bytes; // of fixed-width types
    private final Object[] objects; // String or byte[]

    private ArrayTensor(DataType type, long[] shape, int size, int offset, byte[] bytes, Object[] objects) {
        this.type = type;
        this.shape = shape;
        this.size = size;
        this.offset = offset;
        this.bytes = bytes;
        this.objects = objects;
    }

    static ArrayTensor floats(float[] values, long[] shape) {
        long[] dims = checkedShape(shape, values.length);
        byte[] bytes = allocate(DataType.FLOAT32, values.length);
        littleEndian(bytes).asFloatBuffer().put(values);
        return fixed(DataType.FLOAT32, dims, values.length, bytes);
    }

    static ArrayTensor doubles(double[] values, long[] shape) {
        long[] dims = checkedShape(shape, values.length);
        byte[] bytes = allocate(DataType.FLOAT64, values.length);
        littleEndian(bytes).asDoubleBuffer().put(values);
        return fixed(DataType.FLOAT64, dims, values.length, bytes);
    }

    static ArrayTensor ints(int[] values, long[] shape) {
        long[] dims = checkedShape(shape, values.length);
        byte[] bytes = allocate(DataType.INT32, values.length);
        littleEndian(bytes).asIntBuffer().put(values);
        return fixed(DataType.INT32, dims, values.length, bytes);
    }

    static ArrayTensor longs(long[] values, long[] shape) {
        long[] dims = checkedShape(shape, values.length);
        byte[] bytes = allocate(DataType.INT64, values.length);
        littleEndian(bytes).asLongBuffer().put(values);
        return fixed(DataType.INT64, dims, values.length, bytes);
    }

    static ArrayTensor booleans(boolean[] values, long[] shape) {
        long[] dims = checkedShape(shape, values.length);
        byte[] bytes = allocate(DataType.BOOL, values.length);
        for (int i = 0; i < values.length; i++) {
            bytes[i] = (byte) (values[i] ? 1 : 0);
        }
        return fixed(DataType.BOOL, dims, values.length, bytes);
    }

    static ArrayTensor strings(String[] values, long[] shape) {
        long[] dims = checkedShape(shape, values.length);
        Object[] copy = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            copy[i] = requireNonNull(values[i], () -> "values has a null");
        }
        return new ArrayTensor(DataType.STRING, dims, copy.length, 0, NO_BYTES, copy);
    }

    static ArrayTensor byteStrings(byte[][] values, long[] shape) {
        long[] dims = checkedShape(shape, values.length);
        Object[] copy = new Object[values.length];
        for (int i = 0; i < values.length; i++) {
            copy[i] = requireNonNull(values[i], () -> "values has a null").clone();
        }
        return new ArrayTensor(DataType.BYTES, dims, copy.length, 0, NO_BYTES, copy);
    }

    static ArrayTensor raw(DataType type, ByteBuffer littleEndian, long[] shape) {
        if (type == DataType.FLOAT16 || type == DataType.BFLOAT16) {
            throw new UnsupportedException("Cannot make a tensor of " + type
                    + ": half precision can only be named so far. Convert to FLOAT32, or export the model with it");
        }
        int width = type.sizeBytes();
        if (width == 0) {
            throw new IllegalArgumentException("type: " + type + " (expected: a type of fixed width)");
        }
        int given = littleEndian.remaining();
        if (given % width != 0) {
            throw new IllegalArgumentException(
                    "bytes: " + given + " (expected: a multiple of " + width + ", the width of " + type + ")");
        }
        int size = given / width;
        long[] dims = checkedShape(shape, size);
        byte[] bytes = allocate(type, size);
        littleEndian.duplicate().get(bytes);
        if (type == DataType.BOOL) {
            for (int i = 0; i < size; i++) {
                if ((bytes[i] & ~1) != 0) {
                    throw new IllegalArgumentException("BOOL at " + i + ": " + bytes[i] + " (expected: 0 or 1)");
                }
            }
        }
        return fixed(type, dims, size, bytes);
    }

    private static ArrayTensor fixed(DataType type, long[] shape, int size, byte[] bytes) {
        return new ArrayTensor(type, shape, size, 0, bytes, NO_OBJECTS);
    }

    private static byte[] allocate(DataType type, int size) {
        long bytes = (long) type.sizeBytes() * size;
        if (bytes > Integer.MAX_VALUE - 8) {
            throw new IllegalArgumentException(
                    "values: " + bytes + " bytes (expected: less than 2 GiB; split it by rows)");
        }
        return new byte[(int) bytes];
    }

    private static ByteBuffer littleEndian(byte[] bytes) {
        return ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    }

    private static long[] checkedShape(long[] shape, int values) {
        long[] copy = shape.clone(); // first, so that what is checked is what is kept
        if (elements(copy) != values) {
            throw new IllegalArgumentException("shape: " + Arrays.toString(copy) + " of " + elements(copy)
                    + " elements (expected: " + values + ", the number of values)");
        }
        return copy;
    }

    /** The product; a zero anywhere makes it zero, whatever the rest would overflow to. */
    private static long elements(long[] shape) {
        boolean empty = false;
        for (long dim : shape) {
            if (dim < 0) {
                throw new IllegalArgumentException(
                        "shape: " + Arrays.toString(shape) + " (expected: sizes of 0 or more)");
            }
            empty |= dim == 0;
        }
        long product = empty ? 0 : 1;
        for (long dim : shape) {
            long high = Math.multiplyHigh(product, dim);
            product *= dim;
            if (high != 0 || product < 0) {
                throw new IllegalArgumentException(
                        "shape: " + Arrays.toString(shape) + " (expected: fewer than 2^63 elements)");
            }
        }
        return product;
    }

    @Override
    public DataType type() {
        return type;
    }

    @Override
    public long[] shape() {
        return shape.clone();
    }

    @Override
    public long size() {
        return size;
    }

    @Override
    public Tensor rows(long from, long to) {
        if (shape.length == 0) {
            throw new IndexOutOfBoundsException("rows " + from + " to " + to + " of a scalar, which has none");
        }
        if (from < 0 || to < from || to > shape[0]) {
            throw new IndexOutOfBoundsException(
                    "rows " + from + " to " + to + " of " + this + " (expected: within 0 to " + shape[0] + ")");
        }
        long[] dims = shape.clone();
        dims[0] = to - from;
        // Exact: with any elements at all, a row's size times the first dimension fits an int.
        int row = size == 0 ? 0 : (int) (size / shape[0]);
        return new ArrayTensor(type, dims, (int) (row * dims[0]), offset + (int) (row * from), bytes, objects);
    }

    @Override
    public ByteBuffer bytes() {
        if (type.sizeBytes() == 0) {
            throw new IllegalStateException(
                    "Cannot give the bytes of " + this + ": its elements differ in length. Use toBytes()");
        }
        return buffer().asReadOnlyBuffer().order(ByteOrder.LITTLE_ENDIAN);
    }

    private ByteBuffer buffer() {
        int width = type.sizeBytes();
        return ByteBuffer.wrap(bytes, offset * width, size * width).slice().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public float[] toFloats() {
        if (type != DataType.FLOAT32) {
            throw not("floats", "FLOAT32");
        }
        float[] out = new float[size];
        buffer().asFloatBuffer().get(out);
        return out;
    }

    @Override
    public double[] toDoubles() {
        double[] out = new double[size];
        switch (type) {
            case FLOAT64 -> buffer().asDoubleBuffer().get(out);
            case FLOAT32 -> {
                ByteBuffer from = buffer();
                for (int i = 0; i < size; i++) {
                    out[i] = from.getFloat(i * Float.BYTES);
                }
            }
            default -> throw not("doubles", "FLOAT64 or FLOAT32");
        }
        return out;
    }

    @Override
    public long[] toLongs() {
        if (!type.isInteger()) {
            throw not("longs", "an integer type");
        }
        long[] out = new long[size];
        ByteBuffer from = buffer();
        for (int i = 0; i < size; i++) {
            out[i] = switch (type) {
                case UINT8 -> Byte.toUnsignedLong(from.get(i));
                case INT8 -> from.get(i);
                case UINT16 -> Short.toUnsignedLong(from.getShort(i * Short.BYTES));
                case INT16 -> from.getShort(i * Short.BYTES);
                case UINT32 -> Integer.toUnsignedLong(from.getInt(i * Integer.BYTES));
                case INT32 -> from.getInt(i * Integer.BYTES);
                case UINT64, INT64 -> from.getLong(i * Long.BYTES);
                default -> throw new AssertionError(type);
            };
        }
        return out;
    }

    @Override
    public boolean[] toBooleans() {
        if (type != DataType.BOOL) {
            throw not("booleans", "BOOL");
        }
        boolean[] out = new boolean[size];
        for (int i = 0; i < size; i++) {
            out[i] = bytes[offset + i] != 0;
        }
        return out;
    }

    @Override
    public String[] toStrings() {
        if (type.sizeBytes() > 0) {
            throw not("strings", "STRING or BYTES");
        }
        String[] out = new String[size];
        for (int i = 0; i < size; i++) {
            out[i] = object(i) instanceof byte[] b ? new String(b, StandardCharsets.UTF_8) : (String) object(i);
        }
        return out;
    }

    @Override
    public byte[][] toBytes() {
        if (type.sizeBytes() > 0) {
            throw not("byte strings", "STRING or BYTES");
        }
        byte[][] out = new byte[size][];
        for (int i = 0; i < size; i++) {
            out[i] = object(i) instanceof String s ? s.getBytes(StandardCharsets.UTF_8) : ((byte[]) object(i)).clone();
        }
        return out;
    }

    private Object object(int i) {
        return objects[offset + i];
    }

    private IllegalStateException not(String what, String expected) {
        return new IllegalStateException("Cannot read " + what + " from " + this + " (expected: " + expected + ")");
    }

    @Override
    public boolean equals(Object other) {
        if (this == other) {
            return true;
        }
        if (!(other instanceof ArrayTensor that) || type != that.type || !Arrays.equals(shape, that.shape)) {
            return false;
        }
        if (type.sizeBytes() > 0) {
            return buffer().equals(that.buffer());
        }
        for (int i = 0; i < size; i++) {
            if (!Objects.deepEquals(object(i), that.object(i))) {
                return false;
            }
        }
        return true;
    }

    @Override
    public int hashCode() {
        int hash = 31 * type.name().hashCode() + Arrays.hashCode(shape); // an enum's own hash differs from JVM to JVM
        if (type.sizeBytes() > 0) {
            return 31 * hash + buffer().hashCode();
        }
        for (int i = 0; i < size; i++) {
            hash = 31 * hash
                    + (object(i) instanceof byte[] b
                            ? Arrays.hashCode(b)
                            : object(i).hashCode());
        }
        return hash;
    }

    /** Type, shape and the first elements: short however large the tensor is. */
    @Override
    public String toString() {
        StringJoiner text = new StringJoiner(", ", type + Arrays.toString(shape) + "{", size > SHOWN ? ", …}" : "}");
        ByteBuffer from = buffer();
        for (int i = 0; i < Math.min(size, SHOWN); i++) {
            text.add(
                    switch (type) {
                        case FLOAT32 -> Float.toString(from.getFloat(i * Float.BYTES));
                        case FLOAT64 -> Double.toString(from.getDouble(i * Double.BYTES));
                        case BOOL -> Boolean.toString(from.get(i) != 0);
                        case INT8 -> Byte.toString(from.get(i));
                        case UINT8 -> Integer.toString(Byte.toUnsignedInt(from.get(i)));
                        case INT16 -> Short.toString(from.getShort(i * Short.BYTES));
                        case UINT16 -> Integer.toString(Short.toUnsignedInt(from.getShort(i * Short.BYTES)));
                        case INT32 -> Integer.toString(from.getInt(i * Integer.BYTES));
                        case UINT32 -> Integer.toUnsignedString(from.getInt(i * Integer.BYTES));
                        case INT64 -> Long.toString(from.getLong(i * Long.BYTES));
                        case UINT64 -> Long.toUnsignedString(from.getLong(i * Long.BYTES));
                        case STRING -> quoted((String) object(i));
                        case BYTES -> ((byte[]) object(i)).length + " bytes";
                        case FLOAT16, BFLOAT16 -> "?"; // cannot be made
                    });
        }
        return text.toString();
    }

    private static String quoted(String text) {
        return text.length() <= 20 ? "'" + text + "'" : "'" + text.substring(0, 20) + "…'";
    }
}
