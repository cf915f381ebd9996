package dev.mlcore.dag.internal;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.internal.tracking.RunFace;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.Experiment;
import dev.mlcore.api.tracking.LoggedModel;
import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunSink;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.api.tracking.Tracker;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;

/** A tracker in memory that obeys the sequence rule, and can be away or refuse. */
final class FakeTracker implements Tracker, RunSink {
    static final class Tracked {
        String experiment = "";
        String name = "";
        Optional<String> parent = Optional.empty();
        RunStatus status = RunStatus.RUNNING;
        long seq;
        final Map<String, String> params = new LinkedHashMap<>();
        final Map<String, String> tags = new LinkedHashMap<>();
        final List<String> metrics = new ArrayList<>();
        final List<String> texts = new ArrayList<>();
    }

    final Map<String, Tracked> runs = new LinkedHashMap<>();
    final Map<String, LoggedModel> models = new LinkedHashMap<>();
    volatile boolean away;
    volatile boolean crashAfterApply;
    volatile Predicate<RunCommand> refuses = command -> false;
    volatile int applied;

    @Override
    public synchronized List<Refusal> apply(List<RunCommand> commands) {
        if (away) {
            throw new UnavailableException("the tracker is away");
        }
        List<Refusal> refusals = new ArrayList<>();
        for (RunCommand command : commands) {
            if (refuses.test(command)) {
                refusals.add(new Refusal(command, "not this one"));
                continue;
            }
            Tracked run = runs.get(command.runId());
            if (command instanceof RunCommand.Start start) {
                if (run == null) {
                    run = new Tracked();
                    run.experiment = start.experiment();
                    run.name = start.name();
                    run.parent = start.parent();
                    run.tags.putAll(start.tags());
                    run.seq = start.seq();
                    runs.put(start.runId(), run);
                    applied++;
                }
                continue;
            }
            if (run == null) {
                refusals.add(new Refusal(command, "no such run"));
                continue;
            }
            if (command.seq() != 0) {
                if (command.seq() <= run.seq) {
                    continue;
                }
                run.seq = command.seq();
            }
            applied++;
            if (command instanceof RunCommand.Status status) {
                run.status = status.status();
            } else if (command instanceof RunCommand.Param param) {
                run.params.put(param.key(), param.value());
            } else if (command instanceof RunCommand.Tag tag) {
                run.tags.put(tag.key(), tag.value());
            } else if (command instanceof RunCommand.Metric metric) {
                run.metrics.add(metric.key() + "=" + metric.value() + "@" + metric.step());
            }
        }
        if (crashAfterApply) {
            crashAfterApply = false;
            throw new UnavailableException("the answer was lost");
        }
        return refusals;
    }

    synchronized Tracked tracked(String id) {
        Tracked run = runs.get(id);
        if (run == null) {
            throw new NotFoundException("no run " + id);
        }
        return run;
    }

    synchronized List<Tracked> named(String name) {
        return runs.values().stream().filter(run -> run.name.equals(name)).toList();
    }

    synchronized List<Tracked> all() {
        return List.copyOf(runs.values());
    }

    @Override
    public RunSink sink() {
        return this;
    }

    @Override
    public Run resume(String id) {
        if (away) {
            throw new UnavailableException("the tracker is away");
        }
        if (tracked(id).status.terminal()) {
            throw new ConflictException("run " + id + " has ended");
        }
        return new Handle(id);
    }

    @Override
    public Experiment experiment(String name) {
        throw new AssertionError();
    }

    @Override
    public RunInfo run(String id) {
        throw new AssertionError();
    }

    @Override
    public List<MetricPoint> metricHistory(String runId, String key) {
        throw new AssertionError();
    }

    private final class Handle extends RunFace {
        Handle(String id) {
            super(id, InstantSource.system());
        }

        @Override
        protected void emit(RunCommand command) {
            apply(List.of(command));
        }

        @Override
        public Optional<String> serverId() {
            return Optional.empty();
        }

        @Override
        public Run text(String path, String content) {
            synchronized (FakeTracker.this) {
                Tracked run = tracked(id());
                run.texts.add(path + ": " + content + " after " + run.metrics);
            }
            return this;
        }

        @Override
        public Run artifact(Path file) {
            return this;
        }

        @Override
        public LoggedModel logModel(String name, ModelPackage model) {
            throw new AssertionError("without a key");
        }

        @Override
        public LoggedModel logModel(String name, ModelPackage model, String key) {
            synchronized (FakeTracker.this) {
                return models.computeIfAbsent(key, k -> {
                    String id = "m-" + k.substring(0, 32);
                    return new LoggedModel(id, name, ModelUri.of("models:/" + id));
                });
            }
        }

        @Override
        public Run child(String runName) {
            throw new AssertionError();
        }

        @Override
        public Run flush() {
            return this;
        }

        @Override
        public void finish() {}

        @Override
        public void fail(Throwable cause) {}

        @Override
        public void close() {}
    }
}
