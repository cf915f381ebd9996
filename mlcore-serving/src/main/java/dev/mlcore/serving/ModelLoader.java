package dev.mlcore.serving;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.ModelFailedException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.model.ModelUri.Target;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.ResolvedModel;
import dev.mlcore.serving.backend.Backend;
import dev.mlcore.serving.backend.LoadContext;
import dev.mlcore.serving.backend.LoadedModel;
import dev.mlcore.serving.backend.ModelSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** From a URI to a version that is ready: found, verified, loaded by the first backend that can, checked, warmed. Thread-safe. */
final class ModelLoader {
    private final Optional<ModelRegistry> registry;
    private final DevicePool devices;
    private final List<Backend> backends;

    ModelLoader(Optional<ModelRegistry> registry, DevicePool devices, List<Backend> backends) {
        this.registry = registry;
        this.devices = devices;
        this.backends = List.copyOf(backends);
    }

    Optional<ModelRegistry> registry() {
        return registry;
    }

    /** The name it is served under if none is given. */
    static String defaultName(ModelUri uri) {
        Target target = uri.target();
        if (target instanceof Target.Version registered) {
            return registered.name();
        } else if (target instanceof Target.Alias registered) {
            return registered.name();
        } else if (target instanceof Target.Latest registered) {
            return registered.name();
        } else if (target instanceof Target.Stage registered) {
            return registered.name();
        } else if (target instanceof Target.LoggedModel logged) {
            return logged.id();
        } else if (target instanceof Target.JavaFunction function) {
            return function.name();
        } else if (target instanceof Target.RunArtifact artifact) {
            return artifact.path().substring(artifact.path().lastIndexOf('/') + 1);
        }
        Path path = ((Target.Local) target).path().toAbsolutePath().normalize();
        Path last = path.getFileName();
        String name = last == null ? "model" : last.toString();
        return name.endsWith(".onnx") ? name.substring(0, name.length() - ".onnx".length()) : name;
    }

    /** Finds where the model lies. */
    ModelSource find(ModelUri uri) {
        Target target = uri.target();
        if (target instanceof Target.JavaFunction) {
            return new ModelSource(uri, Optional.empty());
        }
        if (target instanceof Target.Local local) {
            return new ModelSource(uri, Optional.of(local(uri, local.path().toAbsolutePath())));
        }
        ModelRegistry known = registry.orElseThrow(() -> new UnsupportedException("Cannot serve " + uri
                + ": the engine was built without a registry (expected: InferenceEngine.builder().registry(…))"));
        return new ModelSource(uri, Optional.of(known.resolve(uri)));
    }

    private static ResolvedModel local(ModelUri uri, Path path) {
        Optional<ModelPackage> model = Optional.empty();
        if (Files.isDirectory(path)) {
            model = Optional.of(ModelPackage.open(path));
        } else if (!Files.isRegularFile(path)) {
            throw new NotFoundException("Cannot serve " + uri + ": there is no file or folder " + path);
        }
        return new ResolvedModel(path, model, Optional.empty(), OptionalInt.empty(), Optional.empty());
    }

    static String version(ModelSource source) {
        OptionalInt number = source.resolved().map(ResolvedModel::version).orElse(OptionalInt.empty());
        return number.isPresent() ? Integer.toString(number.getAsInt()) : "1";
    }

    /** Loads, checks and warms; on failure nothing is left behind. */
    VersionHost load(String name, ModelSource source, Options options) {
        Optional<DeviceLease> lease = options.device().map(request -> lease(name, source, request));
        Optional<LoadedModel> loaded = Optional.empty();
        try {
            loaded = Optional.of(loadBy(name, source, new LoadContext(options.threads(), lease)));
            VersionHost version = new VersionHost(
                    name,
                    version(source),
                    source.resolved().flatMap(ResolvedModel::runId),
                    source.resolved().flatMap(ResolvedModel::model).flatMap(ModelPackage::signature),
                    loaded.get(),
                    lease,
                    options.instances());
            loaded = Optional.empty();
            lease = Optional.empty(); // the version's now
            return ready(name, version, source, options);
        } finally {
            loaded.ifPresent(LoadedModel::release);
            lease.ifPresent(DeviceLease::close);
        }
    }

    private DeviceLease lease(String name, ModelSource source, DeviceRequest request) {
        return devices.acquire(request, "serving " + name + " version " + version(source));
    }

    private LoadedModel loadBy(String name, ModelSource source, LoadContext context) {
        for (Backend backend : backends) {
            Optional<LoadedModel> loaded;
            try {
                loaded = backend.load(source, context);
            } catch (MlcoreException e) {
                throw e;
            } catch (RuntimeException e) {
                throw new ModelFailedException("Cannot load model " + name + " from " + source.uri() + ": " + e, e);
            }
            if (loaded.isPresent()) {
                return loaded.get();
            }
        }
        throw new UnsupportedException("Cannot serve " + source.uri() + ": no backend can run it: " + kind(source));
    }

    private static String kind(ModelSource source) {
        if (source.resolved().isEmpty()) {
            return "no function of that name was given (expected: InferenceEngine.builder().backend(JavaFunctions.of(…)))";
        }
        return source.resolved()
                .flatMap(ResolvedModel::model)
                .map(model -> "its package has the flavors " + model.flavors()
                        + " (expected: onnx, or a backend for one of them)")
                .orElse("it is a plain file (expected: a name that ends in .onnx, or a model package)");
    }

    private static VersionHost ready(String name, VersionHost version, ModelSource source, Options options) {
        try {
            options.checkFits(name, version);
            version.state(ServedVersion.State.WARMING);
            source.resolved()
                    .flatMap(ResolvedModel::model)
                    .ifPresent(model -> WarmUp.run(name, version, model.inputExample()));
            version.state(ServedVersion.State.READY);
            return version;
        } catch (RuntimeException e) {
            version.close(Duration.ZERO); // nobody has seen it
            throw e;
        }
    }
}
