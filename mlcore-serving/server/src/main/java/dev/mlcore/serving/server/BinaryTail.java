package dev.mlcore.serving.server;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/** The bytes behind the JSON: each binary tensor's in the order of the inputs, little-endian, without padding. */
final class BinaryTail {
    private static final int LENGTH_BYTES = 4;

    private final String model;
    private final ByteBuffer left;

    BinaryTail(String model, byte[] body, int begin) {
        this.model = model;
        this.left = ByteBuffer.wrap(body, begin, body.length - begin).slice();
    }

    /** Takes the next tensor's bytes. */
    Tensor take(String name, DataType type, long[] shape, long size, long bytes) {
        if (bytes > left.remaining()) {
            throw new InvalidInputException("unexpected size for input '" + name + "', expecting "
                    + (bytes - left.remaining()) + " additional bytes for model '" + model + "'");
        }
        if (Wire.isHalf(type)) {
            throw new InvalidInputException("Cannot read input '" + name + "': tensors of " + type.oipName()
                    + " are not supported (expected: FP32); convert it, or put a Cast before the model's input");
        }
        ByteBuffer own = left.slice(left.position(), (int) bytes).order(ByteOrder.LITTLE_ENDIAN);
        left.position(left.position() + (int) bytes);
        if (type.sizeBytes() == 0) {
            return strings(name, shape, size, own);
        }
        long expected = Math.multiplyExact(size, (long) type.sizeBytes()); // checked with the shape
        if (bytes != expected) {
            throw new InvalidInputException("input byte size mismatch for input '" + name + "' for model '" + model
                    + "'. Expected " + expected + ", got " + bytes);
        }
        if (type == DataType.BOOL) {
            checkBooleans(name, own);
        }
        return Tensor.of(type, own, shape);
    }

    /** All bytes must have belonged to a tensor. */
    void end() {
        if (left.hasRemaining()) {
            throw new InvalidInputException("unexpected additional input data for model '" + model + "': "
                    + left.remaining() + " bytes are left over");
        }
    }

    private Tensor strings(String name, long[] shape, long size, ByteBuffer own) {
        List<byte[]> elements = new ArrayList<>();
        while (own.hasRemaining()) {
            if (own.remaining() < LENGTH_BYTES) {
                throw new InvalidInputException(
                        "incomplete string length indicator for inference input '" + name + "' for model '" + model
                                + "', expecting 4 bytes but only " + own.remaining() + " bytes available.");
            }
            long length = Integer.toUnsignedLong(own.getInt());
            if (length > own.remaining()) {
                throw new InvalidInputException("incomplete string data for inference input '" + name + "' for model '"
                        + model + "', expecting string of length " + length + " but only " + own.remaining()
                        + " bytes available.");
            }
            byte[] element = new byte[(int) length];
            own.get(element);
            elements.add(element);
            if (elements.size() > size) {
                throw new InvalidInputException("unexpected number of string elements " + elements.size()
                        + " for inference input '" + name + "' for model '" + model + "', expecting " + size);
            }
        }
        if (elements.size() < size) {
            throw new InvalidInputException("expected " + size + " string elements for inference input '" + name
                    + "' for model '" + model + "', got " + elements.size());
        }
        return Tensor.ofBytes(elements.toArray(byte[][]::new), shape);
    }

    private static void checkBooleans(String name, ByteBuffer own) {
        for (int i = 0; i < own.remaining(); i++) {
            if ((own.get(i) & ~1) != 0) {
                throw new InvalidInputException("Cannot read input '" + name + "': element " + i + " is the byte "
                        + (own.get(i) & 0xff) + " (expected: 0 or 1 for BOOL)");
            }
        }
    }
}
