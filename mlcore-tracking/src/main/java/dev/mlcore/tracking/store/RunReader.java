package dev.mlcore.tracking.store;

import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.tracking.store.Store.RunFilter;
import dev.mlcore.tracking.store.Store.RunPlace;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads runs inside one transaction; what hangs on the runs of a page is read by few statements for all of them. */
final class RunReader {
    private static final int PAGE = 500; // bound parameters per statement, well below any SQLite's limit

    private final Sql sql;
    private final ExperimentTable experiments;

    RunReader(Sql sql, ExperimentTable experiments) {
        this.sql = sql;
        this.experiments = experiments;
    }

    /** A run without what hangs on it. */
    private record Head(
            String id, String name, String experiment, RunStatus status, Instant started, Optional<Instant> ended) {}

    RunInfo run(String id) throws SQLException {
        List<Head> heads = sql.list(
                "SELECT r.run_uuid, r.name, e.name, r.status, r.start_time, r.end_time FROM runs r"
                        + " JOIN experiments e ON e.experiment_id = r.experiment_id WHERE r.run_uuid = ?",
                RunReader::head,
                id);
        if (heads.isEmpty()) {
            throw Rules.noRun(id);
        }
        return details(heads).get(0);
    }

    RunPlace place(String id) throws SQLException {
        return sql.first(
                        "SELECT r.artifact_uri, r.status, r.lifecycle_stage, e.experiment_id, e.name, e.artifact_location, e.lifecycle_stage"
                                + " FROM runs r JOIN experiments e ON e.experiment_id = r.experiment_id WHERE r.run_uuid = ?",
                        row -> {
                            Store.ExperimentRow experiment = experiments.of(
                                    row.getLong(4), row.getString(5), row.getString(6), row.getString(7));
                            String uri = row.getString(1);
                            return new RunPlace(
                                    id,
                                    experiment,
                                    uri == null ? Places.ofRun(experiment.location(), id) : uri,
                                    status(row.getString(2)),
                                    "active".equals(row.getString(3)));
                        },
                        id)
                .orElseThrow(() -> Rules.noRun(id));
    }

    List<MetricPoint> history(String runId, String key) throws SQLException {
        if (sql.first("SELECT 1 FROM runs WHERE run_uuid = ?", row -> 1, runId).isEmpty()) {
            throw Rules.noRun(runId);
        }
        return sql.list(
                "SELECT value, is_nan, step, timestamp FROM metrics WHERE run_uuid = ? AND \"key\" = ? ORDER BY timestamp, step, value, is_nan",
                row -> new MetricPoint(
                        row.getBoolean(2) ? Double.NaN : row.getDouble(1),
                        row.getLong(3),
                        Instant.ofEpochMilli(row.getLong(4))),
                runId,
                key);
    }

    List<RunInfo> search(RunFilter filter) throws SQLException {
        List<@Nullable Object> values = new ArrayList<>();
        StringBuilder where = new StringBuilder("r.lifecycle_stage = 'active'")
                .append(sql.shape().inWorkspace("experiments", "e"));
        if (!filter.experiments().isEmpty()) {
            where.append(" AND e.name IN (")
                    .append(Sql.marks(filter.experiments().size()))
                    .append(')');
            values.addAll(filter.experiments());
        }
        filter.status().ifPresent(status -> {
            where.append(" AND r.status = ?");
            values.add(status.name());
        });
        filter.parent().ifPresent(parent -> {
            where.append(" AND r.run_uuid IN (SELECT t.run_uuid FROM tags t WHERE t.\"key\" = ? AND t.value = ?)");
            values.add(Rules.PARENT);
            values.add(parent);
        });
        values.add(filter.limit());
        List<Head> heads = sql.list(
                "SELECT r.run_uuid, r.name, e.name, r.status, r.start_time, r.end_time FROM runs r"
                        + " JOIN experiments e ON e.experiment_id = r.experiment_id WHERE " + where
                        + " ORDER BY r.start_time DESC, r.rowid DESC LIMIT ?",
                RunReader::head,
                values.toArray());
        List<RunInfo> runs = new ArrayList<>();
        for (int from = 0; from < heads.size(); from += PAGE) {
            runs.addAll(details(heads.subList(from, Math.min(from + PAGE, heads.size()))));
        }
        return runs;
    }

    private List<RunInfo> details(List<Head> heads) throws SQLException {
        List<String> ids = heads.stream().map(Head::id).toList();
        Map<String, Map<String, String>> params =
                byRun("SELECT run_uuid, \"key\", value FROM params WHERE run_uuid IN (", ids, row -> row.getString(3));
        Map<String, Map<String, String>> tags = byRun(
                "SELECT run_uuid, \"key\", coalesce(value, '') FROM tags WHERE run_uuid IN (",
                ids,
                row -> row.getString(3));
        Map<String, Map<String, Double>> metrics = byRun(
                "SELECT run_uuid, \"key\", value, is_nan FROM latest_metrics WHERE run_uuid IN (",
                ids,
                row -> row.getBoolean(4) ? Double.NaN : row.getDouble(3));
        Map<String, List<RunInfo.DatasetUse>> inputs = inputs(ids);
        List<RunInfo> runs = new ArrayList<>();
        for (Head head : heads) {
            runs.add(new RunSnapshot(
                    head.id(),
                    head.name(),
                    head.experiment(),
                    head.status(),
                    head.started(),
                    head.ended(),
                    params.getOrDefault(head.id(), Map.of()),
                    metrics.getOrDefault(head.id(), Map.of()),
                    tags.getOrDefault(head.id(), Map.of()),
                    inputs.getOrDefault(head.id(), List.of())));
        }
        return runs;
    }

    private <V> Map<String, Map<String, V>> byRun(String select, List<String> ids, Sql.Row<V> value)
            throws SQLException {
        Map<String, Map<String, V>> found = new HashMap<>();
        sql.list(
                select + Sql.marks(ids.size()) + ")",
                row -> found.computeIfAbsent(row.getString(1), id -> new HashMap<>())
                                .put(row.getString(2), value.of(row))
                        == null,
                ids.toArray());
        return found;
    }

    private Map<String, List<RunInfo.DatasetUse>> inputs(List<String> ids) throws SQLException {
        Map<String, List<RunInfo.DatasetUse>> found = new HashMap<>();
        List<@Nullable Object> values = new ArrayList<>();
        values.add(Rules.CONTEXT);
        values.addAll(ids);
        sql.list(
                "SELECT i.destination_id, d.name, d.digest, d.dataset_source_type, d.dataset_source, d.dataset_schema, d.dataset_profile, t.value"
                        + " FROM inputs i JOIN datasets d ON d.dataset_uuid = i.source_id"
                        + " LEFT JOIN input_tags t ON t.input_uuid = i.input_uuid AND t.name = ?"
                        + " WHERE i.source_type = 'DATASET' AND i.destination_type = 'RUN' AND i.destination_id IN ("
                        + Sql.marks(ids.size())
                        + ") ORDER BY i.rowid",
                row -> {
                    String context = row.getString(8);
                    Datasets.Texts texts = new Datasets.Texts(row.getString(5), row.getString(6), row.getString(7));
                    return found.computeIfAbsent(row.getString(1), id -> new ArrayList<>())
                            .add(new RunInfo.DatasetUse(
                                    Datasets.dataset(row.getString(2), row.getString(3), row.getString(4), texts),
                                    context == null ? "" : context));
                },
                values.toArray());
        return found;
    }

    private static Head head(ResultSet row) throws SQLException {
        String name = row.getString(2);
        RunStatus status = status(row.getString(4));
        Instant started = Instant.ofEpochMilli(row.getLong(5));
        long millis = row.getLong(6);
        Optional<Instant> ended = row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
        return new Head(row.getString(1), name == null ? "" : name, row.getString(3), status, started, ended);
    }

    private static RunStatus status(@Nullable String status) {
        return status == null ? RunStatus.RUNNING : RunStatus.valueOf(status);
    }
}
