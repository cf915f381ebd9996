package dev.mlcore.serving;

import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.model.ModelSignature;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Placeholder while the engine is written. */
final class VersionHost implements ServedVersion {
    @Override
    public String version() {
        throw new UnsupportedOperationException();
    }

    @Override
    public State state() {
        throw new UnsupportedOperationException();
    }

    @Override
    public String platform() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> runId() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<ModelSignature> signature() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<TensorSpec> inputs() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<TensorSpec> outputs() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Prediction<Map<String, Tensor>> prediction(Map<String, Tensor> inputs, Call call) {
        throw new UnsupportedOperationException();
    }
}
