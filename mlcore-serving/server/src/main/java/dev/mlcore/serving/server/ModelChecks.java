package dev.mlcore.serving.server;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/** Holds a request against a model's tensors, in the order and the words that clients of the protocol know. */
final class ModelChecks {
    private static final String VARIABLE = "-1";

    private ModelChecks() {}

    /** Number of inputs, then names, then shapes, then types. */
    static void inputs(String model, List<TensorSpec> specs, Map<String, Tensor> inputs) {
        count(model, specs, inputs.keySet());
        for (String name : inputs.keySet()) {
            if (specs.stream().noneMatch(s -> s.name().equals(name))) {
                throw new InvalidInputException("unexpected inference input '" + name + "' for model '" + model + "'");
            }
        }
        for (TensorSpec spec : specs) {
            Tensor tensor = inputs.get(spec.name());
            if (tensor != null) {
                shape(model, spec, tensor.shape());
                type(model, spec, tensor.type());
            }
        }
    }

    /** Names of outputs that a request lists. */
    static void outputs(String model, List<TensorSpec> specs, List<InferRequest.WantedOutput> wanted) {
        for (InferRequest.WantedOutput output : wanted) {
            if (specs.stream().noneMatch(s -> s.name().equals(output.name()))) {
                throw new InvalidInputException(
                        "unexpected inference output '" + output.name() + "' for model '" + model + "'");
            }
        }
    }

    /** The shape as the protocol shows it, -1 for what differs from call to call. */
    static long[] shape(TensorSpec spec) {
        return spec.dims().stream().mapToLong(ModelChecks::size).toArray();
    }

    private static long size(String dim) {
        return isSize(dim) ? Long.parseLong(dim) : Long.parseLong(VARIABLE);
    }

    private static boolean isSize(String dim) {
        return !dim.isEmpty() && dim.chars().allMatch(c -> c >= '0' && c <= '9');
    }

    private static void count(String model, List<TensorSpec> specs, Set<String> given) {
        long least = specs.stream().filter(s -> !s.optional()).count();
        List<String> missing = specs.stream()
                .filter(s -> !s.optional() && !given.contains(s.name()))
                .map(TensorSpec::name)
                .toList();
        boolean rightNumber = given.size() >= least && given.size() <= specs.size();
        boolean allKnown =
                specs.stream().map(TensorSpec::name).collect(Collectors.toSet()).containsAll(given);
        if (rightNumber && (missing.isEmpty() || !allKnown)) {
            return; // an unknown name has words of its own
        }
        String expected = least == specs.size()
                ? "expected " + least + " inputs but got " + given.size() + " inputs for model '" + model + "'."
                : "expected number of inputs between " + least + " and " + specs.size() + " but got " + given.size()
                        + " inputs for model '" + model + "'.";
        throw new InvalidInputException(expected + " Got input(s) " + quoted(new ArrayList<>(given))
                + (missing.isEmpty()
                        ? "."
                        : ", but missing required input(s) " + quoted(missing)
                                + ". Please provide all required input(s)."));
    }

    private static void shape(String model, TensorSpec spec, long[] given) {
        long[] expected = shape(spec);
        boolean fits = given.length == expected.length;
        for (int i = 0; fits && i < given.length; i++) {
            fits = expected[i] < 0 || expected[i] == given[i];
        }
        if (!fits) {
            throw new InvalidInputException("unexpected shape for input '" + spec.name() + "' for model '" + model
                    + "'. Expected " + compact(expected) + ", got " + compact(given)
                    + ". A dimension of -1 stands for any size.");
        }
    }

    private static void type(String model, TensorSpec spec, DataType given) {
        if (!spec.type().oipName().equals(given.oipName())) {
            throw new InvalidInputException("inference input '" + spec.name() + "' data-type is '" + given.oipName()
                    + "', but model '" + model + "' expects '" + spec.type().oipName() + "'");
        }
    }

    private static String compact(long[] shape) {
        return Arrays.stream(shape).mapToObj(Long::toString).collect(Collectors.joining(",", "[", "]"));
    }

    private static String quoted(List<String> names) {
        return names.stream().map(n -> "'" + n + "'").collect(Collectors.joining(",", "[", "]"));
    }
}
