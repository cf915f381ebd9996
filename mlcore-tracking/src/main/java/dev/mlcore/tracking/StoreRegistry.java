package dev.mlcore.tracking;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.ModelVersion;
import dev.mlcore.api.tracking.ResolvedModel;
import dev.mlcore.tracking.store.Rules;
import dev.mlcore.tracking.store.Store;
import dev.mlcore.tracking.store.Store.ModelRow;
import dev.mlcore.tracking.store.Store.VersionRow;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/** Registered models of a store. A version, its tags and its READY status are one transaction, so an alias can only ever point at a whole version. */
final class StoreRegistry implements ModelRegistry {
    private static final System.Logger LOG = System.getLogger(ModelRegistry.class.getName());
    private static final Pattern NUMBER = Pattern.compile("[0-9]{1,9}");
    private static final String LATEST = "latest";

    private final Store store;
    private final Map<String, List<Listener>> listeners = new ConcurrentHashMap<>();

    StoreRegistry(Store store) {
        this.store = store;
    }

    /** One act of listening: the same consumer given twice listens twice. */
    private record Listener(Object act, Consumer<ModelVersion> consumer) {}

    /** Where a model lies and what it was made of. */
    private record Origin(
            String location,
            Optional<String> name,
            OptionalInt version,
            Optional<String> runId,
            Optional<String> modelId) {
        static Origin of(ModelRow row, Optional<String> runId, String location) {
            return new Origin(location, Optional.empty(), OptionalInt.empty(), runId, Optional.of(row.id()));
        }
    }

    @Override
    public ModelVersion register(String name, ModelUri source) {
        return register(name, source, Optional.empty());
    }

    @Override
    public ModelVersion register(String name, ModelUri source, String key) {
        Rules.actKey(key);
        return register(name, source, Optional.of(key));
    }

    private ModelVersion register(String name, ModelUri source, Optional<String> key) {
        Rules.modelName(name);
        Rules.modelSource(source.value());
        if (key.isPresent()) { // what was made under the key counts, even if its source is gone by now
            for (VersionRow row : store.versions(name)) {
                if (key.get().equals(row.tags().get(Rules.KEY))) {
                    return new StoredVersion(this, row);
                }
            }
        }
        Origin origin = origin(source);
        ModelPackage.open(LocalPlace.path(origin.location())); // not whole: no version
        Store.Registered registered = store.register(
                new Store.NewVersion(name, source.value(), origin.location(), origin.runId(), origin.modelId(), key));
        ModelVersion version = existing(name, registered.number());
        if (registered.created()) {
            tell(version);
        }
        return version;
    }

    @Override
    public ModelVersion version(String name, String aliasOrNumber) {
        requireNonNull(name, "name");
        if (NUMBER.matcher(aliasOrNumber).matches()) {
            return existing(name, Integer.parseInt(aliasOrNumber));
        }
        return new StoredVersion(
                this,
                aliasOrNumber.toLowerCase(Locale.ROOT).equals(LATEST) ? latest(name) : aliased(name, aliasOrNumber));
    }

    @Override
    public List<ModelVersion> versions(String name) {
        return store.versions(requireNonNull(name, "name")).stream()
                .<ModelVersion>map(row -> new StoredVersion(this, row))
                .toList();
    }

    @Override
    public ResolvedModel resolve(ModelUri uri) {
        if (uri.target() instanceof ModelUri.Target.Local local && Files.isRegularFile(local.path())) {
            return new ResolvedModel(
                    local.path().toAbsolutePath().normalize(),
                    Optional.empty(),
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty());
        }
        Origin origin = origin(uri);
        ModelPackage model = ModelPackage.open(LocalPlace.path(origin.location()));
        return new ResolvedModel(
                model.directory(), Optional.of(model), origin.name(), origin.version(), origin.runId());
    }

    private Origin origin(ModelUri uri) {
        ModelUri.Target target = uri.target();
        if (target instanceof ModelUri.Target.LoggedModel logged) {
            ModelRow row = store.model(logged.id())
                    .orElseThrow(() -> new NotFoundException(
                            "Cannot find model " + uri + ": this store has no logged model of that id"));
            return Origin.of(ready(row), row.runId(), row.location());
        } else if (target instanceof ModelUri.Target.RunArtifact artifact) {
            return ofRun(uri, artifact);
        } else if (target instanceof ModelUri.Target.Version version) {
            return ofVersion(row(version.name(), version.version()));
        } else if (target instanceof ModelUri.Target.Alias alias) {
            return ofVersion(aliased(alias.name(), alias.alias()));
        } else if (target instanceof ModelUri.Target.Latest latest) {
            return ofVersion(latest(latest.name()));
        } else if (target instanceof ModelUri.Target.Stage stage) {
            return ofVersion(staged(stage));
        } else if (target instanceof ModelUri.Target.Local local) {
            return new Origin(
                    LocalPlace.text(local.path()),
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Optional.empty());
        }
        throw new UnsupportedException(
                "Cannot find model " + uri
                        + " in a registry: a Java function is known to the engine that it was given to (expected: models:, runs:, file: or a path)");
    }

    /** MLflow looks both at the run's artifacts and at the models that it logged under the first segment. */
    private Origin ofRun(ModelUri uri, ModelUri.Target.RunArtifact artifact) {
        Store.RunPlace run = store.place(artifact.runId());
        Path folder = LocalPlace.path(run.artifactUri()).resolve(artifact.path());
        if (Files.exists(folder)) {
            return new Origin(
                    LocalPlace.text(folder),
                    Optional.empty(),
                    OptionalInt.empty(),
                    Optional.of(run.id()),
                    Optional.empty());
        }
        int slash = artifact.path().indexOf('/');
        String name = slash < 0 ? artifact.path() : artifact.path().substring(0, slash);
        ModelRow row = store.modelOf(run.id(), name)
                .orElseThrow(() -> new NotFoundException("Cannot find model " + uri
                        + ": the run has neither an artifact nor a logged model of that name"));
        String location = slash < 0
                ? row.location()
                : LocalPlace.text(
                        LocalPlace.path(row.location()).resolve(artifact.path().substring(slash + 1)));
        return Origin.of(ready(row), Optional.of(run.id()), location);
    }

    private static ModelRow ready(ModelRow row) {
        if (row.status() != ModelRow.Status.READY) {
            throw new ConflictException("Cannot use logged model " + row.id() + ": it is " + row.status()
                    + " (expected: READY); its files were not stored completely, log it again");
        }
        return row;
    }

    private static Origin ofVersion(VersionRow row) {
        Optional<String> modelId = row.source().startsWith("models:/")
                        && Rules.isModelId(row.source().substring("models:/".length()))
                ? Optional.of(row.source().substring("models:/".length()))
                : Optional.empty();
        return new Origin(row.location(), Optional.of(row.name()), OptionalInt.of(row.number()), row.runId(), modelId);
    }

    private VersionRow row(String name, int number) {
        return store.version(name, number)
                .orElseThrow(() -> new NotFoundException(
                        "Cannot find version " + number + " of model " + name + ": " + known(name)));
    }

    private ModelVersion existing(String name, int number) {
        return new StoredVersion(this, row(name, number));
    }

    private VersionRow aliased(String name, String alias) {
        OptionalInt number = store.alias(name, alias);
        if (number.isEmpty()) {
            throw new NotFoundException("Cannot find alias " + alias + " of model " + name + ": " + known(name));
        }
        return row(name, number.getAsInt());
    }

    private VersionRow latest(String name) {
        List<VersionRow> rows = store.versions(name);
        if (rows.isEmpty()) {
            throw new NotFoundException("Cannot find the latest version of model " + name + ": " + known(name));
        }
        return rows.get(rows.size() - 1);
    }

    private VersionRow staged(ModelUri.Target.Stage stage) {
        return store.versions(stage.name()).stream()
                .filter(row -> row.stage().equalsIgnoreCase(stage.stage()))
                .reduce((older, newer) -> newer)
                .orElseThrow(() -> new NotFoundException("Cannot find a version of model " + stage.name() + " in stage "
                        + stage.stage() + ": " + known(stage.name())));
    }

    private String known(String name) {
        List<VersionRow> rows = store.versions(name);
        if (rows.isEmpty()) {
            return "the registry has no version of it; register one first";
        }
        String numbers = rows.size() <= 10
                ? rows.stream()
                        .map(row -> Integer.toString(row.number()))
                        .toList()
                        .toString()
                : rows.size() + " of them";
        List<String> aliases = rows.stream()
                .flatMap(row -> row.aliases().stream())
                .sorted()
                .limit(10)
                .toList();
        return "it has the versions " + numbers + " and the aliases " + aliases;
    }

    ModelVersion alias(String name, int number, String alias) {
        Rules.alias(alias);
        boolean changed = store.setAlias(name, number, alias);
        ModelVersion version = existing(name, number);
        if (changed) {
            tell(version);
        }
        return version;
    }

    ModelVersion tag(String name, int number, String key, String value) {
        Rules.versionTag(key, value);
        store.setTag(name, number, key, value);
        return existing(name, number);
    }

    @Override
    public AutoCloseable onChange(String name, Consumer<ModelVersion> listener) {
        Rules.modelName(name);
        Listener own = new Listener(new Object(), requireNonNull(listener, "listener"));
        List<Listener> ofName = listeners.computeIfAbsent(name, n -> new CopyOnWriteArrayList<>());
        ofName.add(own);
        return () -> ofName.remove(own);
    }

    private void tell(ModelVersion version) {
        for (Listener listener : listeners.getOrDefault(version.name(), List.of())) {
            try {
                listener.consumer().accept(version);
            } catch (RuntimeException e) {
                LOG.log(System.Logger.Level.WARNING, "A listener to changes of model " + version.name() + " failed", e);
            }
        }
    }
}
