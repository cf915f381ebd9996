package dev.mlcore.serving.backend;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.Preview;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;

/** Java functions as models: given to the engine under a name, served as {@code java:name}. */
@Preview
public final class JavaFunctions {
    private JavaFunctions() {}

    /**
     * A function.
     *
     * @param name what stands after {@code java:}; not blank
     * @param inputs what it takes
     * @param outputs what it gives
     * @param function called with one tensor for each input, checked; answers with one for each output. Called from several threads at once. What it throws
     *     fails the call: an {@link dev.mlcore.api.MlcoreException} as it is, anything else as the cause of a model failure
     * @return a backend that loads this one model
     * @throws IllegalArgumentException if the name is blank, or a tensor's name is used twice
     */
    public static Backend of(
            String name,
            List<TensorSpec> inputs,
            List<TensorSpec> outputs,
            UnaryOperator<Map<String, Tensor>> function) {
        requireNonNull(function, "function");
        if (name.isBlank()) {
            throw new IllegalArgumentException("name: \"\" (expected: not blank)");
        }
        FunctionModel model = new FunctionModel(name, inputs, outputs, function);
        String uri = "java:" + name;
        return (source, context) -> source.uri().value().equals(uri) ? Optional.of(model) : Optional.empty();
    }
}
