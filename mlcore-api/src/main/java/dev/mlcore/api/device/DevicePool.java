package dev.mlcore.api.device;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/**
 * One ledger of devices, shared by workflow tasks and by serving. Requests are granted first come, first served. Thread-safe; the
 * application closes it, after the engines it handed it to. Made by mlcore alone.
 */
public interface DevicePool extends AutoCloseable {
    /**
     * A pool that has the CPU and nothing else; it needs no other module.
     *
     * @return a new pool
     */
    static DevicePool cpu() {
        return new CpuPool();
    }

    /**
     * What there is, the CPU last.
     *
     * @return at least the CPU
     */
    List<Device> devices();

    /**
     * Asks for devices without holding a thread while waiting. Cancelling the future withdraws the request; a grant that comes too late
     * is given back.
     *
     * <p>The future fails with {@link dev.mlcore.api.UnsupportedException} if the pool can never grant it, with
     * {@link dev.mlcore.api.ExhaustedException} if its time passed, and with {@link dev.mlcore.api.OperationCancelledException} if the pool was closed.
     *
     * @param request what is wanted
     * @param owner who asks, for messages: {@code penguins/train#3}
     * @return completed with the lease, on the thread that frees the devices
     */
    CompletableFuture<DeviceLease> request(DeviceRequest request, String owner);

    /**
     * Asks for devices and waits for them.
     *
     * @param request what is wanted
     * @param owner who asks, for messages
     * @return the lease
     * @throws dev.mlcore.api.MlcoreException as {@link #request} fails
     * @throws dev.mlcore.api.OperationCancelledException if the thread is interrupted; its interrupt flag stays set and the request is withdrawn
     */
    DeviceLease acquire(DeviceRequest request, String owner);

    /** Fails what waits; leases already granted stay valid until they are closed. */
    @Override
    void close();
}
