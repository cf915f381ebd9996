package dev.mlcore.dag;

import dev.mlcore.api.artifact.ArtifactStore;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Tracker;
import dev.mlcore.dag.internal.EngineSetup;
import java.time.InstantSource;
import java.util.concurrent.Executor;
import java.util.function.Consumer;

/**
 * Runs DAGs, durably: whatever a body returned and the engine committed is never computed again, whenever the process is killed.
 *
 * <p><b>Guarantee.</b> Changes of state happen exactly once, each in one transaction; a body is entered only after its RUNNING row is committed, and never again
 * once its success is. An attempt that dies with its process is recorded as lost and made again without spending a retry; after 10 such losses of one task
 * instance it is failed, as what probably ends the process. Bodies therefore run at least once: what they do elsewhere should use {@link TaskContext#key()}.
 *
 * <p><b>Files.</b> Beside the store {@code dag.db} lie {@code dag.db.lock} (which names the pid of the one engine at work; other processes may read),
 * {@code artifacts/dag/} (values over 64 KiB, stored files) and {@code work/} (folders of attempts, cleared at the start).
 *
 * <p><b>Threads.</b> {@code mlcore-dag-store} (SQLite), {@code mlcore-dag-writer} (decides, commits, calls listeners), {@code mlcore-dag-tracking} (with a
 * tracker), {@code mlcore-dag-worker-N} (bodies; as many as processors, at least 4, unless an executor is given); all daemon.
 *
 * <p>Thread-safe. The application closes it, before what it handed over.
 */
public interface DagEngine extends AutoCloseable {
    /**
     * Opens an engine that has a store and nothing else: no tracker, no registry, the CPU as its device.
     *
     * @param storeUri {@code sqlite:} and the path of {@code dag.db}; folders and file are created
     * @return a running engine
     * @throws dev.mlcore.api.UnavailableException if another engine holds the store, naming its pid, or it cannot be written
     * @throws dev.mlcore.api.InvalidFormatException if the file is no SQLite database
     * @throws dev.mlcore.api.IncompatibleException if a newer mlcore wrote it
     */
    static DagEngine open(String storeUri) {
        return builder(storeUri).build();
    }

    /**
     * Begins an engine.
     *
     * @param storeUri {@code sqlite:} and the path of {@code dag.db}
     * @return a builder
     * @throws IllegalArgumentException if it is of another form
     */
    static Builder builder(String storeUri) {
        return new EngineSetup(storeUri);
    }

    /**
     * Starts a run of a DAG without parameters, or with their defaults.
     *
     * @param dag what to run
     * @return the run, durable and going on
     * @throws IllegalArgumentException if a parameter has no default
     */
    DagRun submit(Dag dag);

    /**
     * Starts a run.
     *
     * @param dag what to run
     * @param params sets parameters
     * @return the run, durable and going on; the one of the same {@link Values#key} if there is one
     * @throws IllegalArgumentException naming every parameter that is missing or breaks a rule
     * @throws dev.mlcore.api.ConflictException if the run of that key has other parameters, or is open and of another version of the DAG
     * @throws dev.mlcore.api.UnsupportedException if a parameter cannot be stored
     */
    DagRun submit(Dag dag, Consumer<Values> params);

    /**
     * Goes on with the newest run of this DAG and these parameters that has not ended, or starts one. A failed or cancelled run has ended. Code that changed
     * while the DAG's hash did not is told by an event.
     *
     * @param dag what to run
     * @param params sets parameters
     * @return the run, going on
     * @throws IllegalArgumentException naming every parameter that is missing or breaks a rule
     * @throws dev.mlcore.api.ConflictException if the open run is of another version of the DAG; it names the run
     */
    DagRun submitOrResume(Dag dag, Consumer<Values> params);

    /**
     * Finds a run, also one of an earlier process.
     *
     * @param id of the run
     * @return the run
     * @throws dev.mlcore.api.NotFoundException if the store has none
     */
    DagRun run(String id);

    /**
     * Interrupts bodies and waits for them at most 10 s; runs stay open and go on at the next start, and no retry is spent. Then waits up to 5 s for the
     * tracker to hear the rest; what it does not hear, the next engine with a tracker tells it. A second call does nothing.
     */
    @Override
    void close();

    /** What a submission sets. Used within the call that it is handed to. */
    interface Values {
        /**
         * Sets a parameter.
         *
         * @param <T> its type
         * @param param of the DAG submitted
         * @param value stored with the run
         * @return this
         */
        <T> Values set(Param<T> param, T value);

        /**
         * Names the run: the same key answers the same run, ended or not.
         *
         * @param key 1 to 250 characters, unique in the DAG's id
         * @return this
         */
        Values key(String key);

        /**
         * Nests the tracked run under another, a trial's for example.
         *
         * @param trackedRunId 32 lower-case hex digits
         * @return this
         */
        Values parent(String trackedRunId);
    }

    /** Builds a {@link DagEngine}. Not thread-safe. What is handed over is never closed by the engine. */
    interface Builder {
        /**
         * Where runs, tasks and what they log are told.
         *
         * @param tracker default: none
         * @return this
         */
        Builder tracking(Tracker tracker);

        /**
         * What {@link TaskContext#registry()} answers.
         *
         * @param registry default: none
         * @return this
         */
        Builder registry(ModelRegistry registry);

        /**
         * Where tasks get their devices.
         *
         * @param pool default: the CPU alone
         * @return this
         */
        Builder devices(DevicePool pool);

        /**
         * The code side: runs of an earlier process are taken up at the start if their DAG is in it.
         *
         * @param app default: no DAGs, class tasks made by their no-argument constructor
         * @return this
         */
        Builder app(DagApp app);

        /**
         * Where values over 64 KiB and stored files go.
         *
         * @param store default: the folder {@code artifacts} beside the database
         * @return this
         */
        Builder artifacts(ArtifactStore store);

        /**
         * Runs bodies. It is handed up to 1,024 at once and should start them promptly, since they count as running.
         *
         * @param executor default: daemon threads of the engine's, as many as processors, at least 4
         * @return this
         */
        Builder executor(Executor executor);

        /**
         * Gives times to rows and events.
         *
         * @param clock default: the system's
         * @return this
         */
        Builder clock(InstantSource clock);

        /**
         * Hears of what happens; may be called several times.
         *
         * @param listener called on the writer thread after the commit and before what follows from it, so it should be quick
         * @return this
         */
        Builder listener(DagListener listener);

        /**
         * Opens the store and starts.
         *
         * @return a running engine
         * @throws dev.mlcore.api.MlcoreException as {@link DagEngine#open}
         */
        DagEngine build();
    }
}
