package dev.mlcore.serving.backend;

import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;

/** A function with the shape of its inputs and outputs. Holds nothing, so that it may be loaded any number of times. */
record FunctionModel(
        String name, List<TensorSpec> inputs, List<TensorSpec> outputs, UnaryOperator<Map<String, Tensor>> function)
        implements LoadedModel {
    FunctionModel {
        inputs = distinct("inputs", inputs);
        outputs = distinct("outputs", outputs);
    }

    private static List<TensorSpec> distinct(String what, List<TensorSpec> specs) {
        Set<String> names = new HashSet<>();
        for (TensorSpec spec : specs) {
            if (!names.add(spec.name())) {
                throw new IllegalArgumentException(what + ": " + spec.name() + " twice (expected: each name once)");
            }
        }
        return List.copyOf(specs);
    }

    @Override
    public String platform() {
        return "java";
    }

    @Override
    public Slot slot(long[] inputElements) {
        return new FunctionSlot(this, inputElements);
    }

    @Override
    public void release() {}
}
