package dev.mlcore.api.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.device.Device;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/**
 * What every {@link DevicePool} keeps, whatever it holds. A pool that has GPUs keeps {@link GpuPoolContract} as well.
 */
@NullUnmarked
public abstract class DevicePoolContract {
    protected DevicePool pool;
    protected List<Device> gpus;
    private Set<Thread> before;

    /**
     * Makes what is tested.
     *
     * @return a new pool that nobody else uses
     */
    protected abstract DevicePool newPool();

    @BeforeEach
    final void open() {
        before = poolThreads();
        pool = newPool();
        gpus = pool.devices().stream()
                .filter(device -> device.kind() != Device.Kind.CPU)
                .toList();
    }

    @AfterEach
    final void leavesNothingBehind() throws InterruptedException {
        pool.close();
        for (Thread thread : poolThreads()) {
            if (!before.contains(thread)) {
                thread.join(5_000);
                assertThat(thread.isAlive())
                        .as("%s still runs", thread.getName())
                        .isFalse();
            }
        }
    }

    @Test
    void listsTheCpuLastAndEachDeviceOnce() {
        List<Device> devices = pool.devices();
        Device cpu = devices.get(devices.size() - 1);
        assertThat(cpu.kind()).isEqualTo(Device.Kind.CPU);
        assertThat(cpu.id()).isEqualTo("cpu");
        assertThat(gpus).hasSize(devices.size() - 1);
        assertThat(devices.stream().map(Device::id)).doesNotHaveDuplicates();
        assertThat(devices).allSatisfy(device -> assertThat(device.name()).isNotBlank());
        assertThat(devices)
                .allSatisfy(device -> assertThat(device.totalBytes().orElse(1)).isPositive());
        assertThatThrownBy(() -> devices.remove(0)).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void grantsTheCpuAtOnceToWhoeverAsks() {
        List<DeviceLease> leases = Stream.of("a", "b", "c")
                .map(owner -> pool.request(DeviceRequest.ofCpu(), owner).getNow(null))
                .toList();
        assertThat(leases).doesNotContainNull();
        for (DeviceLease lease : leases) {
            Device cpu = lease.devices().get(0);
            assertThat(lease.devices()).hasSize(1);
            assertThat(cpu.id()).isEqualTo("cpu");
            assertThat(lease.ordinal(cpu)).isEmpty();
            assertThat(lease.environment()).containsEntry("CUDA_VISIBLE_DEVICES", "-1");
            lease.close();
            lease.close();
        }
    }

    @Test
    void acquiresTheCpuWithoutWaiting() {
        try (DeviceLease lease = pool.acquire(DeviceRequest.ofCpu().waiting(Duration.ZERO), "a")) {
            assertThat(ids(lease)).containsExactly("cpu");
        }
    }

    @Test
    void refusesForEverWhatItNeverHas() {
        DeviceRequest tooMany = DeviceRequest.ofGpus(gpus.size() + 1);
        Throwable failure = failure(pool.request(tooMany, "penguins/train#3"));
        assertThat(failure)
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("penguins/train#3")
                .hasMessageContaining("" + (gpus.size() + 1))
                .hasMessageContaining("elseCpu()");
        assertThatThrownBy(() -> pool.acquire(tooMany, "a")).isInstanceOf(UnsupportedException.class);
    }

    @Test
    void givesTheCpuInsteadOfGpusItNeverHas() {
        DeviceRequest tooMany = DeviceRequest.ofGpus(gpus.size() + 1).elseCpu();
        try (DeviceLease lease = pool.request(tooMany, "a").getNow(null)) {
            assertThat(ids(lease)).containsExactly("cpu");
        }
    }

    @Test
    void refusesAllOnceClosed() {
        DeviceLease held = pool.acquire(DeviceRequest.ofCpu(), "a");
        pool.close();
        pool.close();
        assertThat(failure(pool.request(DeviceRequest.ofCpu(), "late")))
                .isInstanceOf(OperationCancelledException.class)
                .hasMessageContaining("late")
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> pool.acquire(DeviceRequest.ofCpu(), "late"))
                .isInstanceOf(OperationCancelledException.class);
        assertThat(ids(held)).containsExactly("cpu");
        held.close();
        assertThat(pool.devices()).isNotEmpty();
    }

    @Test
    void anOrdinalIsOfAHeldDevice() {
        Device foreign = new Foreign();
        try (DeviceLease lease = pool.acquire(DeviceRequest.ofCpu(), "a")) {
            assertThatThrownBy(() -> lease.ordinal(foreign))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("foreign");
        }
    }

    @Test
    void wantsItsArguments() {
        assertThatThrownBy(() -> pool.request(null, "a")).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pool.request(DeviceRequest.ofCpu(), null)).isInstanceOf(NullPointerException.class);
        assertThatThrownBy(() -> pool.acquire(null, "a")).isInstanceOf(NullPointerException.class);
    }

    /** The failure of a future that has failed already; never waits. */
    static @Nullable Throwable failure(CompletableFuture<?> future) {
        assertThat(future).isDone();
        Throwable thrown = catchThrowable(future::join);
        return thrown instanceof CompletionException ? thrown.getCause() : thrown;
    }

    static List<String> ids(DeviceLease lease) {
        return lease.devices().stream().map(Device::id).toList();
    }

    private static Set<Thread> poolThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(thread -> thread.getName().startsWith("mlcore-"))
                .collect(Collectors.toSet());
    }

    private static final class Foreign implements Device {
        @Override
        public String id() {
            return "foreign";
        }

        @Override
        public Kind kind() {
            return Kind.SIMULATED;
        }

        @Override
        public String name() {
            return "foreign";
        }

        @Override
        public OptionalLong totalBytes() {
            return OptionalLong.empty();
        }
    }
}
