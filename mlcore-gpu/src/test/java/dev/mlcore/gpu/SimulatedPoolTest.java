package dev.mlcore.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mlcore.api.device.Device;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.api.tck.GpuPoolContract;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class SimulatedPoolTest extends GpuPoolContract {
    @Override
    protected DevicePool newPool() {
        return Gpus.simulated(4, 8L << 30);
    }

    @Test
    void pretendsWhatWasAskedFor() {
        assertThat(gpus).extracting(Device::id).containsExactly("sim-0", "sim-1", "sim-2", "sim-3");
        assertThat(gpus).allSatisfy(gpu -> {
            assertThat(gpu.kind()).isEqualTo(Device.Kind.SIMULATED);
            assertThat(gpu.totalBytes()).hasValue(8L << 30);
        });
        try (DeviceLease lease = pool.acquire(DeviceRequest.ofGpus(1), "a")) {
            assertThat(lease.ordinal(gpus.get(0))).isEmpty();
        }
    }

    @Test
    void saysWhoHoldsWhat() {
        pool.acquire(DeviceRequest.ofGpus(3), "penguins/train#3");
        CompletableFuture<DeviceLease> unused = pool.request(DeviceRequest.ofGpus(2), "penguins/train#4");
        assertThatThrownBy(() -> pool.acquire(DeviceRequest.ofGpus(1).waiting(Duration.ZERO), "penguins/train#5"))
                .hasMessage("Cannot lease 1 GPU to penguins/train#5 within PT0S: 1 of 4 free (sim-0 held by"
                        + " penguins/train#3, sim-1 held by penguins/train#3, sim-2 held by penguins/train#3);"
                        + " 1 request stands before it. Wait longer, or close leases sooner");
        assertThatThrownBy(() -> pool.acquire(DeviceRequest.ofGpus(5), "penguins/train#6"))
                .hasMessage("Cannot lease GPUs to penguins/train#6: 5 (expected: at most 4)."
                        + " This pool simulates 4. Ask for fewer, or with elseCpu()");
    }

    @Test
    void aServedRequestKeepsNoClockRunning() {
        DeviceLease held = pool.acquire(DeviceRequest.ofGpus(4), "a");
        pool.request(DeviceRequest.ofGpus(1).waiting(Duration.ofHours(1)), "b").cancel(true);
        CompletableFuture<DeviceLease> served =
                pool.request(DeviceRequest.ofGpus(1).waiting(Duration.ofHours(1)), "c");
        held.close();
        assertThat(served).isCompleted();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("mlcore-gpu-limits")));
    }

    @Test
    void refusesWhatCannotBeSimulated() {
        assertThatThrownBy(() -> Gpus.simulated(-1, 1)).hasMessage("gpus: -1 (expected: >= 0)");
        assertThatThrownBy(() -> Gpus.simulated(1, 0)).hasMessage("bytesEach: 0 (expected: >= 1)");
    }
}
