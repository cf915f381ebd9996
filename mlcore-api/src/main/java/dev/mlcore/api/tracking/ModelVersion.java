package dev.mlcore.api.tracking;

import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelUri;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A numbered version of a registered model: a snapshot that knows its registry. Thread-safe; made by mlcore alone. */
public interface ModelVersion {
    /**
     * The registered model.
     *
     * @return its name
     */
    String name();

    /**
     * Its number.
     *
     * @return 1 or more; never used again, even if the version is deleted
     */
    int version();

    /**
     * What it was registered from.
     *
     * @return as given to {@link ModelRegistry#register}
     */
    ModelUri source();

    /**
     * The run that made it.
     *
     * @return the run's id, if known
     */
    Optional<String> runId();

    /**
     * When it was registered.
     *
     * @return to the millisecond
     */
    Instant created();

    /**
     * The aliases that pointed at it when this snapshot was taken.
     *
     * @return in order of their names
     */
    Set<String> aliases();

    /**
     * Its tags when this snapshot was taken.
     *
     * @return in order of keys
     */
    Map<String, String> tags();

    /**
     * Points an alias at this version, moving it if it pointed elsewhere; durable on return.
     *
     * @param alias letters, digits, {@code _ -}, at most 255; not {@code latest}, not {@code v} and digits
     * @return a snapshot with it
     */
    ModelVersion alias(String alias);

    /**
     * Sets or replaces a tag; durable on return.
     *
     * @param key at most 250 characters
     * @param value at most 5000 characters
     * @return a snapshot with it
     */
    ModelVersion tag(String key, String value);

    /**
     * Opens and verifies the package.
     *
     * @return the package
     * @throws dev.mlcore.api.MlcoreException as {@link ModelPackage#open}
     */
    ModelPackage open();
}
