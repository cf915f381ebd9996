package dev.mlcore.api.device;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Placeholder that the gpu work replaces. */
final class CpuPool implements DevicePool {
    @Override
    public List<Device> devices() {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<DeviceLease> request(DeviceRequest request, String owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public DeviceLease acquire(DeviceRequest request, String owner) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {}
}
