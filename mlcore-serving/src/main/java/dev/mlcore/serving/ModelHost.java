package dev.mlcore.serving;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.model.ModelUri.Target;
import dev.mlcore.serving.backend.ModelSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A served name and the version that answers. A swap puts the new version in place first and then closes the old one, so that a caller who finds the old
 * one closing looks again and finds the new one.
 */
final class ModelHost implements ServedModel {
    private static final System.Logger LOG = System.getLogger(ModelHost.class.getName());

    private final LocalEngine engine;
    private final String name;
    private final ModelUri uri;
    private final Options options;
    private final List<VersionHost> draining = new ArrayList<>(); // guarded by this
    private @Nullable AutoCloseable subscription; // guarded by this
    private boolean closed; // guarded by this
    private volatile VersionHost current;
    private volatile @Nullable String problem;

    ModelHost(LocalEngine engine, String name, ModelUri uri, Options options, VersionHost first) {
        this.engine = engine;
        this.name = name;
        this.uri = uri;
        this.options = options;
        this.current = first;
    }

    @Override
    public String name() {
        return name;
    }

    @Override
    public ModelUri uri() {
        return uri;
    }

    @Override
    public ServedVersion current() {
        VersionHost version = current;
        synchronized (this) {
            if (closed) {
                throw gone();
            }
        }
        return version;
    }

    @Override
    public synchronized List<ServedVersion> versions() {
        List<ServedVersion> versions = new ArrayList<>();
        if (current.state() != ServedVersion.State.CLOSED) {
            versions.add(current);
        }
        for (VersionHost version : draining) {
            if (version.state() != ServedVersion.State.CLOSED) {
                versions.add(version);
            }
        }
        return List.copyOf(versions);
    }

    @Override
    public ServedVersion version(String version) {
        List<ServedVersion> all = versions();
        return all.stream()
                .filter(served -> served.version().equals(version))
                .findFirst()
                .orElseThrow(() -> new NotFoundException("Cannot find version " + version + " of served model " + name
                        + " (expected: one of "
                        + all.stream().map(ServedVersion::version).toList() + ")"));
    }

    @Override
    public Optional<String> problem() {
        return Optional.ofNullable(problem);
    }

    @Override
    public <I extends Record, O extends Record> Predictor<I, O> predictor(Class<I> input, Class<O> output) {
        VersionHost version = enter();
        try {
            return new TypedPredictor<>(this, version, input, output);
        } finally {
            version.leave();
        }
    }

    @Override
    public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
        return prediction(inputs, Call.of()).value();
    }

    @Override
    public Prediction<Map<String, Tensor>> prediction(Map<String, Tensor> inputs, Call call) {
        VersionHost version = enter();
        try {
            return version.answer(inputs, Deadline.of(call));
        } finally {
            version.leave();
        }
    }

    /** Holds the version that answers now; whoever gets it leaves it. */
    VersionHost enter() {
        while (true) {
            VersionHost version = current;
            if (version.enter()) {
                return version;
            }
            if (version == current) {
                throw gone();
            }
        }
    }

    private UnavailableException gone() {
        return new UnavailableException(
                "Cannot call model " + name + ": it was closed (expected: a served model; serve " + uri + " again)");
    }

    <T> CompletableFuture<T> submit(Supplier<T> call) {
        return engine.submit(name, call);
    }

    /** Follows the registry from now on, if the URI names something that can move. */
    void follow() {
        Optional<String> registered = options.pinned() ? Optional.empty() : moving(uri.target());
        if (registered.isEmpty() || engine.loader().registry().isEmpty()) {
            return;
        }
        AutoCloseable listening = engine.loader()
                .registry()
                .get()
                .onChange(registered.get(), changed -> engine.background(this::refresh));
        boolean late;
        synchronized (this) {
            late = closed;
            subscription = late ? null : listening;
        }
        if (late) {
            unsubscribe(listening);
        } else {
            engine.background(this::refresh); // what moved while the first version was loaded
        }
    }

    private static Optional<String> moving(Target target) {
        if (target instanceof Target.Alias alias) {
            return Optional.of(alias.name());
        } else if (target instanceof Target.Latest latest) {
            return Optional.of(latest.name());
        } else if (target instanceof Target.Stage stage) {
            return Optional.of(stage.name());
        }
        return Optional.empty();
    }

    /** Brings the version that answers in line with the registry. Runs on the engine's one loading thread, so never twice at once. */
    private void refresh() {
        if (closing()) {
            return;
        }
        String wanted = "of " + uri;
        try {
            ModelSource source = engine.loader().find(uri);
            wanted = ModelLoader.version(source);
            if (wanted.equals(current.version())) {
                problem = null;
                return;
            }
            VersionHost next = engine.loader().load(name, source, options);
            swap(next);
        } catch (MlcoreException e) {
            problem = "version " + wanted + ": " + e.getMessage();
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Model {0} stays at version {1}; version {2} was not taken: {3}",
                    name,
                    current.version(),
                    wanted,
                    e.getMessage());
        }
    }

    private void swap(VersionHost next) {
        VersionHost old;
        synchronized (this) {
            old = closed ? next : current;
            if (!closed) {
                current = next;
                draining.add(old);
            }
        }
        problem = null;
        old.close(engine.drain());
        synchronized (this) {
            draining.remove(old);
        }
    }

    private synchronized boolean closing() {
        return closed;
    }

    /** Refuses new calls from now on. */
    void beginClose() {
        AutoCloseable listening;
        synchronized (this) {
            closed = true;
            listening = subscription;
            subscription = null;
        }
        unsubscribe(listening);
        current.beginClose();
    }

    void finishClose(Duration drain) {
        List<VersionHost> all;
        synchronized (this) {
            all = new ArrayList<>(draining);
            all.add(current);
        }
        long end = System.nanoTime() + drain.toNanos();
        for (VersionHost version : all) {
            version.close(Duration.ofNanos(Math.max(0, end - System.nanoTime())));
        }
    }

    private void unsubscribe(@Nullable AutoCloseable listening) {
        if (listening == null) {
            return;
        }
        try {
            listening.close();
        } catch (Exception e) {
            throw new IllegalStateException("Cannot stop listening to the registry for model " + name, e);
        }
    }

    @Override
    public void close() {
        beginClose();
        finishClose(engine.drain());
        engine.forget(this);
    }

    @Override
    public String toString() {
        return "ServedModel " + name() + " of " + uri();
    }
}
