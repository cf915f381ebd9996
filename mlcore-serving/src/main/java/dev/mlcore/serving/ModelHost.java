package dev.mlcore.serving;

import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.model.ModelUri;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Placeholder while the engine is written. */
final class ModelHost implements ServedModel {
    @Override
    public String name() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ModelUri uri() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServedVersion current() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<ServedVersion> versions() {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServedVersion version(String version) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> problem() {
        throw new UnsupportedOperationException();
    }

    @Override
    public <I extends Record, O extends Record> Predictor<I, O> predictor(Class<I> input, Class<O> output) {
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

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
