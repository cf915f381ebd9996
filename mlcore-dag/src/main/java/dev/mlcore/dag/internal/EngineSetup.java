package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.artifact.ArtifactStore;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Tracker;
import dev.mlcore.dag.DagApp;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagListener;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Collects what an engine is made of. */
public final class EngineSetup implements DagEngine.Builder {
    private static final String SCHEME = "sqlite:";

    private final Path file;
    private final List<DagListener> listeners = new ArrayList<>();
    private @Nullable Tracker tracker;
    private @Nullable ModelRegistry registry;
    private @Nullable DevicePool devices;
    private @Nullable DevicePool ownDevices;
    private App app = App.empty();
    private @Nullable ArtifactStore artifacts;
    private @Nullable ArtifactStore ownArtifacts; // guarded by this
    private @Nullable Executor executor;
    private InstantSource clock = InstantSource.system();

    /**
     * For a store.
     *
     * @param uri {@code sqlite:} and a path
     * @throws IllegalArgumentException if it is anything else
     */
    public EngineSetup(String uri) {
        if (!requireNonNull(uri, "storeUri").startsWith(SCHEME) || uri.length() == SCHEME.length()) {
            throw new IllegalArgumentException(
                    "storeUri: " + uri + " (expected: sqlite:PATH, the path of the file dag.db)");
        }
        try {
            String path = uri.substring(SCHEME.length());
            file = Path.of(path.startsWith("///") ? path.substring(2) : path)
                    .toAbsolutePath()
                    .normalize();
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("storeUri: " + uri + " (expected: sqlite:PATH): " + e.getMessage(), e);
        }
    }

    @Override
    public DagEngine.Builder tracking(Tracker given) {
        tracker = requireNonNull(given, "tracker");
        return this;
    }

    @Override
    public DagEngine.Builder registry(ModelRegistry given) {
        registry = requireNonNull(given, "registry");
        return this;
    }

    @Override
    public DagEngine.Builder devices(DevicePool given) {
        devices = requireNonNull(given, "pool");
        return this;
    }

    @Override
    public DagEngine.Builder app(DagApp given) {
        app = (App) requireNonNull(given, "app");
        return this;
    }

    @Override
    public DagEngine.Builder artifacts(ArtifactStore given) {
        artifacts = requireNonNull(given, "store");
        return this;
    }

    @Override
    public DagEngine.Builder executor(Executor given) {
        executor = requireNonNull(given, "executor");
        return this;
    }

    @Override
    public DagEngine.Builder clock(InstantSource given) {
        clock = requireNonNull(given, "clock");
        return this;
    }

    @Override
    public DagEngine.Builder listener(DagListener given) {
        listeners.add(requireNonNull(given, "listener"));
        return this;
    }

    @Override
    public DagEngine build() {
        Path home = home();
        try {
            Files.createDirectories(home);
        } catch (IOException e) {
            throw new UnavailableException(
                    "Cannot open DAG store " + file + ": its folder cannot be made (" + e + "); make " + home
                            + " writable or choose another",
                    e);
        }
        if (devices == null) {
            ownDevices = DevicePool.cpu();
        }
        return Engine.open(this);
    }

    Path file() {
        return file;
    }

    Path home() {
        return requireNonNull(file.getParent(), () -> "folder of " + file);
    }

    @Nullable Tracker tracker() {
        return tracker;
    }

    @Nullable ModelRegistry registry() {
        return registry;
    }

    DevicePool devices() {
        return devices != null ? devices : requireNonNull(ownDevices);
    }

    App app() {
        return app;
    }

    /** The application's artifact store, or one of our own beside the database, opened when it is first needed. */
    Supplier<ArtifactStore> artifacts() {
        ArtifactStore given = artifacts;
        return given != null ? () -> given : this::ownArtifacts;
    }

    private synchronized ArtifactStore ownArtifacts() {
        if (ownArtifacts == null) {
            ownArtifacts = ArtifactStore.open(home().resolve("artifacts").toString());
        }
        return ownArtifacts;
    }

    synchronized void closeOwned() {
        if (ownArtifacts != null) {
            ownArtifacts.close();
        }
        if (ownDevices != null) {
            ownDevices.close();
        }
    }

    @Nullable Executor executor() {
        return executor;
    }

    InstantSource clock() {
        return clock;
    }

    List<DagListener> listeners() {
        return List.copyOf(listeners);
    }

    /** What makes ids of runs unlike those of any other store. */
    Supplier<UUID> ids() {
        return UUID::randomUUID;
    }
}
