package dev.mlcore.gpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.device.Device;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.api.tck.GpuPoolContract;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** GPUs that a pretended nvidia-smi lists. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the pretended tool is a shell script")
class FoundPoolTest extends GpuPoolContract {
    @TempDir
    Path root;

    @Override
    protected DevicePool newPool() {
        try {
            return new FakeHost(root)
                    .env("CUDA_VISIBLE_DEVICES", FakeHost.C + "," + FakeHost.A + "," + FakeHost.B)
                    .smiSaying(FakeHost.h100(0, FakeHost.A), FakeHost.h100(1, FakeHost.B), FakeHost.h100(2, FakeHost.C))
                    .detect()
                    .pool();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void knowsCudasNumbers() {
        assertThat(gpus).extracting(Device::id).containsExactly(FakeHost.C, FakeHost.A, FakeHost.B);
        pool.acquire(DeviceRequest.ofGpus(1), "a");
        DeviceLease lease = pool.acquire(DeviceRequest.ofGpus(2), "b");
        assertThat(lease.ordinal(gpus.get(1))).hasValue(1);
        assertThat(lease.ordinal(gpus.get(2))).hasValue(2);
        assertThat(lease.environment()).containsEntry("CUDA_VISIBLE_DEVICES", FakeHost.A + "," + FakeHost.B);
    }
}
