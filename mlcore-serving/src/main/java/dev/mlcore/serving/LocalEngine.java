package dev.mlcore.serving;

import dev.mlcore.api.model.ModelUri;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Placeholder while the engine is written. */
final class LocalEngine implements InferenceEngine {
    @Override
    public ServedModel serve(ModelUri uri) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServedModel serve(ModelUri uri, Consumer<ServeOptions> options) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<ServedModel> model(String name) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<ServedModel> models() {
        throw new UnsupportedOperationException();
    }

    @Override
    public boolean ready() {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
