package dev.mlcore.tracking.store;

import dev.mlcore.tracking.store.Store.ExperimentRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table {@code experiments}. */
final class ExperimentTable {
    private static final String COLUMNS = "e.experiment_id, e.name, e.artifact_location, e.lifecycle_stage";

    private final String root;
    private final InstantSource clock;

    ExperimentTable(String root, InstantSource clock) {
        this.root = root;
        this.clock = clock;
    }

    /** MLflow expects experiment 0 in every store. */
    void ensureDefault(Sql sql) throws SQLException {
        boolean there = sql.first("SELECT 1 FROM experiments e WHERE e.experiment_id = 0", row -> 1)
                .isPresent();
        if (!there && find(sql, "Default").isEmpty()) {
            insert(sql, 0, "Default");
        }
    }

    ExperimentRow findOrCreate(Sql sql, String name) throws SQLException {
        Rules.experimentName(name);
        Optional<ExperimentRow> found = find(sql, name);
        if (found.isPresent()) {
            return found.get();
        }
        long id = sql.first("SELECT max(experiment_id) FROM experiments", row -> row.getLong(1))
                        .orElse(0L)
                + 1;
        return insert(sql, id, name);
    }

    Optional<ExperimentRow> find(Sql sql, String name) throws SQLException {
        return sql.first(
                "SELECT " + COLUMNS + " FROM experiments e WHERE e.name = ?"
                        + sql.shape().inWorkspace("experiments", "e"),
                this::row,
                name);
    }

    private ExperimentRow insert(Sql sql, long id, String name) throws SQLException {
        long now = clock.millis();
        String location = Places.ofExperiment(root, id);
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("experiment_id", id);
        row.put("name", name);
        row.put("artifact_location", location);
        row.put("lifecycle_stage", "active");
        row.put("creation_time", now);
        row.put("last_update_time", now);
        sql.insert("experiments", row, "");
        return new ExperimentRow(id, name, location, true);
    }

    private ExperimentRow row(ResultSet row) throws SQLException {
        return of(row.getLong(1), row.getString(2), row.getString(3), row.getString(4));
    }

    ExperimentRow of(long id, String name, @Nullable String location, @Nullable String stage) {
        return new ExperimentRow(
                id, name, location == null ? Places.ofExperiment(root, id) : location, !"deleted".equals(stage));
    }
}
