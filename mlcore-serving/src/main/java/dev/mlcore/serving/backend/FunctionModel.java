package dev.mlcore.serving.backend;

import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/** Placeholder while the engine is written. */
record FunctionModel(
        String name, List<TensorSpec> inputs, List<TensorSpec> outputs, UnaryOperator<Map<String, Tensor>> function)
        implements LoadedModel {
    @Override
    public String platform() {
        return "java";
    }

    @Override
    public Slot slot(long[] inputElements) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void release() {}
}
