package dev.mlcore.serving;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.serving.backend.Backend;
import dev.mlcore.serving.onnx.OnnxBackend;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

final class EngineBuilder implements InferenceEngine.Builder {
    private final List<Backend> backends = new ArrayList<>();
    private Optional<ModelRegistry> registry = Optional.empty();
    private Optional<DevicePool> devices = Optional.empty();
    private Duration drain = Duration.ofSeconds(30);

    @Override
    public EngineBuilder registry(ModelRegistry models) {
        registry = Optional.of(models);
        return this;
    }

    @Override
    public EngineBuilder devices(DevicePool pool) {
        devices = Optional.of(pool);
        return this;
    }

    @Override
    public EngineBuilder backend(Backend backend) {
        backends.add(requireNonNull(backend, "backend"));
        return this;
    }

    @Override
    public EngineBuilder drain(Duration limit) {
        if (limit.isNegative()) {
            throw new IllegalArgumentException("limit: " + limit + " (expected: >= PT0S)");
        }
        drain = limit;
        return this;
    }

    @Override
    public InferenceEngine build() {
        List<Backend> all = new ArrayList<>(backends);
        all.add(new OnnxBackend());
        return new LocalEngine(new ModelLoader(registry, devices.orElseGet(DevicePool::cpu), all), drain);
    }
}
