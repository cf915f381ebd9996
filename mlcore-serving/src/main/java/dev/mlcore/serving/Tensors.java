package dev.mlcore.serving;

import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.serving.backend.Slot;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Tensors into a slot and out of it. */
final class Tensors {
    private Tensors() {}

    static void write(Slot slot, int index, TensorSpec spec, Tensor tensor) {
        if (spec.type().sizeBytes() == 0) {
            byte[][] values = tensor.toBytes();
            System.arraycopy(values, 0, slot.inputStrings(index), 0, values.length);
        } else {
            ByteBuffer bytes = tensor.bytes();
            slot.input(index).put(0, bytes, bytes.position(), bytes.remaining());
        }
    }

    static Map<String, Tensor> read(Slot slot, List<TensorSpec> specs) {
        Map<String, Tensor> tensors = new LinkedHashMap<>();
        for (int i = 0; i < specs.size(); i++) {
            tensors.put(specs.get(i).name(), read(slot, i, specs.get(i).type()));
        }
        return Collections.unmodifiableMap(tensors);
    }

    private static Tensor read(Slot slot, int index, DataType type) {
        long[] shape = slot.outputShape(index);
        if (type.sizeBytes() > 0) {
            return Tensor.of(type, slot.output(index), shape);
        }
        byte[][] values = slot.outputStrings(index);
        if (type == DataType.BYTES) {
            return Tensor.ofBytes(values, shape);
        }
        String[] texts = new String[values.length];
        for (int i = 0; i < texts.length; i++) {
            texts[i] = new String(values[i], StandardCharsets.UTF_8);
        }
        return Tensor.of(texts, shape);
    }
}
