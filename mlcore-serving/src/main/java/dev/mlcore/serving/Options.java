package dev.mlcore.serving;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.device.DeviceRequest;
import java.util.Optional;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

final class Options implements ServeOptions {
    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}._ -]{1,255}");

    private Optional<String> name = Optional.empty();
    private int instances; // 0: not set
    private int threads = 1;
    private Optional<DeviceRequest> device = Optional.empty();
    private @Nullable Class<? extends Record> input;
    private @Nullable Class<? extends Record> output;
    private boolean pinned;

    @Override
    public Options name(String servedName) {
        if (!NAME.matcher(servedName).matches()) {
            throw new IllegalArgumentException(
                    "name: " + servedName + " (expected: 1 to 255 letters, digits, . _ - and spaces)");
        }
        name = Optional.of(servedName);
        return this;
    }

    @Override
    public Options instances(int count) {
        instances = range("instances", count);
        return this;
    }

    @Override
    public Options threadsPerInstance(int count) {
        threads = range("threadsPerInstance", count);
        return this;
    }

    @Override
    public Options device(DeviceRequest request) {
        device = Optional.of(request);
        return this;
    }

    @Override
    public Options fits(Class<? extends Record> in, Class<? extends Record> out) {
        input = requireNonNull(in, "input");
        output = requireNonNull(out, "output");
        return this;
    }

    @Override
    public Options pinVersion() {
        pinned = true;
        return this;
    }

    private static int range(String what, int count) {
        if (count < 1 || count > 1024) {
            throw new IllegalArgumentException(what + ": " + count + " (expected: 1 to 1024)");
        }
        return count;
    }

    Optional<String> name() {
        return name;
    }

    int instances() {
        return instances > 0 ? instances : Math.max(1, Runtime.getRuntime().availableProcessors() / threads);
    }

    int threads() {
        return threads;
    }

    Optional<DeviceRequest> device() {
        return device;
    }

    boolean pinned() {
        return pinned;
    }

    /** Throws what binding the records that were given to {@link #fits} throws. */
    void checkFits(String model, VersionHost version) {
        Class<? extends Record> in = input;
        Class<? extends Record> out = output;
        if (in != null && out != null) {
            Binding.of(model, version, in, out);
        }
    }
}
