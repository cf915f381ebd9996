package dev.mlcore.api.device;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.UnsupportedException;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;

/** The CPU alone. Nothing is ever exclusive here, so nothing waits and nothing needs to be counted. */
final class CpuPool implements DevicePool {
    private static final Device CPU = new Cpu();

    private volatile boolean closed;

    @Override
    public List<Device> devices() {
        return List.of(CPU);
    }

    @Override
    public CompletableFuture<DeviceLease> request(DeviceRequest request, String owner) {
        try {
            return CompletableFuture.completedFuture(acquire(request, owner));
        } catch (MlcoreException refused) {
            return CompletableFuture.failedFuture(refused);
        }
    }

    @Override
    public DeviceLease acquire(DeviceRequest request, String owner) {
        requireNonNull(request, "request");
        requireNonNull(owner, "owner");
        if (closed) {
            throw new OperationCancelledException("Cannot lease a device to " + owner
                    + ": the pool is closed (close it after the engines that use it)");
        }
        if (!request.cpuWillDo()) {
            throw new UnsupportedException("Cannot lease GPUs to " + owner + ": " + request.gpus()
                    + " (expected: 0, this pool has the CPU alone). Hand the engine a pool with GPUs"
                    + " (mlcore-gpu: Gpus.detect().pool()), or ask with elseCpu()");
        }
        return new CpuLease();
    }

    @Override
    public void close() {
        closed = true;
    }

    private static final class Cpu implements Device {
        @Override
        public String id() {
            return "cpu";
        }

        @Override
        public Kind kind() {
            return Kind.CPU;
        }

        @Override
        public String name() {
            return Runtime.getRuntime().availableProcessors() + " processors, " + System.getProperty("os.arch");
        }

        @Override
        public OptionalLong totalBytes() {
            return OptionalLong.empty(); // the JDK tells it only through java.management, which embedders may leave out
        }

        @Override
        public String toString() {
            return id();
        }
    }

    private static final class CpuLease implements DeviceLease {
        @Override
        public List<Device> devices() {
            return List.of(CPU);
        }

        @Override
        public OptionalInt ordinal(Device device) {
            if (!requireNonNull(device, "device").equals(CPU)) {
                throw new IllegalArgumentException("device: " + device.id() + " (expected: cpu)");
            }
            return OptionalInt.empty();
        }

        @Override
        public Map<String, String> environment() {
            return Map.of("CUDA_VISIBLE_DEVICES", "-1");
        }

        @Override
        public void close() {}
    }
}
