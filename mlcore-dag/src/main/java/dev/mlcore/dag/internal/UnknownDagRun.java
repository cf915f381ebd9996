package dev.mlcore.dag.internal;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.TaskFailedException;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Out;
import java.time.Duration;

/** A run whose DAG this engine was not given: it can be told how it stands, and can be cancelled. */
final class UnknownDagRun implements DagRun {
    private final DagStore store;
    private final Rows.RunRow row;
    private final Runnable cancel;

    UnknownDagRun(DagStore store, Rows.RunRow row, Runnable cancel) {
        this.store = store;
        this.row = row;
        this.cancel = cancel;
    }

    @Override
    public String id() {
        return row.id();
    }

    @Override
    public DagRun await(Duration limit) {
        Rows.RunRow now = store.run(row.id()).orElse(row);
        return switch (now.phase()) {
            case SUCCEEDED -> this;
            case FAILED ->
                throw new TaskFailedException("DAG run " + id() + " of '" + row.dagId() + "' failed. " + now.error());
            case CANCELLED ->
                throw new OperationCancelledException("DAG run " + id() + " of '" + row.dagId()
                        + "' was cancelled; submit it again to start a new one");
            default -> throw unknown("await");
        };
    }

    @Override
    public <T> T get(Out<T> value) {
        throw unknown("get a value of");
    }

    @Override
    public String explain(Out<?> task) {
        return "the run is " + row.phase() + " and its DAG '" + row.dagId() + "' with hash " + row.hash()
                + " is not known to this engine: it is taken up by an engine whose DagApp holds it";
    }

    @Override
    public void cancel() {
        cancel.run(); // none of its bodies runs, so its DAG is not needed
    }

    private ConflictException unknown(String what) {
        return new ConflictException(
                "Cannot " + what + " DAG run " + id() + ": its DAG '" + row.dagId() + "' with hash " + row.hash()
                        + " is not known to this engine (expected: a DAG of that hash); give it to the engine with app(DagApp), or submit it");
    }
}
