package dev.mlcore.serving;

import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.serving.backend.Backend;
import java.time.Duration;

/** Placeholder while the engine is written. */
final class EngineBuilder implements InferenceEngine.Builder {
    @Override
    public InferenceEngine.Builder registry(ModelRegistry registry) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InferenceEngine.Builder devices(DevicePool pool) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InferenceEngine.Builder backend(Backend backend) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InferenceEngine.Builder drain(Duration limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InferenceEngine build() {
        throw new UnsupportedOperationException();
    }
}
