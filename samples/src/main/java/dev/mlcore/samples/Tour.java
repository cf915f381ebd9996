package dev.mlcore.samples;

import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.Param;
import dev.mlcore.gpu.Gpus;
import dev.mlcore.serving.InferenceEngine;
import dev.mlcore.serving.ServedModel;
import dev.mlcore.serving.backend.Backend;
import dev.mlcore.serving.backend.JavaFunctions;
import dev.mlcore.tracking.Tracking;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** Each engine by itself in a few lines; {@code samples/run tour} runs them in a temporary folder. */
public final class Tour {
    private Tour() {}

    /**
     * Runs all parts.
     *
     * @param args none
     * @throws Exception if a part fails
     */
    public static void main(String... args) throws Exception {
        Path home = Files.createTempDirectory("mlcore-tour");
        System.out.println("best accuracy " + track(home));
        System.out.println("words: " + workflow(home));
        System.out.println("doubled: " + serveFunction());
        System.out.println(devices());
        System.out.println("files: " + home);
    }

    record Settings(double learningRate, int layers) {}

    static double track(Path home) {
        // tag::tracking[]
        try (Tracking tracking = Tracking.open("sqlite:" + home.resolve("mlflow.db"))) {
            return tracking.experiment("churn").call("baseline", run -> {
                run.params(new Settings(0.01, 3)).tag("team", "growth");
                for (int step = 0; step < 100; step++) {
                    run.metric("loss", 1.0 / (step + 1), step);
                }
                try (Run fold = run.child("fold-1")) {
                    fold.metric("accuracy", 0.91).finish();
                }
                return 0.91;
            });
        }
        // end::tracking[]
    }

    static int workflow(Path home) {
        // tag::dag[]
        DagBuilder d = Dag.builder("count-words");
        Param<String> text = d.param("text", String.class);
        Out<List<String>> lines = d.task("split", text, t -> t.lines().toList());
        Many<Integer> counts = d.each("line", lines).map("count", line -> line.split("\\s+").length);
        Out<Integer> total = d.task(
                "sum", counts, all -> all.stream().mapToInt(Integer::intValue).sum());
        Dag dag = d.build();

        try (DagEngine engine = DagEngine.open("sqlite:" + home.resolve("dag.db"))) {
            return engine.submitOrResume(dag, p -> p.set(text, "to be\nor not to be"))
                    .await(Duration.ofMinutes(1))
                    .get(total);
        }
        // end::dag[]
    }

    @SuppressWarnings("NullAway") // the maps hold what the specifications name
    static float serveFunction() {
        // tag::serving[]
        TensorSpec x = new TensorSpec("x", DataType.FLOAT32, List.of("1"), false);
        TensorSpec y = new TensorSpec("y", DataType.FLOAT32, List.of("1"), false);
        Backend twice = JavaFunctions.of(
                "twice",
                List.of(x),
                List.of(y),
                in -> Map.of("y", Tensor.of(new float[] {2 * in.get("x").toFloats()[0]}, 1)));

        try (InferenceEngine engine = InferenceEngine.builder().backend(twice).build()) {
            ServedModel model = engine.serve(ModelUri.of("java:twice"));
            return model.infer(Map.of("x", Tensor.of(new float[] {21}, 1)))
                    .get("y")
                    .toFloats()[0];
        }
        // end::serving[]
    }

    static String devices() {
        // tag::gpu[]
        Gpus gpus = Gpus.detect();
        try (DevicePool pool = gpus.pool();
                DeviceLease lease = pool.acquire(DeviceRequest.ofGpus(1).elseCpu(), "tour")) {
            return gpus.explain() + " Holding " + lease.devices().get(0).name() + ".";
        }
        // end::gpu[]
    }
}
