package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.gpu.Gpus;
import dev.mlcore.serving.InferenceEngine;
import dev.mlcore.serving.backend.JavaFunctions;
import dev.mlcore.serving.server.InferenceServer;
import dev.mlcore.tracking.Tracking;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README names every thread that the engines start, and they are daemons. */
class ThreadsTest {
    private static final Pattern ROW =
            Pattern.compile("^\\| `mlcore-[a-z-]+` \\| \\d+ \\| [0-9.]+ \\| (.*) \\|$", Pattern.MULTILINE);
    private static final Pattern NAME = Pattern.compile("`(mlcore-[a-zN-]+)`");

    @TempDir
    Path home;

    @Test
    void areThoseThatTheReadmeNames() throws IOException {
        Set<String> named = new TreeSet<>();
        for (MatchResult row : ROW.matcher(Files.readString(Path.of("..", "README.md")))
                .results()
                .toList()) {
            NAME.matcher(row.group(1)).results().forEach(name -> named.add(name.group(1)));
        }
        Set<String> seen = new TreeSet<>();
        DagBuilder d = Dag.builder("threads");
        d.task("look", () -> {
            look(seen);
            return 1;
        });
        Dag dag = d.build();
        TensorSpec x = new TensorSpec("x", DataType.FLOAT32, List.of("1"), false);
        try (DevicePool devices = Gpus.simulated(1, 1 << 20);
                Tracking tracking = Tracking.open("sqlite:" + home.resolve("mlflow.db"));
                DagEngine dags = DagEngine.builder("sqlite:" + home.resolve("dag.db"))
                        .tracking(tracking)
                        .build();
                InferenceEngine engine = InferenceEngine.builder()
                        .backend(JavaFunctions.of("same", List.of(x), List.of(x), in -> {
                            look(seen);
                            return in;
                        }))
                        .build();
                InferenceServer server =
                        InferenceServer.builder(engine).httpPort(0).start();
                DeviceLease held = devices.acquire(DeviceRequest.ofGpus(1), "held")) {
            CompletableFuture<DeviceLease> waiting =
                    devices.request(DeviceRequest.ofGpus(1).waiting(Duration.ofMinutes(1)), "waiting");
            dags.submit(dag).await(Duration.ofMinutes(1));
            engine.serve(ModelUri.of("java:same")).infer(Map.of("x", Tensor.of(new float[] {1}, 1)));
            look(seen);
            waiting.cancel(false);
            assertThat(server.uri().getPort()).isPositive();
            assertThat(held.devices()).hasSize(1);
        }
        assertThat(seen).contains("mlcore-dag-writer", "mlcore-tracking-writer", "mlcore-http-N", "mlcore-gpu-limits");
        assertThat(named).containsAll(seen);
    }

    private static void look(Set<String> seen) {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("mlcore-")) {
                assertThat(thread.isDaemon()).as(thread.getName()).isTrue();
                synchronized (seen) {
                    seen.add(thread.getName().replaceFirst("\\d+.*", "N"));
                }
            }
        }
    }
}
