package dev.mlcore.dag.internal;

import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.internal.tracking.RunFace;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.tracking.LoggedModel;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunCommand;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/** The run of an engine without a tracker: takes everything, checks it and keeps nothing. A model cannot be taken so, since a model's address is its result. */
final class NoRun extends RunFace {
    private final InstantSource clock;

    NoRun(String id, InstantSource clock) {
        super(id, clock);
        this.clock = clock;
    }

    @Override
    protected void emit(RunCommand command) {}

    @Override
    public Optional<String> serverId() {
        return Optional.empty();
    }

    @Override
    public Run text(String path, String content) {
        return this;
    }

    @Override
    public Run artifact(Path file) {
        return this;
    }

    @Override
    public LoggedModel logModel(String name, ModelPackage model) {
        throw new UnsupportedException(
                "Cannot log model '" + name
                        + "': the engine had no tracker when the run was submitted; give it one with DagEngine.builder(…).tracking(…) and submit again");
    }

    @Override
    public LoggedModel logModel(String name, ModelPackage model, String key) {
        return logModel(name, model);
    }

    @Override
    public Run child(String runName) {
        return new NoRun(id(), clock);
    }

    @Override
    public Run flush() {
        return this;
    }

    @Override
    public void finish() {}

    @Override
    public void fail(Throwable cause) {}

    @Override
    public void close() {}
}
