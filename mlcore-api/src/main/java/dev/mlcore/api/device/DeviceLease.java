package dev.mlcore.api.device;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/** A hold on devices until it is closed. Thread-safe; whoever got it closes it, twice is once. Made by mlcore alone. */
public interface DeviceLease extends AutoCloseable {
    /**
     * What is held, in the pool's order.
     *
     * @return at least one device
     */
    List<Device> devices();

    /**
     * The number that CUDA gives a held device in this process, looked up now.
     *
     * @param device one of {@link #devices()}
     * @return the ordinal; empty for the CPU, for simulated devices, and where only CUDA itself could tell (cards that are not alike,
     *     without {@code CUDA_DEVICE_ORDER=PCI_BUS_ID})
     * @throws IllegalArgumentException if the device is not part of this lease
     */
    OptionalInt ordinal(Device device);

    /**
     * What a child process needs in its environment to see the held devices and no others.
     *
     * @return {@code CUDA_VISIBLE_DEVICES} with UUIDs, or with {@code -1} if only the CPU is held
     */
    Map<String, String> environment();

    @Override
    void close();
}
