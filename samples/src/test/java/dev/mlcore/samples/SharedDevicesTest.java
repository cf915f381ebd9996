package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.device.Device;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Out;
import dev.mlcore.gpu.Gpus;
import dev.mlcore.serving.InferenceEngine;
import dev.mlcore.serving.ServedModel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** One ledger: what a task holds, serving waits for, and the other way round. */
class SharedDevicesTest {
    @TempDir
    Path dir;

    @AfterAll
    static void nothingIsLeft() {
        Samples.assertNoThreadsLeft();
    }

    @Test
    void aTaskAndTheEngineTakeTurnsOnTheOneDevice() throws Exception {
        Fitted fitted = Samples.penguins().fit(0.1);
        Path model =
                Samples.pack(fitted, fitted.features(), dir.resolve("model")).directory();
        CountDownLatch holding = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        DagBuilder d = Dag.builder("shares");
        Out<List<String>> held = d.task("hold", ctx -> {
                    holding.countDown();
                    release.await();
                    return ctx.lease().map(DeviceLease::devices).orElseThrow().stream()
                            .map(Device::id)
                            .toList();
                })
                .device(DeviceRequest.ofGpus(1));
        Dag dag = d.build();

        try (DevicePool devices = Gpus.simulated(1, 1L << 30);
                DagEngine dags = DagEngine.builder("sqlite:" + dir.resolve("dag.db"))
                        .devices(devices)
                        .build();
                InferenceEngine engine =
                        InferenceEngine.builder().devices(devices).build()) {
            DagRun run = dags.submit(dag);
            assertThat(holding.await(30, TimeUnit.SECONDS)).isTrue();

            CompletableFuture<ServedModel> serving = CompletableFuture.supplyAsync(
                    () -> engine.serve(ModelUri.of(model.toUri().toString()), o -> o.device(DeviceRequest.ofGpus(1))));
            assertThat(serving).isNotDone();
            release.countDown();
            assertThat(run.await(Duration.ofSeconds(30)).get(held)).hasSize(1).doesNotContain("cpu");
            ServedModel served = serving.get(30, TimeUnit.SECONDS);
            assertThat(served.predictor(Penguin.class, Species.class)
                            .predict(new Penguin(39.1f, 18.7f, 181f, 3750f))
                            .likeliest())
                    .isEqualTo("adelie");

            CompletableFuture<DeviceLease> next = devices.request(DeviceRequest.ofGpus(1), "test");
            assertThat(next).isNotDone();
            served.close();
            next.get(30, TimeUnit.SECONDS).close();
        }
    }
}
