package dev.mlcore.serving;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.serving.backend.Slot;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Whether tensors given to a version are what its graph takes: names, types, ranks, fixed sizes, and one size per symbol. */
final class TensorCheck {
    private static final long LARGEST_BYTES = Integer.MAX_VALUE - 1024;

    private final String model;
    private final List<TensorSpec> specs;

    TensorCheck(String model, List<TensorSpec> specs) {
        this.model = model;
        this.specs = specs;
    }

    Checked check(Map<String, Tensor> inputs) {
        for (String name : inputs.keySet()) {
            if (specs.stream().noneMatch(spec -> spec.name().equals(name))) {
                throw refused("it has no input " + name + " (expected: " + names() + ")");
            }
        }
        @Nullable Tensor[] tensors = new @Nullable Tensor[specs.size()];
        long[][] shapes = new long[specs.size()][];
        Map<String, Sized> symbols = new HashMap<>();
        for (int i = 0; i < tensors.length; i++) {
            TensorSpec spec = specs.get(i);
            Tensor tensor = inputs.get(spec.name());
            if (tensor == null) {
                if (!spec.optional()) {
                    throw refused("input " + spec.name() + " is missing (expected: " + spec.type() + " " + spec.dims()
                            + "; given: " + inputs.keySet() + ")");
                }
                continue;
            }
            tensors[i] = tensor;
            shapes[i] = tensor.shape();
            checkType(spec, tensor);
            checkShape(spec, shapes[i], symbols);
            checkSize(spec, tensor);
        }
        return new Checked(specs, tensors, shapes);
    }

    private void checkType(TensorSpec spec, Tensor tensor) {
        boolean text = text(spec.type()) && text(tensor.type());
        if (tensor.type() != spec.type() && !text) {
            throw refused("input " + spec.name() + " is " + tensor.type() + " (expected: " + spec.type() + ")");
        }
    }

    private static boolean text(DataType type) {
        return type == DataType.STRING || type == DataType.BYTES;
    }

    private void checkShape(TensorSpec spec, long[] shape, Map<String, Sized> symbols) {
        List<String> dims = spec.dims();
        boolean fits = shape.length == dims.size();
        for (int d = 0; fits && d < shape.length; d++) {
            fits = !Columns.fixed(dims.get(d)) || Long.parseLong(dims.get(d)) == shape[d];
        }
        if (!fits) {
            throw refused(
                    "input " + spec.name() + " has shape " + Arrays.toString(shape) + " (expected: " + dims + ")");
        }
        for (int d = 0; d < shape.length; d++) {
            String dim = dims.get(d);
            if (Columns.fixed(dim) || dim.isEmpty() || dim.charAt(0) == '-') {
                continue;
            }
            Sized before = symbols.putIfAbsent(dim, new Sized(spec.name(), shape[d]));
            if (before != null && before.size() != shape[d]) {
                throw refused("input " + spec.name() + " has shape " + Arrays.toString(shape) + " (expected: " + dims
                        + " with " + dim + " = " + before.size() + ", as in " + before.tensor() + ")");
            }
        }
    }

    private void checkSize(TensorSpec spec, Tensor tensor) {
        long width = Math.max(spec.type().sizeBytes(), 1);
        if (tensor.size() > LARGEST_BYTES / width) {
            throw refused("input " + spec.name() + " has " + tensor.size() + " elements (expected: at most "
                    + LARGEST_BYTES / width + "; send fewer rows at a time)");
        }
    }

    private List<String> names() {
        return specs.stream().map(TensorSpec::name).toList();
    }

    private InvalidInputException refused(String why) {
        return new InvalidInputException("Cannot run model " + model + ": " + why);
    }

    private record Sized(String tensor, long size) {}

    /** Tensors that fit. Of one call, so that its arrays are nobody else's. */
    @SuppressWarnings("ArrayRecordComponent")
    record Checked(List<TensorSpec> specs, @Nullable Tensor[] tensors, long[][] shapes) {
        void write(Slot slot) {
            for (int i = 0; i < tensors.length; i++) {
                Tensor tensor = tensors[i];
                if (tensor != null) {
                    Tensors.write(slot, i, specs.get(i), tensor);
                }
            }
        }

        /** The first dimension of the first tensor, if it may differ from call to call. */
        int rows() {
            boolean batched = shapes.length > 0
                    && shapes[0] != null
                    && shapes[0].length > 0
                    && !Columns.fixed(specs.get(0).dims().get(0));
            return batched ? (int) Math.max(1, Math.min(shapes[0][0], Integer.MAX_VALUE)) : 1;
        }
    }
}
