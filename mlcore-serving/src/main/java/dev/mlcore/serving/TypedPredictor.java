package dev.mlcore.serving;

import java.util.List;
import java.util.concurrent.CompletableFuture;

/** Placeholder while the engine is written. */
final class TypedPredictor<I, O> implements Predictor<I, O> {
    @Override
    public O predict(I input) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<O> predictAll(List<I> inputs) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Prediction<O> prediction(I input, Call call) {
        throw new UnsupportedOperationException();
    }

    @Override
    public CompletableFuture<Prediction<O>> submit(I input, Call call) {
        throw new UnsupportedOperationException();
    }
}
