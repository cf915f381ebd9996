package dev.mlcore.dag;

import dev.mlcore.api.artifact.FileRef;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Run;
import java.nio.file.Path;
import java.util.Optional;

/** What a body can ask of the engine; valid while the attempt lasts. Thread-safe; made by mlcore alone. */
public interface TaskContext {
    /**
     * The run that this attempt is part of.
     *
     * @return 32 lower-case hex digits
     */
    String dagRunId();

    /**
     * Which attempt this is, those lost in a crash included.
     *
     * @return 1 or more
     */
    int attempt();

    /**
     * This attempt's tracked run, nested under the DAG run's. Params, metrics, tags and inputs go through the engine's outbox and are durable at the latest
     * with the attempt's end; a slow or dead tracker never holds them up. Artifacts, models and child runs go to the tracker before the call returns, after
     * what was logged before, and fail retryably when it is away. The attempt ends the run: {@code finish}, {@code fail} and {@code close} only flush.
     *
     * @return without a tracker one that keeps nothing and refuses models
     */
    Run run();

    /**
     * The engine's model registry. What is registered without a key gets one from the task instance, the name and the source, so that an attempt that comes
     * again finds the version made before.
     *
     * @return a view for this attempt
     * @throws dev.mlcore.api.UnsupportedException if the engine has none
     */
    ModelRegistry registry();

    /**
     * What the attempt holds; released by the engine when the body is over.
     *
     * @return empty if the task asked for no device
     */
    Optional<DeviceLease> lease();

    /**
     * Names this task instance, the same over its attempts: for what must happen once elsewhere.
     *
     * @return 64 lower-case hex digits
     */
    String key();

    /**
     * A resource named in the {@link DagApp}; made once per engine, closed by the application.
     *
     * @param <T> its type
     * @param name as in the {@link DagApp}
     * @param type it must be an instance of
     * @return the resource
     * @throws dev.mlcore.api.NotFoundException if there is none of that name
     * @throws IllegalArgumentException if it is of another type
     */
    <T> T resource(String name, Class<T> type);

    /**
     * A folder of this attempt's on this machine, removed when the attempt's end is committed. A {@code Path} into it is refused as a value.
     *
     * @return an existing folder
     */
    Path workDir();

    /**
     * Stores a file in the engine's artifact store, for other tasks and machines. The same content is stored once.
     *
     * @param file a regular file
     * @return what to hand on
     */
    FileRef store(Path file);

    /**
     * Brings a stored file to this machine and checks it.
     *
     * @param file what {@link #store} answered
     * @return a copy in {@link #workDir()}
     * @throws dev.mlcore.api.InvalidFormatException if its SHA-256 is not what it was
     * @throws dev.mlcore.api.NotFoundException if it is gone
     */
    Path fetch(FileRef file);

    /**
     * Whether the attempt is to end early, since its run was cancelled or the engine is being closed; its thread was interrupted too.
     *
     * @return true from then on
     */
    boolean cancelled();
}
