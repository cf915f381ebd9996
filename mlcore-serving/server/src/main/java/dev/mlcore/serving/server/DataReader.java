package dev.mlcore.serving.server;

import static dev.mlcore.serving.server.Wire.shown;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the JSON {@code data} of one tensor, flat or nested, into an array of its type. Memory grows with the elements that are there, never with the shape that
 * is claimed.
 */
final class DataReader {
    private static final int FIRST_CAPACITY = 256;
    private static final BigInteger MAX_UINT64 = BigInteger.ONE.shiftLeft(64).subtract(BigInteger.ONE);
    private static final int MAX_INTEGER_DIGITS = 20;

    private final DataType type;
    private final long[] shape;
    private final long size;
    private final String where;
    private ByteBuffer numbers = ByteBuffer.allocate(0);
    private String[] texts = {};
    private int count;

    /**
     * For one tensor.
     *
     * @param type not of half precision
     * @param shape checked
     * @param size the product of the shape
     * @param where names the input in messages
     */
    DataReader(DataType type, long[] shape, long size, String where) {
        this.type = type;
        this.shape = shape;
        this.size = size;
        this.where = where;
    }

    /** Reads from the opening bracket, which is the parser's current token, to the closing one. */
    Tensor read(JsonParser p) throws IOException {
        if (p.currentToken() != JsonToken.START_ARRAY) {
            throw new InvalidInputException(
                    "Cannot read " + where + ": 'data' is " + shown(p.getText()) + " (expected: an array)");
        }
        int capacity = (int) Math.min(size, FIRST_CAPACITY);
        if (type.sizeBytes() == 0) {
            texts = new String[capacity];
        } else {
            numbers = ByteBuffer.allocate(capacity * type.sizeBytes()).order(ByteOrder.LITTLE_ENDIAN);
        }
        for (int depth = 1; depth > 0; ) {
            JsonToken token = p.nextToken();
            if (token == JsonToken.START_ARRAY) {
                if (++depth > Wire.MAX_DEPTH) {
                    throw RequestReader.tooDeep();
                }
            } else if (token == JsonToken.END_ARRAY) {
                depth--;
            } else {
                element(p, token);
            }
        }
        if (count < size) {
            throw new InvalidInputException("Failed to parse 'data' field: shape does not match true shape (" + where
                    + ": shape " + Arrays.toString(shape) + " has " + size + " elements, 'data' has " + count + ")");
        }
        return type.sizeBytes() == 0
                ? Tensor.of(Arrays.copyOf(texts, count), shape)
                : Tensor.of(type, numbers.flip(), shape);
    }

    /** The tensor of a shape without elements, for which no data was sent. */
    Tensor readNone() {
        return type.sizeBytes() == 0 ? Tensor.of(new String[0], shape) : Tensor.of(type, numbers, shape);
    }

    private void element(JsonParser p, JsonToken token) throws IOException {
        if (count == size) {
            throw new InvalidInputException("Unable to parse 'data': Shape does not match true shape of 'data' field ("
                    + where + ": shape " + Arrays.toString(shape) + " has " + size + " elements, 'data' has more)");
        }
        makeRoom();
        switch (type) {
            case BOOL -> numbers.put(bool(p, token));
            case INT8 -> numbers.put((byte) integer(p, token, Byte.MIN_VALUE, Byte.MAX_VALUE));
            case UINT8 -> numbers.put((byte) integer(p, token, 0, 0xff));
            case INT16 -> numbers.putShort((short) integer(p, token, Short.MIN_VALUE, Short.MAX_VALUE));
            case UINT16 -> numbers.putShort((short) integer(p, token, 0, 0xffff));
            case INT32 -> numbers.putInt((int) integer(p, token, Integer.MIN_VALUE, Integer.MAX_VALUE));
            case UINT32 -> numbers.putInt((int) integer(p, token, 0, 0xffff_ffffL));
            case INT64 -> numbers.putLong(integer(p, token, Long.MIN_VALUE, Long.MAX_VALUE));
            case UINT64 -> numbers.putLong(unsigned64(p, token));
            case FLOAT32 -> numbers.putFloat(single(p, token));
            case FLOAT64 -> numbers.putDouble(twice(p, token));
            case STRING, BYTES -> texts[count] = text(p, token);
            case FLOAT16, BFLOAT16 -> throw new AssertionError(type);
        }
        count++;
    }

    private void makeRoom() {
        if (type.sizeBytes() == 0) {
            if (count == texts.length) {
                texts = Arrays.copyOf(texts, grown(texts.length, 1));
            }
        } else if (!numbers.hasRemaining()) {
            int width = type.sizeBytes();
            ByteBuffer larger = ByteBuffer.allocate(grown(numbers.capacity() / width, width) * width)
                    .order(ByteOrder.LITTLE_ENDIAN);
            numbers = larger.put(numbers.flip());
        }
    }

    private int grown(int capacity, int width) {
        long most = Math.min(size, (Integer.MAX_VALUE - 8) / width);
        if (capacity >= most) {
            throw new InvalidInputException(
                    "Cannot read " + where + ": it has more elements than a tensor holds (expected: less than 2 GiB)");
        }
        return (int) Math.min(most, capacity * 2L);
    }

    private byte bool(JsonParser p, JsonToken token) throws IOException {
        if (token == JsonToken.VALUE_TRUE) {
            return 1;
        }
        if (token == JsonToken.VALUE_FALSE) {
            return 0;
        }
        String text = p.getText();
        if (token == JsonToken.VALUE_NUMBER_INT && (text.equals("0") || text.equals("1"))) {
            return (byte) (text.charAt(0) - '0');
        }
        throw refused(p, "true or false");
    }

    private long integer(JsonParser p, JsonToken token, long least, long most) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT && p.getNumberType() != JsonParser.NumberType.BIG_INTEGER) {
            long value = p.getLongValue();
            if (value >= least && value <= most) {
                return value;
            }
        } else {
            BigInteger value = whole(p, token, least, most);
            if (value.compareTo(BigInteger.valueOf(least)) >= 0 && value.compareTo(BigInteger.valueOf(most)) <= 0) {
                return value.longValueExact();
            }
        }
        throw refused(p, "an integer from " + least + " to " + most);
    }

    private long unsigned64(JsonParser p, JsonToken token) throws IOException {
        BigInteger value = whole(p, token, 0, MAX_UINT64);
        if (value.signum() < 0 || value.compareTo(MAX_UINT64) > 0) {
            throw refused(p, "an integer from 0 to " + MAX_UINT64);
        }
        return value.longValue();
    }

    /** An integer however it is written, {@code 3}, {@code 3.0} or {@code 0.3e1}; bounded before it is expanded. */
    private BigInteger whole(JsonParser p, JsonToken token, Object least, Object most) throws IOException {
        if (token == JsonToken.VALUE_NUMBER_INT) {
            return p.getBigIntegerValue();
        }
        if (token == JsonToken.VALUE_NUMBER_FLOAT) {
            try {
                BigDecimal exact = new BigDecimal(p.getText()).stripTrailingZeros();
                if (exact.scale() <= 0 && exact.precision() - (long) exact.scale() <= MAX_INTEGER_DIGITS) {
                    return exact.toBigIntegerExact();
                }
            } catch (NumberFormatException e) {
                // NaN, Infinity, or an exponent beyond an int: no integer either way
                throw refused(p, "an integer from " + least + " to " + most);
            }
        }
        throw refused(p, "an integer from " + least + " to " + most);
    }

    private float single(JsonParser p, JsonToken token) throws IOException {
        String named = notFinite(p, token);
        if (named != null) {
            return Float.parseFloat(named);
        }
        float value = p.getFloatValue();
        if (Float.isInfinite(value)) {
            throw refused(p, "a number that FP32 can hold");
        }
        return value == 0 && isNegative(p) ? -0.0f : value;
    }

    private double twice(JsonParser p, JsonToken token) throws IOException {
        String named = notFinite(p, token);
        if (named != null) {
            return Double.parseDouble(named);
        }
        double value = p.getDoubleValue();
        if (Double.isInfinite(value)) {
            throw refused(p, "a number that FP64 can hold");
        }
        return value == 0 && isNegative(p) ? -0.0 : value;
    }

    /** The parser reads {@code -0} as the integer 0. */
    private static boolean isNegative(JsonParser p) throws IOException {
        return p.getTextCharacters()[p.getTextOffset()] == '-';
    }

    /** The three values that JSON has no number for, bare or as a string; null for a finite number. */
    private @Nullable String notFinite(JsonParser p, JsonToken token) throws IOException {
        boolean bare = token == JsonToken.VALUE_NUMBER_FLOAT && p.isNaN();
        if (bare || token == JsonToken.VALUE_STRING) {
            String text = p.getText();
            if (text.equals("NaN") || text.equals("Infinity") || text.equals("-Infinity")) {
                return text;
            }
        } else if (token == JsonToken.VALUE_NUMBER_FLOAT || token == JsonToken.VALUE_NUMBER_INT) {
            return null;
        }
        throw refused(p, "a number, NaN, Infinity or -Infinity");
    }

    private String text(JsonParser p, JsonToken token) throws IOException {
        if (token != JsonToken.VALUE_STRING) {
            throw refused(p, "a string");
        }
        String text = p.getText();
        if (!Wire.isWellFormed(text)) {
            throw refused(p, "Unicode text; an escaped surrogate here has no partner");
        }
        return text;
    }

    private InvalidInputException refused(JsonParser p, String expected) throws IOException {
        String text = p.getText(); // null at the end of the body, which the parser reports before
        return new InvalidInputException("Cannot read " + where + ": element " + count + " of 'data' is "
                + shown(Wire.isWellFormed(text) ? text : "\\ud800…") + " (expected: " + expected + ")");
    }
}
