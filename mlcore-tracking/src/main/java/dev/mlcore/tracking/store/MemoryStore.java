package dev.mlcore.tracking.store;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunSink;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;

/**
 * The same meaning on plain maps, for tests and throw-away programs: what is durable in other stores lives here as long as the store. It shares the rules with
 * the SQLite store and nothing else, so that each checks the other under one contract.
 */
public final class MemoryStore implements Store {
    private final String root;
    private final Map<String, ExperimentRow> experiments = new LinkedHashMap<>(); // guarded by this, as all below
    private final Map<String, MemoryRun> runs = new LinkedHashMap<>();
    private final Map<String, Long> sequences = new LinkedHashMap<>();
    private final Map<String, Model> models = new LinkedHashMap<>();
    private final MemoryRegistry registry;
    private boolean closed;

    /**
     * An empty store with MLflow's default experiment.
     *
     * @param artifactRoot where experiments keep their files
     * @param clock of creation times
     */
    public MemoryStore(String artifactRoot, InstantSource clock) {
        this.root = artifactRoot;
        this.registry = new MemoryRegistry(clock);
        experiments.put("Default", new ExperimentRow(0, "Default", Places.ofExperiment(root, 0), true));
    }

    /** A logged model and the experiment and key it was stored under. */
    private record Model(ModelRow row, long experiment, Optional<String> key) {
        Model with(ModelRow.Status status) {
            return new Model(new ModelRow(row.id(), row.name(), row.location(), status, row.runId()), experiment, key);
        }
    }

    @Override
    public synchronized ExperimentRow experiment(String name) {
        open();
        Rules.experimentName(name);
        ExperimentRow row = experiments.computeIfAbsent(name, n -> {
            long id = experiments.size();
            return new ExperimentRow(id, n, Places.ofExperiment(root, id), true);
        });
        if (!row.active()) {
            throw new ConflictException(Rules.deletedExperiment(name));
        }
        return row;
    }

    @Override
    public synchronized CompletableFuture<List<RunSink.Refusal>> submit(List<RunCommand> commands) {
        open();
        List<RunSink.Refusal> refusals = new ArrayList<>();
        for (RunCommand command : commands) {
            try {
                applyNew(command);
            } catch (Rules.Refused e) {
                refusals.add(new RunSink.Refusal(command, String.valueOf(e.getMessage())));
            }
        }
        return CompletableFuture.completedFuture(refusals);
    }

    private void applyNew(RunCommand command) throws Rules.Refused {
        Rules.runId(command.runId());
        if (command.seq() > 0 && command.seq() <= sequences.getOrDefault(command.runId(), 0L)) {
            return; // a replay
        }
        MemoryRun run = runs.get(command.runId());
        if (command instanceof RunCommand.Start start) {
            if (run == null) {
                start(start);
            }
        } else if (run == null) {
            throw new Rules.Refused(
                    "there is no run " + command.runId() + " (expected: a run that was started before)");
        } else {
            run.change(command);
        }
        if (command.seq() > 0) {
            sequences.put(command.runId(), command.seq());
        }
    }

    private void start(RunCommand.Start start) throws Rules.Refused {
        long millis = Rules.millis(start);
        Map<String, String> tags = Rules.startTags(start);
        ExperimentRow experiment;
        try {
            experiment = experiment(start.experiment());
        } catch (IllegalArgumentException | ConflictException e) {
            throw new Rules.Refused(String.valueOf(e.getMessage()));
        }
        String artifactUri = Places.ofRun(experiment.location(), start.runId());
        if (Rules.length(artifactUri) > Rules.LONGEST_ARTIFACT_URI) {
            throw new Rules.Refused(Rules.longArtifactUri(artifactUri));
        }
        runs.put(
                start.runId(),
                new MemoryRun(start.runId(), Rules.runName(start), experiment, artifactUri, millis, tags));
    }

    @Override
    public synchronized RunInfo run(String id) {
        return existing(id).snapshot();
    }

    @Override
    public synchronized RunPlace place(String id) {
        return existing(id).place();
    }

    @Override
    public synchronized List<MetricPoint> metricHistory(String runId, String key) {
        return existing(runId).history(key);
    }

    @Override
    public synchronized List<RunInfo> search(RunFilter filter) {
        open();
        List<MemoryRun> found = new ArrayList<>();
        for (MemoryRun run : runs.values()) {
            if (run.fits(filter)) {
                found.add(0, run); // of the same millisecond, the later one first
            }
        }
        found.sort(Comparator.comparingLong(MemoryRun::startMillis).reversed());
        return found.stream().limit(filter.limit()).map(MemoryRun::snapshot).toList();
    }

    @Override
    public synchronized ModelRow beginModel(NewModel model) {
        RunPlace run = existing(model.runId()).place();
        if (model.key().isPresent()) {
            for (Model known : models.values()) {
                if (known.experiment() == run.experiment().id() && known.key().equals(model.key())) {
                    return known.row();
                }
            }
        }
        ModelRow row = new ModelRow(
                model.id(),
                model.name(),
                Places.ofModel(run.experiment().location(), model.id()),
                ModelRow.Status.PENDING,
                Optional.of(run.id()));
        models.put(row.id(), new Model(row, run.experiment().id(), model.key()));
        return row;
    }

    @Override
    public synchronized void readyModel(String id, String runId) {
        if (models.computeIfPresent(id, (key, model) -> model.with(ModelRow.Status.READY)) == null) {
            throw new NotFoundException("Cannot find logged model " + id + ": this store has none of that id");
        }
    }

    @Override
    public synchronized void failModel(String id, String reason) {
        models.computeIfPresent(
                id,
                (key, model) ->
                        model.row().status() == ModelRow.Status.READY ? model : model.with(ModelRow.Status.FAILED));
    }

    @Override
    public synchronized Optional<ModelRow> model(String id) {
        return Optional.ofNullable(models.get(id)).map(Model::row);
    }

    @Override
    public synchronized Optional<ModelRow> modelOf(String runId, String name) {
        return models.values().stream()
                .map(Model::row)
                .filter(row -> row.name().equals(name) && row.runId().equals(Optional.of(runId)))
                .reduce((first, second) -> second);
    }

    @Override
    public synchronized Registered register(NewVersion version) {
        open();
        return registry.register(version);
    }

    @Override
    public synchronized Optional<VersionRow> version(String name, int number) {
        return registry.version(name, number);
    }

    @Override
    public synchronized OptionalInt alias(String name, String alias) {
        return registry.alias(name, alias);
    }

    @Override
    public synchronized List<VersionRow> versions(String name) {
        return registry.versions(name);
    }

    @Override
    public synchronized boolean setAlias(String name, int number, String alias) {
        open();
        return registry.setAlias(name, number, alias);
    }

    @Override
    public synchronized void setTag(String name, int number, String key, String value) {
        open();
        registry.setTag(name, number, key, value);
    }

    @Override
    public synchronized void close() {
        closed = true;
    }

    @Override
    public String toString() {
        return "memory:";
    }

    private MemoryRun existing(String id) {
        open();
        MemoryRun run = runs.get(id);
        if (run == null) {
            throw Rules.noRun(id);
        }
        return run;
    }

    private void open() {
        if (closed) {
            throw new IllegalStateException("Cannot use the memory store: it is closed");
        }
    }
}
