package dev.mlcore.api.model;

import dev.mlcore.api.data.Schema;
import java.util.List;
import java.util.Optional;

/** Placeholder that the model work replaces. */
record PackedSignature(
        Schema inputs, Schema outputs, Optional<String> paramsJson, List<Pack> inputPacks, List<Pack> outputPacks)
        implements ModelSignature {
    @Override
    public ModelSignature packInputs(String tensor, List<String> columns) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ModelSignature packOutputs(String tensor, List<String> columns) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ModelSignature inputOrder(List<String> columns) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ModelSignature outputOrder(List<String> columns) {
        throw new UnsupportedOperationException();
    }

    @Override
    public String toJson() {
        throw new UnsupportedOperationException();
    }
}
