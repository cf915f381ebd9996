package dev.mlcore.tracking.store;

import dev.mlcore.api.data.DatasetInfo;
import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.tracking.store.Rules.Refused;
import dev.mlcore.tracking.store.Store.ExperimentRow;
import dev.mlcore.tracking.store.Store.RunFilter;
import dev.mlcore.tracking.store.Store.RunPlace;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** A run in memory. Its store is its lock. */
final class MemoryRun {
    /** What replaces what as the latest: NaN stands as 0, and of a number and NaN in one place the number is kept. */
    private static final Comparator<Point> LATEST = Comparator.comparingLong(Point::step)
            .thenComparingLong(Point::millis)
            .thenComparingDouble(Point::stored)
            .thenComparing(Point::isNan, Comparator.reverseOrder());

    private static final Comparator<Point> HISTORY = Comparator.comparingLong(Point::millis)
            .thenComparingLong(Point::step)
            .thenComparingDouble(Point::stored)
            .thenComparing(Point::isNan);

    private final String id;
    private final ExperimentRow experiment;
    private final String artifactUri;
    private final long startMillis;
    private final Map<String, String> tags;
    private final Map<String, String> params = new HashMap<>();
    private final Map<String, Set<Point>> metrics = new HashMap<>();
    private final List<RunInfo.DatasetUse> inputs = new ArrayList<>();
    private String name;
    private RunStatus status = RunStatus.RUNNING;
    private Optional<Instant> ended = Optional.empty();

    MemoryRun(
            String id,
            String name,
            ExperimentRow experiment,
            String artifactUri,
            long startMillis,
            Map<String, String> tags) {
        this.id = id;
        this.name = name;
        this.experiment = experiment;
        this.artifactUri = artifactUri;
        this.startMillis = startMillis;
        this.tags = tags;
    }

    /** A point with MLflow's identity: all columns. */
    private record Point(long millis, long step, double stored, boolean isNan) {
        double value() {
            return isNan ? Double.NaN : stored;
        }
    }

    long startMillis() {
        return startMillis;
    }

    RunPlace place() {
        return new RunPlace(id, experiment, artifactUri, status, true);
    }

    void change(RunCommand command) throws Refused {
        long millis = Rules.millis(command);
        if (command instanceof RunCommand.Status change) {
            status = change.status();
            ended = status.terminal() ? Optional.of(Instant.ofEpochMilli(millis)) : Optional.empty();
        } else if (command instanceof RunCommand.Param param) {
            param(param);
        } else if (command instanceof RunCommand.Metric metric) {
            Rules.key("metric", metric.key());
            metrics.computeIfAbsent(metric.key(), key -> new LinkedHashSet<>())
                    .add(new Point(millis, metric.step(), Rules.stored(metric.value()), Double.isNaN(metric.value())));
        } else if (command instanceof RunCommand.Tag tag) {
            Rules.key("tag", tag.key());
            tags.put(tag.key(), Rules.cut(tag.value(), Rules.LONGEST_TAG));
            if (tag.key().equals(Rules.RUN_NAME)) {
                name = Rules.cut(tag.value(), Rules.LONGEST_RUN_NAME);
            }
        } else if (command instanceof RunCommand.Dataset use) {
            dataset(use);
        } else if (command instanceof RunCommand.Link link) {
            Rules.modelId(link.modelId()); // nothing reads edges back yet
        } else {
            throw new IllegalStateException("no such command: " + command);
        }
    }

    private void param(RunCommand.Param param) throws Refused {
        Rules.key("param", param.key());
        String value = Rules.cut(param.value(), Rules.LONGEST_PARAM);
        String old = params.putIfAbsent(param.key(), value);
        if (old != null && !old.equals(value)) {
            throw new Refused(Rules.changedParam(id, param.key(), old, value));
        }
    }

    private void dataset(RunCommand.Dataset use) throws Refused {
        Datasets.texts(use.dataset(), use.context()); // for its limits
        DatasetInfo dataset = use.dataset();
        boolean known = inputs.stream()
                .map(RunInfo.DatasetUse::dataset)
                .anyMatch(
                        old -> old.name().equals(dataset.name()) && old.digest().equals(dataset.digest()));
        if (!known) {
            inputs.add(new RunInfo.DatasetUse(dataset, use.context()));
        }
    }

    boolean fits(RunFilter filter) {
        return (filter.experiments().isEmpty() || filter.experiments().contains(experiment.name()))
                && (filter.status().isEmpty() || filter.status().get() == status)
                && (filter.parent().isEmpty() || filter.parent().get().equals(tags.get(Rules.PARENT)));
    }

    List<MetricPoint> history(String key) {
        Collection<Point> points = metrics.getOrDefault(key, Set.of());
        return points.stream()
                .sorted(HISTORY)
                .map(point -> new MetricPoint(point.value(), point.step(), Instant.ofEpochMilli(point.millis())))
                .toList();
    }

    RunInfo snapshot() {
        Map<String, Double> latest = new HashMap<>();
        metrics.forEach((key, points) ->
                latest.put(key, points.stream().max(LATEST).orElseThrow().value()));
        return new RunSnapshot(
                id,
                name,
                experiment.name(),
                status,
                Instant.ofEpochMilli(startMillis),
                ended,
                params,
                latest,
                tags,
                inputs);
    }
}
