package dev.mlcore.gpu;

import dev.mlcore.api.device.Device;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * A GPU, found or pretended.
 *
 * @param id its UUID, or {@code sim-0}
 * @param kind what it is
 * @param name the vendor's name
 * @param totalBytes its memory; empty if the driver does not tell
 * @param ordinal CUDA's number for it in this process; empty if only CUDA itself could tell
 */
record Gpu(String id, Kind kind, String name, OptionalLong totalBytes, OptionalInt ordinal) implements Device {
    @Override
    public String toString() {
        return id;
    }
}
