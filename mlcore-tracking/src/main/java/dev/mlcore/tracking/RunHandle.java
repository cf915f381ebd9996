package dev.mlcore.tracking;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.artifact.ArtifactStore;
import dev.mlcore.api.internal.tracking.RunFace;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.tracking.LoggedModel;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.tracking.store.Rules;
import dev.mlcore.tracking.store.Store;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;

/** An open run of a store. */
final class RunHandle extends RunFace {
    private final StoreTracking tracking;
    private final ModelShelf shelf;
    private final Store.RunPlace place;
    private final boolean begun;
    private final CommandQueue queue;
    private final AtomicBoolean ended = new AtomicBoolean();
    private final AtomicBoolean closing = new AtomicBoolean();

    RunHandle(
            StoreTracking tracking,
            Store store,
            ModelShelf shelf,
            Store.RunPlace place,
            InstantSource clock,
            boolean begun) {
        super(place.id(), clock);
        this.tracking = tracking;
        this.shelf = shelf;
        this.place = place;
        this.begun = begun;
        this.queue = new CommandQueue(store, place.id());
    }

    @Override
    protected void emit(RunCommand command) {
        queue.add(command);
    }

    @Override
    public Optional<String> serverId() {
        return Optional.empty();
    }

    @Override
    public Run text(String path, String content) {
        requireNonNull(content, "content");
        queue.requireOpen();
        put(path, new ByteArrayInputStream(content.getBytes(StandardCharsets.UTF_8)));
        return this;
    }

    @Override
    public Run artifact(Path file) {
        queue.requireOpen();
        Path name = file.getFileName();
        if (name == null || !Files.isRegularFile(file)) {
            throw new IllegalArgumentException("file: " + file + " (expected: a regular file)");
        }
        try (InputStream in = Files.newInputStream(file)) {
            put(name.toString(), in);
        } catch (IOException e) {
            throw new UnavailableException("Cannot read " + file + " to store it as an artifact: " + e.getMessage(), e);
        }
        return this;
    }

    private void put(String path, InputStream content) {
        LocalPlace.path(place.artifactUri()); // another scheme is refused in words of ours
        try (ArtifactStore store = ArtifactStore.open(place.artifactUri())) {
            store.put(path, content);
        }
    }

    @Override
    public LoggedModel logModel(String name, ModelPackage model) {
        queue.requireOpen();
        return shelf.store(place, name, model, Optional.empty());
    }

    @Override
    public LoggedModel logModel(String name, ModelPackage model, String key) {
        queue.requireOpen();
        return shelf.store(place, name, model, Optional.of(key));
    }

    @Override
    public Run child(String runName) {
        queue.requireOpen();
        return tracking.start(place.experiment().name(), runName, Optional.of(id()));
    }

    @Override
    public Run flush() {
        queue.requireOpen();
        queue.flush();
        return this;
    }

    /** Flushes, unless the body of a run has closed its handle itself. */
    void settle() {
        if (!queue.isClosed()) {
            queue.flush();
        }
    }

    @Override
    public void finish() {
        end(() -> emit(new RunCommand.Status(id(), 0, now(), RunStatus.FINISHED)));
    }

    @Override
    public void fail(Throwable cause) {
        fail(requireNonNull(cause, "cause").toString());
    }

    private void fail(String reason) {
        end(() -> {
            if (!reason.isEmpty()) {
                tag(Rules.ERROR, reason);
            }
            emit(new RunCommand.Status(id(), 0, now(), RunStatus.FAILED));
        });
    }

    /** The first end counts, once it is on its way; each call waits until it is durable. */
    private void end(Runnable commands) {
        if (ended.compareAndSet(false, true)) {
            try {
                commands.run();
            } catch (RuntimeException e) {
                ended.set(false);
                throw e;
            }
        }
        if (!queue.isClosed()) {
            queue.await();
        }
    }

    @Override
    public void close() {
        if (!closing.compareAndSet(false, true)) {
            return;
        }
        try {
            if (begun) {
                fail("closed without having been finished");
            }
            queue.flush();
        } finally {
            queue.close();
            tracking.forget(this);
        }
    }

    @Override
    public String toString() {
        return "Run[" + id() + "]";
    }
}
