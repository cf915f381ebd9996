package dev.mlcore.tracking.store;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.tracking.store.Store.ModelRow;
import dev.mlcore.tracking.store.Store.NewModel;
import dev.mlcore.tracking.store.Store.RunPlace;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The tables of logged models. */
final class ModelTable {
    private static final String SELECT =
            "SELECT m.model_id, m.name, m.artifact_location, m.status, m.source_run_id FROM logged_models m WHERE m.lifecycle_stage = 'active'";

    private final InstantSource clock;
    private final String database;

    ModelTable(InstantSource clock, String database) {
        this.clock = clock;
        this.database = database;
    }

    ModelRow begin(Sql sql, RunPlace run, NewModel model) throws SQLException {
        require(sql);
        if (!run.active()) {
            throw new ConflictException("Cannot log model " + model.name() + ": " + Rules.deletedRun(run.id()));
        }
        if (model.key().isPresent()) {
            Optional<ModelRow> found = sql.first(
                    SELECT + " AND m.experiment_id = ? AND m.model_id IN"
                            + " (SELECT t.model_id FROM logged_model_tags t WHERE t.tag_key = ? AND t.tag_value = ?)",
                    ModelTable::row,
                    run.experiment().id(),
                    Rules.KEY,
                    model.key().get());
            if (found.isPresent()) {
                return found.get();
            }
        }
        long now = clock.millis();
        String location = Places.ofModel(run.experiment().location(), model.id());
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("model_id", model.id());
        row.put("experiment_id", run.experiment().id());
        row.put("name", model.name());
        row.put("artifact_location", location);
        row.put("creation_timestamp_ms", now);
        row.put("last_updated_timestamp_ms", now);
        row.put("status", ModelRow.Status.PENDING.number());
        row.put("lifecycle_stage", "active");
        row.put("model_type", "");
        row.put("source_run_id", run.id());
        sql.insert("logged_models", row, "");
        if (model.key().isPresent()) {
            tag(sql, model.id(), run.experiment().id(), Rules.KEY, model.key().get());
        }
        return new ModelRow(model.id(), model.name(), location, ModelRow.Status.PENDING, Optional.of(run.id()));
    }

    void ready(Sql sql, String id, String runId) throws SQLException {
        status(sql, id, ModelRow.Status.READY, null);
        RunWriter.link(sql, runId, id, RunCommand.Link.Role.OUTPUT, 0);
    }

    /** A model that is READY by now stays so: another process finished what this one could not. */
    void fail(Sql sql, String id, String reason) throws SQLException {
        if (find(sql, id)
                .filter(model -> model.status() != ModelRow.Status.READY)
                .isPresent()) {
            status(sql, id, ModelRow.Status.FAILED, Rules.cut(reason, 1000));
        }
    }

    Optional<ModelRow> find(Sql sql, String id) throws SQLException {
        return sql.shape().hasTable("logged_models")
                ? sql.first(SELECT + " AND m.model_id = ?", ModelTable::row, id)
                : Optional.empty();
    }

    Optional<ModelRow> ofRun(Sql sql, String runId, String name) throws SQLException {
        if (!sql.shape().hasTable("logged_models")) {
            return Optional.empty();
        }
        return sql.first(
                SELECT + " AND m.source_run_id = ? AND m.name = ? ORDER BY m.creation_timestamp_ms DESC, m.rowid DESC",
                ModelTable::row,
                runId,
                name);
    }

    /** Notes in the model that a version was made of it, as stock clients look for it there. */
    void registered(Sql sql, String id, String name, int number) throws SQLException {
        if (!sql.shape().hasTable("logged_models")) {
            return;
        }
        Optional<Long> experiment =
                sql.first("SELECT experiment_id FROM logged_models WHERE model_id = ?", row -> row.getLong(1), id);
        if (experiment.isPresent()) {
            String old = sql.first(
                            "SELECT tag_value FROM logged_model_tags WHERE model_id = ? AND tag_key = ?",
                            row -> row.getString(1),
                            id,
                            Rules.MODEL_VERSIONS)
                    .orElse(null);
            tag(sql, id, experiment.get(), Rules.MODEL_VERSIONS, ModelVersionsTag.with(old, name, number));
        }
    }

    private void status(Sql sql, String id, ModelRow.Status status, @Nullable String message) throws SQLException {
        int changed = sql.update(
                "UPDATE logged_models SET status = ?, status_message = ?, last_updated_timestamp_ms = ?"
                        + " WHERE model_id = ? AND lifecycle_stage = 'active'",
                status.number(),
                message,
                clock.millis(),
                id);
        if (changed == 0) {
            throw new NotFoundException("Cannot find logged model " + id + ": it was deleted meanwhile");
        }
    }

    private static void tag(Sql sql, String id, long experiment, String key, String value) throws SQLException {
        sql.update(
                "INSERT INTO logged_model_tags (model_id, experiment_id, tag_key, tag_value) VALUES (?, ?, ?, ?)"
                        + " ON CONFLICT (model_id, tag_key) DO UPDATE SET tag_value = excluded.tag_value",
                id,
                experiment,
                key,
                value);
    }

    private void require(Sql sql) {
        if (!sql.shape().hasTable("logged_models") || !sql.shape().hasTable("logged_model_tags")) {
            throw new UnsupportedException("Cannot log a model in database " + database
                    + ": MLflow older than 3.0 made it, and it has no table of logged models; make a copy and run: mlflow db upgrade "
                    + database);
        }
    }

    private static ModelRow row(ResultSet row) throws SQLException {
        return new ModelRow(
                row.getString(1),
                row.getString(2),
                row.getString(3),
                ModelRow.Status.of(row.getInt(4)),
                Optional.ofNullable(row.getString(5)).filter(run -> !run.isEmpty()));
    }
}
