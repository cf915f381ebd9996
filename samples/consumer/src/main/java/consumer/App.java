package consumer;

import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.gpu.Gpus;
import dev.mlcore.serving.InferenceEngine;
import dev.mlcore.serving.backend.Backend;
import dev.mlcore.serving.backend.JavaFunctions;
import dev.mlcore.serving.server.InferenceServer;
import dev.mlcore.tracking.Tracking;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;

/** What a user's program does, from a module of its own: every engine once. */
public final class App {
    record Trial(double rate, double loss) {}

    private App() {}

    public static void main(String[] args) throws Exception {
        Path home = Files.createDirectories(Path.of(args[0]));
        DagBuilder d = Dag.builder("consumer");
        Many<Trial> trials = d.each("rate", List.of(0.1, 0.2, 0.3)).map("try", (rate, ctx) -> {
            ctx.run().param("rate", rate).metric("loss", 1 - rate);
            return new Trial(rate, 1 - rate);
        });
        Out<Double> best = d.task("best", trials, all -> all.stream().mapToDouble(Trial::loss).min().orElseThrow());
        Dag dag = d.build();

        try (DevicePool devices = Gpus.detect().pool();
                Tracking tracking = Tracking.open("sqlite:" + home.resolve("mlflow.db"));
                DagEngine dags = DagEngine.builder("sqlite:" + home.resolve("dag.db")).tracking(tracking).devices(devices).build()) {
            DagRun run = dags.submit(dag).await(Duration.ofMinutes(1));
            expect(0.7, run.get(best));
        }

        TensorSpec numbers = new TensorSpec("x", DataType.FLOAT32, List.of("n"), false);
        TensorSpec sums = new TensorSpec("sum", DataType.FLOAT32, List.of("1"), false);
        Backend functions = JavaFunctions.of("sum", List.of(numbers), List.of(sums), inputs -> {
            float sum = 0;
            for (float x : inputs.get("x").toFloats()) {
                sum += x;
            }
            return Map.of("sum", Tensor.of(new float[] {sum}, 1));
        });
        try (InferenceEngine engine = InferenceEngine.builder().backend(functions).build()) {
            engine.serve(ModelUri.of("java:sum"));
            try (InferenceServer server = InferenceServer.builder(engine).httpPort(0).start()) {
                HttpRequest request = HttpRequest.newBuilder(URI.create(server.uri() + "/v2/models/sum/infer"))
                        .header("Content-Type", "application/json")
                        .POST(HttpRequest.BodyPublishers.ofString(
                                "{\"inputs\":[{\"name\":\"x\",\"shape\":[3],\"datatype\":\"FP32\",\"data\":[1,2,4]}]}"))
                        .build();
                String answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString()).body();
                expect(true, answer.contains("[7.0]"));
            }
        }
        System.out.println("ok, " + (App.class.getModule().isNamed() ? "as a named module" : "on the class path"));
    }

    private static void expect(Object expected, Object found) {
        if (!expected.equals(found)) {
            throw new AssertionError("expected " + expected + ", found " + found);
        }
    }
}
