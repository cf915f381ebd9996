package dev.mlcore.api.tracking;

import dev.mlcore.api.data.DatasetInfo;
import dev.mlcore.api.model.ModelPackage;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * An open run. Params, metrics, tags and inputs are written in the background, in order; {@link #flush()} and {@link #close()} return when all of them are
 * durable, and throw what went wrong with any. Artifacts and models are stored before the call returns.
 *
 * <p>Thread-safe; whoever opened it closes it. After {@code close()} every other method throws {@link IllegalStateException}. Made by mlcore alone.
 */
public interface Run extends AutoCloseable {
    /**
     * The run's id.
     *
     * @return 32 lower-case hex digits
     */
    String id();

    /**
     * What a remote MLflow calls it, where that differs.
     *
     * @return empty in a local store
     */
    Optional<String> serverId();

    /**
     * Sets a parameter, once.
     *
     * @param key letters, digits, {@code _ - . / :} and spaces, at most 250 characters
     * @param value its {@code toString()}; text beyond 6000 characters is cut
     * @return this
     * @throws IllegalArgumentException if the key is malformed
     */
    Run param(String key, Object value);

    /**
     * Sets one parameter per record component, by its name (or {@link dev.mlcore.api.data.Name}); nested records and sealed variants as paths:
     * {@code optimizer} = {@code Adam}, {@code optimizer.Adam.eps} = {@code 1.0E-8}.
     *
     * @param values the record
     * @return this
     */
    Run params(Record values);

    /**
     * Sets several parameters.
     *
     * @param values key to value
     * @return this
     */
    Run params(Map<String, ?> values);

    /**
     * Adds a point to a metric at step 0, now.
     *
     * @param key as of {@link #param}
     * @param value any double
     * @return this
     */
    Run metric(String key, double value);

    /**
     * Adds a point to a metric, now.
     *
     * @param key as of {@link #param}
     * @param value any double
     * @param step any long
     * @return this
     */
    Run metric(String key, double value, long step);

    /**
     * Sets or replaces a tag.
     *
     * @param key as of {@link #param}
     * @param value text beyond 8000 characters is cut
     * @return this
     */
    Run tag(String key, String value);

    /**
     * Notes that the run read a data set.
     *
     * @param dataset which
     * @param context what for, for example {@code training}; may be empty
     * @return this
     */
    Run input(DatasetInfo dataset, String context);

    /**
     * Stores text as an artifact.
     *
     * @param path relative, {@code /}-separated
     * @param content stored as UTF-8
     * @return this
     */
    Run text(String path, String content);

    /**
     * Stores a file as an artifact under its own name.
     *
     * @param file a regular file
     * @return this
     */
    Run artifact(Path file);

    /**
     * Stores a model package as a model of its own, tied to this run.
     *
     * @param name not empty, without {@code / : . % " '}
     * @param model copied, then verified
     * @return its identity
     */
    LoggedModel logModel(String name, ModelPackage model);

    /**
     * The same, safe to repeat: a model that was stored under this key in the run's experiment is found instead of stored again.
     *
     * @param name not empty, without {@code / : . % " '}
     * @param model copied, then verified
     * @param key names this act of storing among all acts; an act that was interrupted half-way is done over
     * @return its identity, the same for the same key
     */
    LoggedModel logModel(String name, ModelPackage model, String key);

    /**
     * Begins a run nested under this one.
     *
     * @param runName not unique
     * @return an open run, which the caller ends and closes
     */
    Run child(String runName);

    /**
     * Waits until everything written so far is durable.
     *
     * @return this
     * @throws dev.mlcore.api.MlcoreException what kept a write of this handle since the last flush from being stored; what was refused for ever
     *     is {@link dev.mlcore.api.ConflictException} or {@link dev.mlcore.api.InvalidInputException}
     */
    Run flush();

    /** Ends the run FINISHED, durably; a second end is ignored. */
    void finish();

    /**
     * Ends the run FAILED, durably; the message stands in the tag {@code mlcore.error}.
     *
     * @param cause what went wrong
     */
    void fail(Throwable cause);

    /** Flushes; a run that this handle began and that is not ended by now is FAILED, as an uncommitted transaction is rolled back. */
    @Override
    void close();
}
