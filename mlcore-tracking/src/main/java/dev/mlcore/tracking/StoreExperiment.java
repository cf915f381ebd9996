package dev.mlcore.tracking;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.tracking.Experiment;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.tracking.store.Store.ExperimentRow;
import java.util.Optional;
import java.util.concurrent.CompletionException;

/** An experiment of a store. */
record StoreExperiment(StoreTracking tracking, ExperimentRow row) implements Experiment {
    @Override
    public String id() {
        return Long.toString(row.id());
    }

    @Override
    public String name() {
        return row.name();
    }

    @Override
    public void run(String runName, Block block) {
        requireNonNull(block, "block");
        call(runName, run -> {
            block.in(run);
            return run;
        });
    }

    @Override
    public <T> T call(String runName, Body<T> body) {
        requireNonNull(body, "body");
        try (RunHandle run = tracking.start(row.name(), runName, Optional.empty())) {
            T result;
            try {
                result = body.in(run);
                run.settle(); // what the store refused fails the run, as an exception of the body does
            } catch (Throwable e) {
                throw failed(run, e);
            }
            run.finish();
            return result;
        }
    }

    /** Ends the run FAILED; what the body threw goes on as it was, a checked exception wrapped. */
    private static RuntimeException failed(RunHandle run, Throwable e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        try {
            run.fail(e);
        } catch (RuntimeException alsoFailed) {
            e.addSuppressed(alsoFailed);
        }
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException unchecked ? unchecked : new CompletionException(e);
    }

    @Override
    public Run start(String runName) {
        return tracking.start(row.name(), runName, Optional.empty());
    }
}
