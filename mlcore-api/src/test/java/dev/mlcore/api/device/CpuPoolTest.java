package dev.mlcore.api.device;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.tck.DevicePoolContract;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class CpuPoolTest extends DevicePoolContract {
    @Override
    protected DevicePool newPool() {
        return DevicePool.cpu();
    }

    @Test
    void saysWhereGpusComeFrom() {
        assertThat(pool.request(DeviceRequest.ofGpus(2), "penguins/train#3"))
                .failsWithin(Duration.ZERO)
                .withThrowableThat()
                .withMessageContaining(
                        "Cannot lease GPUs to penguins/train#3: 2 (expected: 0, this pool has the CPU alone)")
                .withMessageContaining("Gpus.detect().pool()");
    }
}
