package dev.mlcore.tracking;

import static java.util.Objects.requireNonNull;

import dev.mlcore.tracking.store.MemoryStore;
import dev.mlcore.tracking.store.Rules;
import dev.mlcore.tracking.store.SqliteStore;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;

/** Collects the settings of a store. */
final class TrackingBuilder implements Tracking.Builder {
    private final StoreUri uri;
    private Optional<String> artifacts = Optional.empty();
    private InstantSource clock = InstantSource.system();

    TrackingBuilder(StoreUri uri) {
        this.uri = uri;
    }

    @Override
    public Tracking.Builder artifacts(String place) {
        if (place.isBlank()) {
            throw new IllegalArgumentException("artifacts: blank (expected: a folder, or file:///folder)");
        }
        String root = LocalPlace.text(LocalPlace.path(place));
        Rules.artifactRoot(root);
        artifacts = Optional.of(root);
        return this;
    }

    @Override
    public Tracking.Builder clock(InstantSource source) {
        clock = requireNonNull(source, "clock");
        return this;
    }

    @Override
    public Tracking build() {
        if (uri.file().isPresent()) {
            Path file = uri.file().get();
            String root = artifacts.orElseGet(() -> LocalPlace.text(file.resolveSibling("artifacts")));
            Rules.artifactRoot(root);
            return new StoreTracking(SqliteStore.open(file, root, clock), clock, Optional.empty());
        }
        if (artifacts.isPresent()) {
            return new StoreTracking(new MemoryStore(artifacts.get(), clock), clock, Optional.empty());
        }
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"), "mlcore-" + Rules.newId());
        return new StoreTracking(new MemoryStore(LocalPlace.text(temporary), clock), clock, Optional.of(temporary));
    }
}
