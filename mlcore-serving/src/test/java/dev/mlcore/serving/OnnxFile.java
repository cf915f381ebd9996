package dev.mlcore.serving;

import dev.mlcore.api.data.DataType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Writes small ONNX files from the format's field numbers (onnx.proto), so that no test needs Python. */
public final class OnnxFile {
    private final Message graph = new Message();

    private OnnxFile() {
        graph.text(2, "test");
    }

    static OnnxFile graph() {
        return new OnnxFile();
    }

    OnnxFile input(String name, DataType type, Object... dims) {
        graph.message(11, value(name, type, dims));
        return this;
    }

    OnnxFile output(String name, DataType type, Object... dims) {
        graph.message(12, value(name, type, dims));
        return this;
    }

    OnnxFile floats(String name, float[] values, long... dims) {
        graph.message(5, floatTensor(name, values, dims));
        return this;
    }

    OnnxFile longs(String name, long[] values, long... dims) {
        graph.message(5, longTensor(name, values, dims));
        return this;
    }

    OnnxFile texts(String name, String... values) {
        Message tensor = new Message().number(1, values.length).number(2, 8);
        for (String value : values) {
            tensor.text(6, value);
        }
        graph.message(5, tensor.text(8, name));
        return this;
    }

    OnnxFile node(String op, List<String> in, List<String> out, Message... attributes) {
        graph.message(1, nodeOf(op, in, out, attributes));
        return this;
    }

    byte[] bytes() {
        return new Message()
                .number(1, 8)
                .text(2, "mlcore-test")
                .message(7, graph)
                .message(8, new Message().text(1, "").number(2, 13))
                .bytes();
    }

    static Message nodeOf(String op, List<String> in, List<String> out, Message... attributes) {
        Message node = new Message();
        in.forEach(name -> node.text(1, name));
        out.forEach(name -> node.text(2, name));
        node.text(4, op);
        for (Message attribute : attributes) {
            node.message(5, attribute);
        }
        return node;
    }

    static Message integer(String name, long value) {
        return new Message().text(1, name).number(3, value).number(20, 2);
    }

    static Message subgraph(String name, Message body) {
        return new Message().text(1, name).message(6, body).number(20, 5);
    }

    static Message value(String name, DataType type, Object... dims) {
        Message shape = new Message();
        for (Object dim : dims) {
            shape.message(
                    1,
                    dim instanceof Number n
                            ? new Message().number(1, n.longValue())
                            : dim.equals("") ? new Message() : new Message().text(2, dim.toString()));
        }
        Message tensor = new Message().number(1, code(type)).message(2, shape);
        return new Message().text(1, name).message(2, new Message().message(1, tensor));
    }

    static Message floatTensor(String name, float[] values, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * 4).order(ByteOrder.LITTLE_ENDIAN);
        raw.asFloatBuffer().put(values);
        return tensor(name, 1, raw.array(), dims);
    }

    static Message longTensor(String name, long[] values, long... dims) {
        ByteBuffer raw = ByteBuffer.allocate(values.length * 8).order(ByteOrder.LITTLE_ENDIAN);
        raw.asLongBuffer().put(values);
        return tensor(name, 7, raw.array(), dims);
    }

    private static Message tensor(String name, int type, byte[] raw, long... dims) {
        Message tensor = new Message();
        for (long dim : dims) {
            tensor.number(1, dim);
        }
        return tensor.number(2, type).text(8, name).raw(9, raw);
    }

    private static int code(DataType type) {
        return switch (type) {
            case FLOAT32 -> 1;
            case UINT8 -> 2;
            case INT8 -> 3;
            case UINT16 -> 4;
            case INT16 -> 5;
            case INT32 -> 6;
            case INT64 -> 7;
            case STRING, BYTES -> 8;
            case BOOL -> 9;
            case FLOAT16 -> 10;
            case FLOAT64 -> 11;
            case UINT32 -> 12;
            case UINT64 -> 13;
            case BFLOAT16 -> 16;
        };
    }

    /** One protobuf message. */
    static final class Message {
        private final ByteArrayOutputStream out = new ByteArrayOutputStream();

        Message number(int field, long value) {
            varint((long) field << 3);
            varint(value);
            return this;
        }

        Message text(int field, String value) {
            return raw(field, value.getBytes(StandardCharsets.UTF_8));
        }

        Message message(int field, Message value) {
            return raw(field, value.bytes());
        }

        Message raw(int field, byte[] value) {
            varint(((long) field << 3) | 2);
            varint(value.length);
            out.writeBytes(value);
            return this;
        }

        byte[] bytes() {
            return out.toByteArray();
        }

        private void varint(long value) {
            long rest = value;
            while ((rest & ~0x7FL) != 0) {
                out.write((int) ((rest & 0x7F) | 0x80));
                rest >>>= 7;
            }
            out.write((int) rest);
        }
    }

    // ---- models ----

    /** y = x, of any type that ONNX Runtime can pass. */
    public static byte[] identity(DataType type, Object... dims) {
        return graph().input("x", type, dims)
                .output("y", type, dims)
                .node("Identity", List.of("x"), List.of("y"))
                .bytes();
    }

    /** sum = a + b. */
    public static byte[] add() {
        return graph().input("a", DataType.FLOAT32, "batch", 2)
                .input("b", DataType.FLOAT32, "batch", 2)
                .output("sum", DataType.FLOAT32, "batch", 2)
                .node("Add", List.of("a", "b"), List.of("sum"))
                .bytes();
    }

    /** probabilities = softmax(x · weights + bias); weights row-major, one row per column of x. */
    public static byte[] softmax(float[] weights, float[] bias, Object rows) {
        int classes = bias.length;
        int columns = weights.length / classes;
        return graph().input("x", DataType.FLOAT32, rows, columns)
                .output("probabilities", DataType.FLOAT32, rows, classes)
                .floats("W", weights, columns, classes)
                .floats("b", bias, classes)
                .node("MatMul", List.of("x", "W"), List.of("xw"))
                .node("Add", List.of("xw", "b"), List.of("scores"))
                .node("Softmax", List.of("scores"), List.of("probabilities"), integer("axis", -1))
                .bytes();
    }

    /** Like {@link #softmax}, with the index and the name of the likeliest class. */
    static byte[] classifier(float[] weights, float[] bias, String... names) {
        int classes = bias.length;
        int columns = weights.length / classes;
        return graph().input("x", DataType.FLOAT32, "batch", columns)
                .output("label", DataType.INT64, "batch")
                .output("name", DataType.STRING, "batch")
                .output("probabilities", DataType.FLOAT32, "batch", classes)
                .floats("W", weights, columns, classes)
                .floats("b", bias, classes)
                .texts("names", names)
                .node("MatMul", List.of("x", "W"), List.of("xw"))
                .node("Add", List.of("xw", "b"), List.of("scores"))
                .node("Softmax", List.of("scores"), List.of("probabilities"), integer("axis", -1))
                .node("ArgMax", List.of("probabilities"), List.of("label"), integer("axis", 1), integer("keepdims", 0))
                .node("Gather", List.of("names", "label"), List.of("name"))
                .bytes();
    }

    /** value = {10, 20}[index]; other indices fail. */
    public static byte[] table() {
        return graph().input("index", DataType.INT64, "n")
                .output("value", DataType.FLOAT32, "n")
                .floats("values", new float[] {10, 20}, 2)
                .node("Gather", List.of("values", "index"), List.of("value"))
                .bytes();
    }

    /** The indices of what is not zero: an output whose shape depends on the content. */
    static byte[] nonZero() {
        return graph().input("x", DataType.FLOAT32, "n")
                .output("found", DataType.INT64, 1, "n")
                .node("NonZero", List.of("x"), List.of("found"))
                .bytes();
    }

    /** Multiplies a matrix n times; each time is some 100 µs, and a place where a run can be stopped. */
    public static byte[] slow() {
        int size = 160;
        float[] matrix = new float[size * size];
        for (int i = 0; i < size; i++) {
            matrix[i * size + i] = 1;
        }
        Message body = new Message()
                .message(1, nodeOf("MatMul", List.of("v", "E"), List.of("v_next")))
                .message(1, nodeOf("Identity", List.of("go"), List.of("go_next")))
                .text(2, "body")
                .message(11, value("i", DataType.INT64))
                .message(11, value("go", DataType.BOOL))
                .message(11, value("v", DataType.FLOAT32, size, size))
                .message(12, value("go_next", DataType.BOOL))
                .message(12, value("v_next", DataType.FLOAT32, size, size));
        return graph().input("n", DataType.INT64)
                .output("trace", DataType.FLOAT32)
                .floats("E", matrix, size, size)
                .node("Loop", List.of("n", "", "E"), List.of("v_last"), subgraph("body", body))
                .node("ReduceSum", List.of("v_last"), List.of("trace"), integer("keepdims", 0))
                .bytes();
    }

    /** Small, and slow to load: ONNX Runtime multiplies the large constants when it optimises the graph. */
    public static byte[] slowToLoad(int products) {
        OnnxFile file = graph().input("x", DataType.FLOAT32, "n")
                .output("y", DataType.FLOAT32, "n")
                .longs("size", new long[] {1200, 1200}, 2)
                .node("ConstantOfShape", List.of("size"), List.of("m0"));
        for (int i = 1; i <= products; i++) {
            file.node("MatMul", List.of("m" + (i - 1), "m0"), List.of("m" + i));
        }
        return file.node("ReduceMax", List.of("m" + products), List.of("top"), integer("keepdims", 0))
                .node("Add", List.of("x", "top"), List.of("y"))
                .bytes();
    }
}
