package dev.mlcore.serving.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxTensorLike;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * The tensors of one combination of input shapes. The first run leaves the outputs to ONNX Runtime and copies them; where their shapes follow from the
 * inputs', memory is then pinned for them, and later runs write straight into it. Should ONNX Runtime refuse a pinned shape after all, pinning ends.
 */
final class PreparedRun {
    /** A larger output is copied instead: memory is kept for each shape of each slot. */
    private static final long LARGEST_PINNED = 4L << 20;

    static final PreparedRun NONE = new PreparedRun(List.of(), new long[0][]);

    private final List<TensorSpec> specs;
    private final long[][] shapes;
    private final Map<String, OnnxTensorLike> inputs = new LinkedHashMap<>();
    private final OnnxTensor[] fixed;
    private final OnnxTensor[] pins;
    private final Map<String, OnnxTensor> pinned = new LinkedHashMap<>();
    private final Set<String> requested = new LinkedHashSet<>();
    private final ByteBuffer[] buffers;
    private final byte[][][] strings;
    private final long[][] outputShapes;
    private boolean tried;

    private PreparedRun(List<TensorSpec> outputs, long[][] shapes) {
        this.specs = outputs;
        this.shapes = shapes;
        fixed = new OnnxTensor[shapes.length];
        pins = new OnnxTensor[outputs.size()];
        buffers = new ByteBuffer[outputs.size()];
        strings = new byte[outputs.size()][][];
        outputShapes = new long[outputs.size()][];
        outputs.forEach(spec -> requested.add(spec.name()));
    }

    static PreparedRun of(OrtModel model, ByteBuffer[] slabs, long[][] shapes) throws OrtException {
        long[][] copy = new long[shapes.length][];
        for (int i = 0; i < shapes.length; i++) {
            if (shapes[i] != null) {
                copy[i] = shapes[i].clone();
            }
        }
        PreparedRun run = new PreparedRun(model.outputs(), copy);
        try {
            for (int i = 0; i < shapes.length; i++) {
                TensorSpec spec = model.inputs().get(i);
                if (copy[i] != null && spec.type() != DataType.STRING) {
                    run.fixed[i] = tensor(model, slabs[i], spec.type(), copy[i]);
                    run.inputs.put(spec.name(), run.fixed[i]);
                }
            }
            return run;
        } catch (OrtException | RuntimeException e) {
            run.close();
            throw e;
        }
    }

    private static OnnxTensor tensor(OrtModel model, ByteBuffer slab, DataType type, long[] shape) throws OrtException {
        // ONNX Runtime checks a buffer's length loosely; the slice is exact.
        int bytes = Math.toIntExact(elements(shape) * type.sizeBytes());
        ByteBuffer slice = slab.slice(0, bytes).order(ByteOrder.nativeOrder());
        return OnnxTensor.createTensor(model.environment(), slice, shape, OrtModel.javaType(type));
    }

    static long elements(long[] shape) {
        long product = 1;
        for (long size : shape) {
            product = Math.multiplyExact(product, size);
        }
        return product;
    }

    boolean fits(long[][] wanted) {
        for (int i = 0; i < shapes.length; i++) {
            if (!Arrays.equals(shapes[i], wanted[i])) {
                return false;
            }
        }
        return true;
    }

    void run(OrtModel model, byte[][][] text, OrtSession.RunOptions options) throws OrtException {
        OnnxTensor[] texts = texts(model, text);
        try {
            try {
                execute(model, options);
                learn(model);
            } catch (OrtException e) {
                if (pinned.isEmpty() || OrtRuntime.exiting()) {
                    throw e;
                }
                // Perhaps only the pinned shape was wrong: then the second run succeeds, and this model's outputs are
                // never pinned again.
                unpin();
                execute(model, options);
                model.unpredictable();
            }
        } finally {
            OrtSlot.closeAll(texts);
        }
    }

    private void execute(OrtModel model, OrtSession.RunOptions options) throws OrtException {
        try (OrtSession.Result result = model.session().run(inputs, requested, pinned, options)) {
            if (requested.isEmpty()) {
                return;
            }
            for (int i = 0; i < specs.size(); i++) {
                if (pins[i] == null) {
                    OnnxTensor value =
                            (OnnxTensor) result.get(specs.get(i).name()).orElseThrow();
                    copy(i, value);
                }
            }
        }
    }

    private void learn(OrtModel model) throws OrtException {
        if (!tried && model.predictable()) {
            tried = true;
            pin(model);
        }
    }

    private void copy(int output, OnnxTensor value) throws OrtException {
        outputShapes[output] = value.getInfo().getShape();
        if (specs.get(output).type() == DataType.STRING) {
            strings[output] = utf8(value.getValue(), Math.toIntExact(elements(outputShapes[output])));
        } else {
            buffers[output] = value.getByteBuffer().order(ByteOrder.nativeOrder());
        }
    }

    private void pin(OrtModel model) throws OrtException {
        for (int i = 0; i < specs.size(); i++) {
            TensorSpec spec = specs.get(i);
            long bytes = spec.type() == DataType.STRING
                    ? 0
                    : elements(outputShapes[i]) * spec.type().sizeBytes();
            if (bytes > 0 && bytes <= LARGEST_PINNED && OrtModel.pinnable(spec.type()) && predictable(model, i)) {
                ByteBuffer slab = OrtSlot.slab((int) bytes);
                OnnxTensor pin = tensor(model, slab, spec.type(), outputShapes[i]);
                // The answer of the run that was just made is read from where it will be written from now on.
                slab.put(0, buffers[i], 0, (int) bytes);
                pins[i] = pin;
                buffers[i] = slab;
                pinned.put(spec.name(), pin);
                requested.remove(spec.name());
            }
        }
    }

    /** Whether the output's shape follows from the inputs': each dimension is fixed, or carries a symbol that an input has, with its size. */
    private boolean predictable(OrtModel model, int output) {
        Map<String, Long> sizes = new HashMap<>();
        for (int i = 0; i < shapes.length; i++) {
            List<String> dims = model.inputs().get(i).dims();
            for (int d = 0; shapes[i] != null && d < dims.size(); d++) {
                String symbol = symbol(dims.get(d), d);
                if (!symbol.isEmpty()) {
                    sizes.putIfAbsent(symbol, shapes[i][d]);
                }
            }
        }
        List<String> dims = specs.get(output).dims();
        for (int d = 0; d < dims.size(); d++) {
            String dim = dims.get(d);
            boolean known = Character.isDigit(dim.charAt(0))
                    || sizes.getOrDefault(symbol(dim, d), -1L) == outputShapes[output][d];
            if (!known) {
                return false;
            }
        }
        return true;
    }

    /** An unnamed first dimension is the batch in practice; other unnamed ones say nothing about each other. */
    private static String symbol(String dim, int d) {
        return dim.equals("-1") ? d == 0 ? "batch, unnamed" : "" : dim;
    }

    private void unpin() {
        tried = false;
        OrtSlot.closeAll(pins);
        Arrays.fill(pins, null);
        pinned.clear();
        specs.forEach(spec -> requested.add(spec.name()));
    }

    private OnnxTensor[] texts(OrtModel model, byte[][][] text) throws OrtException {
        if (inputs.size() == shapes.length && !hasText(model)) {
            return new OnnxTensor[0];
        }
        OnnxTensor[] texts = new OnnxTensor[shapes.length];
        try {
            for (int i = 0; i < shapes.length; i++) {
                TensorSpec spec = model.inputs().get(i);
                if (shapes[i] != null && spec.type() == DataType.STRING) {
                    String[] values = new String[Math.toIntExact(elements(shapes[i]))];
                    for (int k = 0; k < values.length; k++) {
                        values[k] = text(spec.name(), k, text[i][k]);
                    }
                    texts[i] = OnnxTensor.createTensor(model.environment(), values, shapes[i]);
                    inputs.put(spec.name(), texts[i]);
                }
            }
            return texts;
        } catch (OrtException | RuntimeException e) {
            OrtSlot.closeAll(texts);
            throw e;
        }
    }

    private static boolean hasText(OrtModel model) {
        return model.inputs().stream().anyMatch(spec -> spec.type() == DataType.STRING);
    }

    /** ONNX Runtime's Java interface passes text in the JVM's own form, in which NUL and characters beyond the basic plane are other bytes than in UTF-8. */
    private static String text(String tensor, int index, byte[] utf8) {
        CharBuffer chars;
        try {
            chars = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(utf8));
        } catch (CharacterCodingException e) {
            throw new InvalidInputException(
                    "Cannot feed text " + index + " of tensor " + tensor + ": its bytes are not UTF-8", e);
        }
        for (int i = 0; i < chars.length(); i++) {
            char c = chars.charAt(i);
            if (c == 0 || Character.isSurrogate(c)) {
                String bad = c == 0 ? "U+0000" : String.format("U+%X", Character.codePointAt(chars, i));
                throw new InvalidInputException(
                        "Cannot feed text " + index + " of tensor " + tensor + ": it holds " + bad
                                + ", which ONNX Runtime's Java interface would alter (expected: no U+0000, nothing beyond U+FFFF)");
            }
        }
        return chars.toString();
    }

    private static byte[][] utf8(Object value, int count) {
        byte[][] out = new byte[count][];
        int filled = fill(value, out, 0);
        if (filled != count) {
            throw new UnsupportedException(
                    "Cannot read a text tensor: " + filled + " values (expected: " + count + ")");
        }
        return out;
    }

    private static int fill(Object value, byte[][] out, int at) {
        if (value instanceof Object[] nested) {
            int next = at;
            for (Object part : nested) {
                next = fill(part, out, next);
            }
            return next;
        }
        out[at] = ((String) value).getBytes(StandardCharsets.UTF_8);
        return at + 1;
    }

    long[] outputShape(int tensor) {
        return outputShapes[tensor];
    }

    ByteBuffer output(int tensor) {
        return buffers[tensor];
    }

    byte[][] outputStrings(int tensor) {
        return strings[tensor];
    }

    void close() {
        OrtSlot.closeAll(fixed);
        OrtSlot.closeAll(pins);
    }
}
