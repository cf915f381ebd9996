package dev.mlcore.tracking;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.tracking.Experiment;
import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunSink;
import dev.mlcore.tracking.store.Rules;
import dev.mlcore.tracking.store.Store;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/** Tracking over a store: makes run handles and remembers those that are open. */
final class StoreTracking implements Tracking {
    private static final System.Logger LOG = System.getLogger(Tracking.class.getName());

    private final Store store;
    private final InstantSource clock;
    private final Optional<Path> temporary;
    private final RunSink sink;
    private final ModelShelf shelf;
    private final StoreRegistry registry;
    private final Set<RunHandle> open = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean closed = new AtomicBoolean();

    StoreTracking(Store store, InstantSource clock, Optional<Path> temporary) {
        this.store = store;
        this.clock = clock;
        this.temporary = temporary;
        this.sink = commands -> store.apply(commands);
        this.shelf = new ModelShelf(store);
        this.registry = new StoreRegistry(store);
    }

    @Override
    public Experiment experiment(String name) {
        return new StoreExperiment(this, store.experiment(requireNonNull(name, "name")));
    }

    @Override
    public RunInfo run(String id) {
        return store.run(requireNonNull(id, "id"));
    }

    @Override
    public List<MetricPoint> metricHistory(String runId, String key) {
        return store.metricHistory(requireNonNull(runId, "runId"), requireNonNull(key, "key"));
    }

    @Override
    public Run resume(String id) {
        Store.RunPlace place = store.place(requireNonNull(id, "id"));
        if (!place.active()) {
            throw new ConflictException("Cannot go on with run " + id
                    + ": it was deleted (expected: an active run); restore it or start another");
        }
        if (place.status().terminal()) {
            throw new ConflictException("Cannot go on with run " + id + ": it has ended " + place.status()
                    + " (expected: RUNNING or SCHEDULED); start another");
        }
        return handle(place, false);
    }

    /** Begins a run, durably. */
    RunHandle start(String experiment, String name, Optional<String> parent) {
        requireNonNull(name, "runName");
        String id = Rules.newId();
        List<RunSink.Refusal> refusals =
                store.apply(List.of(new RunCommand.Start(id, 0, clock.instant(), experiment, name, parent, Map.of())));
        if (!refusals.isEmpty()) {
            throw new ConflictException("Cannot start run " + name + " of experiment " + experiment + ": "
                    + refusals.get(0).reason());
        }
        return handle(store.place(id), true);
    }

    private RunHandle handle(Store.RunPlace place, boolean begun) {
        if (closed.get()) {
            throw new IllegalStateException("Cannot open a run of " + store + ": it is closed");
        }
        RunHandle handle = new RunHandle(this, store, shelf, place, clock, begun);
        open.add(handle);
        return handle;
    }

    void forget(RunHandle handle) {
        open.remove(handle);
    }

    @Override
    public RunSink sink() {
        return sink;
    }

    @Override
    public ModelRegistry registry() {
        return registry;
    }

    @Override
    public RunQuery search(String... experiments) {
        return StoreQuery.of(store, experiments);
    }

    @Override
    public void close() {
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        for (RunHandle handle : open) {
            try {
                handle.close();
            } catch (RuntimeException e) {
                LOG.log(
                        System.Logger.Level.WARNING,
                        "Run " + handle.id() + " lost writes when its store was closed",
                        e);
            }
        }
        store.close();
        temporary.ifPresent(StoreTracking::deleteQuietly);
    }

    private static void deleteQuietly(Path folder) {
        try {
            LocalPlace.delete(folder);
        } catch (IOException e) {
            LOG.log(System.Logger.Level.WARNING, "Temporary folder " + folder + " could not be deleted", e);
        }
    }

    @Override
    public String toString() {
        return "Tracking[" + store + "]";
    }
}
