package dev.mlcore.tracking.store;

import dev.mlcore.api.data.DatasetInfo;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunSink.Refusal;
import dev.mlcore.tracking.store.Rules.Refused;
import dev.mlcore.tracking.store.Store.ExperimentRow;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Applies commands inside one transaction. What is known of a run is read once per transaction, since nobody else can change it meanwhile. */
final class RunWriter {
    private static final int CONSTRAINT = 19; // SQLITE_CONSTRAINT

    /** Nothing is replaced by a metric that stands before it; of a number and NaN, which stands as 0, the number is kept, so that order of arrival never matters. */
    private static final String LATEST =
            "ON CONFLICT (\"key\", run_uuid) DO UPDATE SET value = excluded.value, timestamp = excluded.timestamp,"
                    + " step = excluded.step, is_nan = excluded.is_nan WHERE (excluded.step, excluded.timestamp, excluded.value, -excluded.is_nan)"
                    + " > (latest_metrics.step, latest_metrics.timestamp, latest_metrics.value, -latest_metrics.is_nan)";

    private static final String UPSERT_TAG = "ON CONFLICT (\"key\", run_uuid) DO UPDATE SET value = excluded.value";

    private final Sql sql;
    private final ExperimentTable experiments;
    private final Map<String, State> states = new HashMap<>();

    RunWriter(Sql sql, ExperimentTable experiments) {
        this.sql = sql;
        this.experiments = experiments;
    }

    /** What is known of a run; {@code experiment} is null if it does not exist. */
    private static final class State {
        private @Nullable Long experiment;
        private boolean active;
        private long seq;
        private boolean seqChanged;
    }

    List<Refusal> apply(List<RunCommand> commands) throws SQLException {
        List<Refusal> refusals = new ArrayList<>();
        for (RunCommand command : commands) {
            try {
                applyNew(command);
            } catch (Refused e) {
                refusals.add(new Refusal(command, String.valueOf(e.getMessage())));
            } catch (SQLException e) {
                if ((e.getErrorCode() & 0xFF) != CONSTRAINT) {
                    throw e;
                }
                refusals.add(new Refusal(command, "the database refused it: " + e.getMessage()));
            }
        }
        for (Map.Entry<String, State> run : states.entrySet()) {
            if (run.getValue().seqChanged) {
                sql.update(
                        "INSERT INTO mlcore_run_seq (run_uuid, seq) VALUES (?, ?) ON CONFLICT (run_uuid) DO UPDATE SET seq = excluded.seq",
                        run.getKey(),
                        run.getValue().seq);
            }
        }
        return refusals;
    }

    private void applyNew(RunCommand command) throws SQLException, Refused {
        Rules.runId(command.runId());
        State state = state(command.runId());
        if (command.seq() > 0 && command.seq() <= state.seq) {
            return; // a replay
        }
        if (command instanceof RunCommand.Start start) {
            start(start, state);
        } else if (state.experiment == null) {
            throw new Refused("there is no run " + command.runId() + " (expected: a run that was started before)");
        } else if (!state.active) {
            throw new Refused(Rules.deletedRun(command.runId()));
        } else {
            change(command, state.experiment);
        }
        if (command.seq() > 0) {
            state.seq = command.seq();
            state.seqChanged = true;
        }
    }

    private void change(RunCommand command, long experiment) throws SQLException, Refused {
        long millis = Rules.millis(command);
        if (command instanceof RunCommand.Status status) {
            sql.update(
                    "UPDATE runs SET status = ?, end_time = ? WHERE run_uuid = ?",
                    status.status().name(),
                    status.status().terminal() ? millis : null,
                    status.runId());
        } else if (command instanceof RunCommand.Param param) {
            param(param);
        } else if (command instanceof RunCommand.Metric metric) {
            metric(metric, millis);
        } else if (command instanceof RunCommand.Tag tag) {
            tag(tag);
        } else if (command instanceof RunCommand.Dataset dataset) {
            dataset(dataset, experiment);
        } else if (command instanceof RunCommand.Link link) {
            Rules.modelId(link.modelId());
            link(sql, link.runId(), link.modelId(), link.role(), link.step());
        } else {
            throw new IllegalStateException("no such command: " + command);
        }
    }

    private void start(RunCommand.Start start, State state) throws SQLException, Refused {
        if (state.experiment != null) {
            return; // is left as it is
        }
        long millis = Rules.millis(start);
        Map<String, String> tags = Rules.startTags(start);
        ExperimentRow experiment;
        try {
            experiment = experiments.findOrCreate(sql, start.experiment());
        } catch (IllegalArgumentException e) {
            throw new Refused(String.valueOf(e.getMessage()));
        }
        if (!experiment.active()) {
            throw new Refused(Rules.deletedExperiment(experiment.name()));
        }
        String artifactUri = Places.ofRun(experiment.location(), start.runId());
        if (Rules.length(artifactUri) > Rules.LONGEST_ARTIFACT_URI) {
            throw new Refused(Rules.longArtifactUri(artifactUri));
        }
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("run_uuid", start.runId());
        row.put("name", Rules.runName(start));
        row.put("source_type", "UNKNOWN");
        row.put("source_name", "");
        row.put("entry_point_name", "");
        row.put("source_version", "");
        row.put("user_id", Rules.cut(tags.getOrDefault(Rules.USER, ""), Rules.LONGEST_NAME));
        row.put("status", "RUNNING");
        row.put("start_time", millis);
        row.put("lifecycle_stage", "active");
        row.put("artifact_uri", artifactUri);
        row.put("experiment_id", experiment.id());
        sql.insert("runs", row, "");
        for (Map.Entry<String, String> tag : tags.entrySet()) {
            setTag(start.runId(), tag.getKey(), tag.getValue());
        }
        state.experiment = experiment.id();
        state.active = true;
    }

    private void param(RunCommand.Param param) throws SQLException, Refused {
        Rules.key("param", param.key());
        String value = Rules.cut(param.value(), Rules.LONGEST_PARAM);
        int inserted = sql.update(
                "INSERT INTO params (\"key\", value, run_uuid) VALUES (?, ?, ?) ON CONFLICT (\"key\", run_uuid) DO NOTHING",
                param.key(),
                value,
                param.runId());
        if (inserted == 0) {
            String old = sql.first(
                            "SELECT value FROM params WHERE run_uuid = ? AND \"key\" = ?",
                            row -> row.getString(1),
                            param.runId(),
                            param.key())
                    .orElse("");
            if (!old.equals(value)) {
                throw new Refused(Rules.changedParam(param.runId(), param.key(), old, value));
            }
        }
    }

    private void metric(RunCommand.Metric metric, long millis) throws SQLException, Refused {
        Rules.key("metric", metric.key());
        double value = Rules.stored(metric.value());
        int isNan = Double.isNaN(metric.value()) ? 1 : 0;
        sql.update(
                "INSERT INTO metrics (\"key\", value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
                metric.key(),
                value,
                millis,
                metric.runId(),
                metric.step(),
                isNan);
        sql.update(
                "INSERT INTO latest_metrics (\"key\", value, timestamp, run_uuid, step, is_nan) VALUES (?, ?, ?, ?, ?, ?) "
                        + LATEST,
                metric.key(),
                value,
                millis,
                metric.runId(),
                metric.step(),
                isNan);
    }

    private void tag(RunCommand.Tag tag) throws SQLException, Refused {
        Rules.key("tag", tag.key());
        setTag(tag.runId(), tag.key(), Rules.cut(tag.value(), Rules.LONGEST_TAG));
        if (tag.key().equals(Rules.RUN_NAME)) {
            sql.update(
                    "UPDATE runs SET name = ? WHERE run_uuid = ?",
                    Rules.cut(tag.value(), Rules.LONGEST_RUN_NAME),
                    tag.runId());
        }
    }

    private void setTag(String runId, String key, String value) throws SQLException {
        sql.update("INSERT INTO tags (\"key\", value, run_uuid) VALUES (?, ?, ?) " + UPSERT_TAG, key, value, runId);
    }

    private void dataset(RunCommand.Dataset command, long experiment) throws SQLException, Refused {
        DatasetInfo dataset = command.dataset();
        Datasets.Texts texts = Datasets.texts(dataset, command.context());
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("dataset_uuid", Rules.newId());
        row.put("experiment_id", experiment);
        row.put("name", dataset.name());
        row.put("digest", dataset.digest());
        row.put("dataset_source_type", dataset.source().type());
        row.put("dataset_source", texts.source());
        row.put("dataset_schema", texts.schema());
        row.put("dataset_profile", texts.profile());
        sql.insert("datasets", row, "ON CONFLICT (experiment_id, name, digest) DO NOTHING");
        String uuid = sql.first(
                        "SELECT dataset_uuid FROM datasets WHERE experiment_id = ? AND name = ? AND digest = ?",
                        found -> found.getString(1),
                        experiment,
                        dataset.name(),
                        dataset.digest())
                .orElseThrow();
        Optional<String> edge = edge(sql, "DATASET", uuid, "RUN", command.runId(), 0);
        if (edge.isPresent() && !command.context().isEmpty()) {
            sql.update(
                    "INSERT INTO input_tags (input_uuid, name, value) VALUES (?, ?, ?)",
                    edge.get(),
                    Rules.CONTEXT,
                    command.context());
        }
    }

    /** Ties a logged model to a run; an edge that exists is left as it is. */
    static void link(Sql sql, String runId, String modelId, RunCommand.Link.Role role, long step) throws SQLException {
        if (role == RunCommand.Link.Role.INPUT) {
            edge(sql, "RUN_INPUT", runId, "MODEL_INPUT", modelId, 0);
        } else {
            edge(sql, "RUN_OUTPUT", runId, "MODEL_OUTPUT", modelId, step);
        }
    }

    /** The id of a new edge, or nothing if it was there. */
    private static Optional<String> edge(
            Sql sql, String sourceType, String source, String targetType, String target, long step)
            throws SQLException {
        String id = Rules.newId();
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("input_uuid", id);
        row.put("source_type", sourceType);
        row.put("source_id", source);
        row.put("destination_type", targetType);
        row.put("destination_id", target);
        row.put("step", step);
        int inserted = sql.insert(
                "inputs", row, "ON CONFLICT (source_type, source_id, destination_type, destination_id) DO NOTHING");
        return inserted == 1 ? Optional.of(id) : Optional.empty();
    }

    private State state(String runId) throws SQLException {
        State known = states.get(runId);
        if (known != null) {
            return known;
        }
        State state = new State();
        sql.first(
                "SELECT experiment_id, lifecycle_stage FROM runs WHERE run_uuid = ?",
                row -> {
                    state.experiment = row.getLong(1);
                    state.active = "active".equals(row.getString(2));
                    return state;
                },
                runId);
        state.seq = sql.first("SELECT seq FROM mlcore_run_seq WHERE run_uuid = ?", row -> row.getLong(1), runId)
                .orElse(0L);
        states.put(runId, state);
        return state;
    }
}
