package dev.mlcore.tracking;

import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.ModelVersion;
import dev.mlcore.tracking.store.Store.VersionRow;
import java.time.Instant;
import java.util.Collections;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A version as it was read, and the registry it was read from. */
record StoredVersion(StoreRegistry registry, VersionRow row) implements ModelVersion {
    @Override
    public String name() {
        return row.name();
    }

    @Override
    public int version() {
        return row.number();
    }

    @Override
    public ModelUri source() {
        try {
            return ModelUri.of(row.source());
        } catch (IllegalArgumentException e) {
            throw new UnsupportedException(
                    "Cannot tell the source of version " + version() + " of model " + name() + ": " + row.source()
                            + " is of a form that is not known here",
                    e);
        }
    }

    @Override
    public Optional<String> runId() {
        return row.runId();
    }

    @Override
    public Instant created() {
        return Instant.ofEpochMilli(row.createdMillis());
    }

    @Override
    public Set<String> aliases() {
        return Collections.unmodifiableSet(row.aliases());
    }

    @Override
    public Map<String, String> tags() {
        return Collections.unmodifiableMap(row.tags());
    }

    @Override
    public ModelVersion alias(String alias) {
        return registry.alias(name(), version(), alias);
    }

    @Override
    public ModelVersion tag(String key, String value) {
        return registry.tag(name(), version(), key, value);
    }

    @Override
    public ModelPackage open() {
        return ModelPackage.open(LocalPlace.path(row.location()));
    }

    @Override
    public String toString() {
        return "models:/" + name() + "/" + version();
    }
}
