package dev.mlcore.dag;

import dev.mlcore.api.artifact.ArtifactStore;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Tracker;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

public interface DagEngine extends AutoCloseable {
    static DagEngine open(String storeUri) {
        throw new UnsupportedOperationException();
    }

    static Builder builder(String storeUri) {
        throw new UnsupportedOperationException();
    }

    DagRun submit(Dag dag);

    DagRun submit(Dag dag, Consumer<Values> params);

    DagRun submitOrResume(
            Dag dag,
            Consumer<Values>
                    params); // goes on with the unfinished run of the same parameters, if there is one; another version
    // of the DAG is a conflict that names the run

    DagRun run(String id); // also one of an earlier process

    @Override
    void close(); // bodies are interrupted, runs stay open and go on at the next start

    interface Values {
        <T> Values set(Param<T> param, T value);

        Values key(String key); // the same key answers the same run

        Values parent(String trackedRunId); // the run it is nested under, a trial's for example
    }

    interface Builder {
        Builder tracking(Tracker tracker);

        Builder registry(ModelRegistry registry);

        Builder devices(DevicePool pool);

        Builder app(
                DagApp app); // runs of an earlier process or another engine are taken up only when their DAG is known

        Builder artifacts(ArtifactStore store);

        Builder executor(Executor executor); // yours: never shut down by us

        Builder clock(InstantSource clock);

        Builder listener(DagListener listener);

        DagEngine build();
    }
}
