package dev.mlcore.serving.server;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes the answer to an inference: JSON, flat and row-major, and behind it the bytes of outputs that were asked for as bytes. Same answer, same bytes. */
final class ResponseWriter {
    private final ByteArrayOutputStream tail = new ByteArrayOutputStream(0);

    private ResponseWriter() {}

    /** A written answer. */
    static final class Written {
        private final byte[] body;
        private final int jsonLength;

        private Written(byte[] body, int jsonLength) {
            this.body = body;
            this.jsonLength = jsonLength;
        }

        /** JSON, then bytes; not copied. */
        byte[] body() {
            return body;
        }

        /** How much of it is JSON. */
        int jsonLength() {
            return jsonLength;
        }
    }

    /**
     * Writes an answer.
     *
     * @param outputs in the order in which they are to stand
     * @param binary names of those that go behind the JSON
     * @throws InvalidInputException if an output cannot be said in JSON
     */
    static Written write(
            String model, String version, Optional<String> id, Map<String, Tensor> outputs, Set<String> binary) {
        ResponseWriter writer = new ResponseWriter();
        ByteArrayOutputStream out = new ByteArrayOutputStream(1024);
        try (JsonGenerator g = Wire.JSON.createGenerator(out)) {
            g.writeStartObject();
            g.writeStringField("model_name", model);
            g.writeStringField("model_version", version);
            if (id.isPresent()) {
                g.writeStringField("id", id.get());
            }
            g.writeArrayFieldStart("outputs");
            for (Map.Entry<String, Tensor> output : outputs.entrySet()) {
                writer.output(g, output.getKey(), output.getValue(), binary.contains(output.getKey()));
            }
            g.writeEndArray();
            g.writeEndObject();
        } catch (IOException e) {
            throw new UncheckedIOException(e); // memory does not fail
        }
        int jsonLength = out.size();
        out.writeBytes(writer.tail.toByteArray());
        return new Written(out.toByteArray(), jsonLength);
    }

    private void output(JsonGenerator g, String name, Tensor tensor, boolean binary) throws IOException {
        g.writeStartObject();
        g.writeStringField("name", name);
        g.writeStringField("datatype", tensor.type().oipName());
        g.writeFieldName("shape");
        long[] shape = tensor.shape();
        g.writeArray(shape, 0, shape.length);
        if (binary) {
            int before = tail.size();
            append(tensor);
            g.writeObjectFieldStart("parameters");
            g.writeNumberField("binary_data_size", tail.size() - before);
            g.writeEndObject();
        } else {
            g.writeArrayFieldStart("data");
            data(g, name, tensor);
            g.writeEndArray();
        }
        g.writeEndObject();
    }

    private void append(Tensor tensor) {
        if (tensor.type().sizeBytes() == 0) {
            for (byte[] element : tensor.toBytes()) {
                tail.writeBytes(ByteBuffer.allocate(4)
                        .order(ByteOrder.LITTLE_ENDIAN)
                        .putInt(element.length)
                        .array());
                tail.writeBytes(element);
            }
        } else {
            ByteBuffer from = tensor.bytes();
            byte[] copy = new byte[from.remaining()];
            from.get(copy);
            tail.writeBytes(copy);
        }
    }

    private static void data(JsonGenerator g, String name, Tensor tensor) throws IOException {
        switch (tensor.type()) {
            case STRING, BYTES -> texts(g, name, tensor);
            case FLOAT16, BFLOAT16 ->
                throw new InvalidInputException("sending " + tensor.type().oipName()
                        + " data via JSON is not supported. Please use the binary data format for output " + name);
            default -> {
                ByteBuffer from = tensor.bytes().order(ByteOrder.LITTLE_ENDIAN);
                for (long i = tensor.size(); i > 0; i--) {
                    number(g, tensor.type(), from);
                }
            }
        }
    }

    private static void number(JsonGenerator g, DataType type, ByteBuffer from) throws IOException {
        switch (type) {
            case BOOL -> g.writeBoolean(from.get() != 0);
            case INT8 -> g.writeNumber((int) from.get());
            case UINT8 -> g.writeNumber(from.get() & 0xff);
            case INT16 -> g.writeNumber((int) from.getShort());
            case UINT16 -> g.writeNumber(from.getShort() & 0xffff);
            case INT32 -> g.writeNumber(from.getInt());
            case UINT32 -> g.writeNumber(from.getInt() & 0xffff_ffffL);
            case INT64 -> g.writeNumber(from.getLong());
            case UINT64 -> g.writeNumber(Long.toUnsignedString(from.getLong()));
            case FLOAT32 -> g.writeNumber(from.getFloat());
            case FLOAT64 -> g.writeNumber(from.getDouble());
            case FLOAT16, BFLOAT16, STRING, BYTES -> throw new AssertionError(type);
        }
    }

    private static void texts(JsonGenerator g, String name, Tensor tensor) throws IOException {
        boolean bytes = tensor.type() == DataType.BYTES;
        byte[][] encoded = bytes ? tensor.toBytes() : new byte[0][];
        String[] strings = bytes ? new String[0] : tensor.toStrings();
        for (int i = 0; i < tensor.size(); i++) {
            String text = bytes ? decoded(encoded[i]) : strings[i];
            if (text == null || !Wire.isWellFormed(text)) {
                throw new InvalidInputException("Cannot write output '" + name + "' as JSON: its element " + i
                        + " is not Unicode text; ask for it as bytes, with the output's parameter 'binary_data': true");
            }
            g.writeString(text);
        }
    }

    private static @Nullable String decoded(byte[] utf8) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
