package dev.mlcore.serving.server;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/** Random tensors beside the JSON tree that says the same: an oracle that shares no code with the reader and the writer. */
final class Samples {
    static final ObjectMapper MAPPER = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;
    static final List<DataType> TYPES = List.of(
            DataType.BOOL,
            DataType.INT8,
            DataType.UINT8,
            DataType.INT16,
            DataType.UINT16,
            DataType.INT32,
            DataType.UINT32,
            DataType.INT64,
            DataType.UINT64,
            DataType.FLOAT32,
            DataType.FLOAT64,
            DataType.STRING);

    private Samples() {}

    /** A tensor and the values it was made of, as JSON nodes in row-major order. */
    record Sample(String name, DataType type, List<JsonNode> leaves, Tensor tensor) {
        long[] shape() {
            return tensor.shape();
        }
    }

    static Sample sample(Random random, String name) {
        DataType type = TYPES.get(random.nextInt(TYPES.size()));
        long[] shape = new long[random.nextInt(4)];
        int size = 1;
        for (int i = 0; i < shape.length; i++) {
            shape[i] = random.nextInt(12) == 0 ? 0 : 1 + random.nextInt(5);
            size *= (int) shape[i];
        }
        List<JsonNode> leaves = new ArrayList<>();
        String[] texts = new String[size];
        ByteBuffer bytes = ByteBuffer.allocate(size * 8).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < size; i++) {
            leaves.add(leaf(random, type, bytes, texts, i));
        }
        Tensor tensor = type == DataType.STRING ? Tensor.of(texts, shape) : Tensor.of(type, bytes.flip(), shape);
        return new Sample(name, type, leaves, tensor);
    }

    private static JsonNode leaf(Random random, DataType type, ByteBuffer bytes, String[] texts, int i) {
        long bits = random.nextInt(4) == 0
                ? List.of(0L, -1L, 1L, Long.MIN_VALUE, Long.MAX_VALUE).get(random.nextInt(5))
                : random.nextLong();
        switch (type) {
            case BOOL -> {
                bytes.put((byte) (bits & 1));
                return NODES.booleanNode((bits & 1) == 1);
            }
            case INT8 -> {
                bytes.put((byte) bits);
                return NODES.numberNode((byte) bits);
            }
            case UINT8 -> {
                bytes.put((byte) bits);
                return NODES.numberNode(Byte.toUnsignedInt((byte) bits));
            }
            case INT16 -> {
                bytes.putShort((short) bits);
                return NODES.numberNode((short) bits);
            }
            case UINT16 -> {
                bytes.putShort((short) bits);
                return NODES.numberNode(Short.toUnsignedInt((short) bits));
            }
            case INT32 -> {
                bytes.putInt((int) bits);
                return NODES.numberNode((int) bits);
            }
            case UINT32 -> {
                bytes.putInt((int) bits);
                return NODES.numberNode(Integer.toUnsignedLong((int) bits));
            }
            case INT64 -> {
                bytes.putLong(bits);
                return NODES.numberNode(bits);
            }
            case UINT64 -> {
                bytes.putLong(bits);
                return NODES.numberNode(new BigInteger(Long.toUnsignedString(bits)));
            }
            case FLOAT32 -> {
                float value = Float.intBitsToFloat((int) bits);
                value = Float.isFinite(value) ? value : (int) bits;
                bytes.putFloat(value);
                // The exact decimal expansion, longer than any shortest form; a zero keeps its sign only as text.
                return value == 0 ? NODES.numberNode(value) : NODES.numberNode(new BigDecimal(value));
            }
            case FLOAT64 -> {
                double value = Double.longBitsToDouble(bits);
                value = Double.isFinite(value) ? value : bits;
                bytes.putDouble(value);
                return value == 0 ? NODES.numberNode(value) : NODES.numberNode(new BigDecimal(value));
            }
            default -> {
                String text = text(random);
                texts[i] = text;
                return NODES.textNode(text);
            }
        }
    }

    private static String text(Random random) {
        StringBuilder text = new StringBuilder();
        for (int n = random.nextInt(6); n > 0; n--) {
            int c = random.nextInt(3) == 0 ? random.nextInt(Character.MAX_CODE_POINT) : random.nextInt(256);
            text.appendCodePoint(c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE ? '"' : c);
        }
        return text.toString();
    }

    /** The entry of {@code inputs}, its members in random order, its data flat or nested as the shape says. */
    static ObjectNode json(Sample sample, Random random) {
        Map<String, JsonNode> members = new java.util.LinkedHashMap<>();
        members.put("name", NODES.textNode(sample.name));
        members.put("datatype", NODES.textNode(sample.type.oipName()));
        ArrayNode shape = NODES.arrayNode();
        for (long dim : sample.shape()) {
            shape.add(dim);
        }
        members.put("shape", shape);
        members.put(
                "something",
                NODES.objectNode().set("unknown", NODES.arrayNode().add(1).add("]}")));
        boolean nested = random.nextBoolean() && sample.shape().length > 0 && sample.tensor.size() > 0;
        members.put(
                "data",
                nested ? nested(sample, 0, sample.leaves) : NODES.arrayNode().addAll(sample.leaves));
        List<String> order = new ArrayList<>(members.keySet());
        Collections.shuffle(order, random);
        ObjectNode input = NODES.objectNode();
        order.forEach(member -> input.set(member, members.get(member)));
        return input;
    }

    private static JsonNode nested(Sample sample, int dim, List<JsonNode> leaves) {
        ArrayNode array = NODES.arrayNode();
        if (dim == sample.shape().length - 1) {
            return array.addAll(leaves);
        }
        int each = leaves.size() / (int) sample.shape()[dim];
        for (int i = 0; i < sample.shape()[dim]; i++) {
            array.add(nested(sample, dim + 1, leaves.subList(i * each, (i + 1) * each)));
        }
        return array;
    }

    static byte[] request(List<Sample> samples, Random random) throws JsonProcessingException {
        ObjectNode request = NODES.objectNode();
        request.put("id", "r" + samples.size());
        request.put("model_name", "ignored");
        ArrayNode inputs = request.putArray("inputs");
        samples.forEach(s -> inputs.add(json(s, random)));
        return MAPPER.writeValueAsString(request).getBytes(StandardCharsets.UTF_8);
    }

    static Tensor get(Map<String, Tensor> tensors, String name) {
        return java.util.Objects.requireNonNull(tensors.get(name), name);
    }

    static InferRequest read(String json) {
        byte[] body = json.getBytes(StandardCharsets.UTF_8);
        return RequestReader.read("m", body, body.length);
    }

    static String write(Map<String, Tensor> outputs) {
        return new String(
                ResponseWriter.write("m", "7", java.util.Optional.empty(), outputs, Set.of())
                        .body(),
                StandardCharsets.UTF_8);
    }
}
