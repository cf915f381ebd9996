package dev.mlcore.api.tracking;

import dev.mlcore.api.model.ModelUri;
import java.util.List;
import java.util.function.Consumer;

/** Registered models, their versions and aliases. Thread-safe; made by mlcore alone. Every write is durable on return. */
public interface ModelRegistry {
    /**
     * Makes a new version; the registered model is created if need be.
     *
     * @param name not blank, without {@code /} and {@code :}
     * @param source {@code models:/m-…}, {@code runs:/…}, {@code models:/name/3} or a package directory; must exist and be whole
     * @return the version
     * @throws dev.mlcore.api.NotFoundException if there is nothing at the source
     */
    ModelVersion register(String name, ModelUri source);

    /**
     * The same, safe to repeat: the same key for the same name answers the version that was made under it.
     *
     * @param name not blank, without {@code /} and {@code :}
     * @param source as above
     * @param key names this act of registering among all acts; kept in the version's tag {@code mlcore.key}
     * @return the version, new or found
     */
    ModelVersion register(String name, ModelUri source, String key);

    /**
     * Finds a version.
     *
     * @param name of the registered model
     * @param aliasOrNumber {@code champion}, {@code 3} or {@code latest}
     * @return a snapshot
     * @throws dev.mlcore.api.NotFoundException if there is none
     */
    ModelVersion version(String name, String aliasOrNumber);

    /**
     * All versions of a model.
     *
     * @param name of the registered model
     * @return by number, upwards; empty if there is no such model
     */
    List<ModelVersion> versions(String name);

    /**
     * Finds where a model lies and opens its package.
     *
     * @param uri any form of {@link ModelUri}
     * @return the place, verified
     * @throws dev.mlcore.api.NotFoundException if there is none
     */
    ResolvedModel resolve(ModelUri uri);

    /**
     * Hears of changes to a model's versions and aliases made through this registry object.
     *
     * @param name of the registered model; need not exist yet
     * @param listener called after the change is durable, on the thread that made it, with the version concerned; what it throws is logged
     * @return closes to stop listening; its {@code close} throws nothing
     */
    AutoCloseable onChange(String name, Consumer<ModelVersion> listener);
}
