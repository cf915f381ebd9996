package dev.mlcore.dag.internal;

import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.ModelVersion;
import dev.mlcore.api.tracking.ResolvedModel;
import java.util.List;
import java.util.function.Consumer;

/** The registry as a task sees it: registering carries the key of the task instance and the source, so that an attempt that comes again finds its version. */
final class KeyedRegistry implements ModelRegistry {
    private final ModelRegistry registry;
    private final String keyPrefix;
    private final Runnable drain;

    /**
     * A view.
     *
     * @param keyPrefix names the task instance, the same over its attempts
     * @param drain returns when the tracker knows all that the attempt logged
     */
    KeyedRegistry(ModelRegistry registry, String keyPrefix, Runnable drain) {
        this.registry = registry;
        this.keyPrefix = keyPrefix;
        this.drain = drain;
    }

    @Override
    public ModelVersion register(String name, ModelUri source) {
        return register(name, source, Commands.key(keyPrefix, name, source));
    }

    @Override
    public ModelVersion register(String name, ModelUri source, String key) {
        drain.run();
        return registry.register(name, source, key);
    }

    @Override
    public ModelVersion version(String name, String aliasOrNumber) {
        return registry.version(name, aliasOrNumber);
    }

    @Override
    public List<ModelVersion> versions(String name) {
        return registry.versions(name);
    }

    @Override
    public ResolvedModel resolve(ModelUri uri) {
        return registry.resolve(uri);
    }

    @Override
    public AutoCloseable onChange(String name, Consumer<ModelVersion> listener) {
        return registry.onChange(name, listener);
    }
}
