package dev.mlcore.dag.internal;

import dev.mlcore.api.internal.tracking.RunFace;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.tracking.LoggedModel;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.Tracker;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The tracked run of an attempt, as its body sees it. Params, metrics, tags and inputs go to the engine's outbox, so that a slow tracker never holds up a body;
 * artifacts and models go to the tracker at once, after all that was logged before them. The attempt ends the run: {@link #finish}, {@link #fail} and
 * {@link #close} of the body's do nothing but flush.
 */
final class TaskRun extends RunFace {
    /** How the run's log reaches the store and the tracker. */
    interface Drain {
        /** Returns when all that was logged so far is in {@code dag.db}. */
        void stored();

        /** Returns when all that was logged so far has reached the tracker. */
        void told();
    }

    private static final System.Logger LOG = System.getLogger(TaskRun.class.getName());

    private final AttemptLog log;
    private final Drain drain;
    private final Tracker tracker;
    private final String keyPrefix;
    private @Nullable Run direct; // guarded by this
    private final List<Run> children = new ArrayList<>(); // guarded by this

    TaskRun(String id, InstantSource clock, AttemptLog log, Drain drain, Tracker tracker, String keyPrefix) {
        super(id, clock);
        this.log = log;
        this.drain = drain;
        this.tracker = tracker;
        this.keyPrefix = keyPrefix;
    }

    @Override
    protected void emit(RunCommand command) {
        log.add(command);
    }

    @Override
    public Optional<String> serverId() {
        return Optional.empty();
    }

    @Override
    public Run text(String path, String content) {
        direct().text(path, content);
        return this;
    }

    @Override
    public Run artifact(Path file) {
        direct().artifact(file);
        return this;
    }

    @Override
    public LoggedModel logModel(String name, ModelPackage model) {
        return logModel(name, model, Commands.key(keyPrefix, name, model.digest()));
    }

    @Override
    public LoggedModel logModel(String name, ModelPackage model, String key) {
        return direct().logModel(name, model, key);
    }

    @Override
    public Run child(String runName) {
        Run child = direct().child(runName);
        synchronized (this) {
            children.add(child);
        }
        return child;
    }

    @Override
    public Run flush() {
        drain.stored();
        return this;
    }

    @Override
    public void finish() {
        flush();
    }

    @Override
    public void fail(Throwable cause) {
        tag("mlcore.error", Commands.cut(String.valueOf(cause)));
        flush();
    }

    @Override
    public void close() {
        flush();
    }

    /** The tracker's own handle, once the tracker knows all that was logged. */
    private Run direct() {
        log.ensureStarted();
        drain.told();
        synchronized (this) {
            if (direct == null) {
                direct = tracker.resume(id());
            }
            return direct;
        }
    }

    /** The attempt is over. */
    synchronized void release() {
        try {
            for (Run child : children) {
                try {
                    child.close(); // FAILED unless the body ended it
                } catch (RuntimeException e) {
                    LOG.log(Level.WARNING, "Cannot close run " + child.id() + " nested under " + id(), e);
                }
            }
        } finally {
            children.clear();
            if (direct != null) {
                direct.close(); // does not end the run, which is the attempt's to end
                direct = null;
            }
        }
    }
}
