package dev.mlcore.serving.server;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.serving.InferenceEngine;
import dev.mlcore.serving.backend.Backend;
import dev.mlcore.serving.backend.JavaFunctions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.function.UnaryOperator;

/** Small models, as functions, behind an engine. */
final class Models implements AutoCloseable {
    final InferenceEngine engine;
    final CountDownLatch slowEntered = new CountDownLatch(1);
    final CountDownLatch slowMayGo = new CountDownLatch(1);

    Models() {
        List<Backend> backends = new ArrayList<>();
        List<String> names = new ArrayList<>();
        List<DataType> types = new ArrayList<>(Samples.TYPES);
        types.add(DataType.BYTES);
        for (DataType type : types) {
            add(
                    backends,
                    names,
                    "echo-" + type,
                    List.of(spec("x", type, "n")),
                    List.of(spec("y", type, "n")),
                    in -> Map.of("y", in.get("x")));
        }
        add(
                backends,
                names,
                "add",
                List.of(spec("a", DataType.FLOAT32, "-1", "2"), spec("b", DataType.FLOAT32, "-1", "2")),
                List.of(spec("sum", DataType.FLOAT32, "-1", "2"), spec("first", DataType.FLOAT32, "-1", "2")),
                Models::sum);
        add(
                backends,
                names,
                "pä x",
                List.of(spec("x", DataType.INT64)),
                List.of(spec("y", DataType.INT64)),
                in -> Map.of("y", in.get("x")));
        add(backends, names, "slow", List.of(spec("x", DataType.INT64)), List.of(spec("y", DataType.INT64)), in -> {
            slowEntered.countDown();
            try {
                slowMayGo.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return Map.of("y", in.get("x"));
        });
        add(backends, names, "fails", List.of(spec("x", DataType.INT64)), List.of(spec("y", DataType.INT64)), in -> {
            throw new IllegalStateException("/secret/path");
        });
        add(backends, names, "picky", List.of(spec("x", DataType.INT64)), List.of(spec("y", DataType.INT64)), in -> {
            throw new InvalidInputException("x: " + Samples.get(in, "x").toLongs()[0] + " (expected: a prime)");
        });
        InferenceEngine.Builder builder = InferenceEngine.builder();
        backends.forEach(builder::backend);
        engine = builder.build();
        names.forEach(name -> engine.serve(ModelUri.of("java:" + name)));
    }

    private static void add(
            List<Backend> backends,
            List<String> names,
            String name,
            List<TensorSpec> inputs,
            List<TensorSpec> outputs,
            UnaryOperator<Map<String, Tensor>> function) {
        backends.add(JavaFunctions.of(name, inputs, outputs, function));
        names.add(name);
    }

    private static Map<String, Tensor> sum(Map<String, Tensor> in) {
        float[] a = Samples.get(in, "a").toFloats();
        float[] b = Samples.get(in, "b").toFloats();
        for (int i = 0; i < a.length; i++) {
            b[i] += a[i];
        }
        return Map.of("sum", Tensor.of(b, Samples.get(in, "b").shape()), "first", in.get("a"));
    }

    private static TensorSpec spec(String name, DataType type, String... dims) {
        return new TensorSpec(name, type, List.of(dims), false);
    }

    @Override
    public void close() {
        slowMayGo.countDown();
        engine.close();
    }
}
