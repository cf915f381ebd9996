package dev.mlcore.tracking.store;

import dev.mlcore.api.NotFoundException;
import dev.mlcore.tracking.store.Store.NewVersion;
import dev.mlcore.tracking.store.Store.Registered;
import dev.mlcore.tracking.store.Store.VersionRow;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The tables of registered models. A deleted version keeps its row, so that its number is never used again. */
final class RegistryTables {
    /** MLflow's stage of a deleted version. */
    private static final String DELETED = "Deleted_Internal";

    private final InstantSource clock;
    private final ModelTable models;

    RegistryTables(InstantSource clock, ModelTable models) {
        this.clock = clock;
        this.models = models;
    }

    Registered register(Sql sql, NewVersion version) throws SQLException {
        if (version.key().isPresent()) {
            Optional<Integer> found = sql.first(
                    "SELECT v.version FROM model_versions v JOIN model_version_tags t ON t.name = v.name AND t.version = v.version"
                            + sql.shape().inWorkspace("model_version_tags", "t")
                            + " WHERE v.name = ? AND t.\"key\" = ? AND t.value = ? AND v.current_stage <> '" + DELETED
                            + "'"
                            + sql.shape().inWorkspace("model_versions", "v") + " ORDER BY v.version",
                    row -> row.getInt(1),
                    version.name(),
                    Rules.KEY,
                    version.key().get());
            if (found.isPresent()) {
                return new Registered(found.get(), false);
            }
        }
        long now = clock.millis();
        Map<String, @Nullable Object> model = new LinkedHashMap<>();
        model.put("name", version.name());
        model.put("creation_time", now);
        model.put("last_updated_time", now);
        sql.insert(
                "registered_models",
                model,
                "ON CONFLICT " + sql.shape().conflictOn("registered_models", "name")
                        + " DO UPDATE SET last_updated_time = excluded.last_updated_time");
        int number = sql.first(
                                "SELECT max(v.version) FROM model_versions v WHERE v.name = ?"
                                        + sql.shape().inWorkspace("model_versions", "v"),
                                row -> row.getInt(1),
                                version.name())
                        .orElse(0)
                + 1;
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("name", version.name());
        row.put("version", number);
        row.put("creation_time", now);
        row.put("last_updated_time", now);
        row.put("current_stage", "None");
        row.put("source", version.source());
        row.put("storage_location", version.location());
        row.put("run_id", version.runId().orElse(null));
        row.put("status", "READY");
        sql.insert("model_versions", row, "");
        if (version.key().isPresent()) {
            putTag(sql, version.name(), number, Rules.KEY, version.key().get());
        }
        if (version.modelId().isPresent()) {
            models.registered(sql, version.modelId().get(), version.name(), number);
        }
        return new Registered(number, true);
    }

    List<VersionRow> versions(Sql sql, String name) throws SQLException {
        return rows(sql, name, "", new Object[] {name});
    }

    Optional<VersionRow> version(Sql sql, String name, int number) throws SQLException {
        return rows(sql, name, " AND v.version = ?", new Object[] {name, number}).stream()
                .findFirst();
    }

    OptionalInt alias(Sql sql, String name, String alias) throws SQLException {
        return sql.first(
                        "SELECT a.version FROM registered_model_aliases a WHERE a.name = ? AND a.alias = ?"
                                + sql.shape().inWorkspace("registered_model_aliases", "a"),
                        row -> OptionalInt.of(row.getInt(1)),
                        name,
                        alias)
                .orElse(OptionalInt.empty());
    }

    boolean setAlias(Sql sql, String name, int number, String alias) throws SQLException {
        require(sql, name, number);
        OptionalInt old = alias(sql, name, alias);
        if (old.isPresent() && old.getAsInt() == number) {
            return false;
        }
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("alias", alias);
        row.put("version", number);
        row.put("name", name);
        sql.insert(
                "registered_model_aliases",
                row,
                "ON CONFLICT " + sql.shape().conflictOn("registered_model_aliases", "name, alias")
                        + " DO UPDATE SET version = excluded.version");
        touch(sql, name);
        return true;
    }

    void setTag(Sql sql, String name, int number, String key, String value) throws SQLException {
        require(sql, name, number);
        putTag(sql, name, number, key, value);
    }

    private void putTag(Sql sql, String name, int number, String key, String value) throws SQLException {
        Map<String, @Nullable Object> row = new LinkedHashMap<>();
        row.put("key", key);
        row.put("value", value);
        row.put("name", name);
        row.put("version", number);
        sql.insert(
                "model_version_tags",
                row,
                "ON CONFLICT " + sql.shape().conflictOn("model_version_tags", "\"key\", name, version")
                        + " DO UPDATE SET value = excluded.value");
    }

    private void touch(Sql sql, String name) throws SQLException {
        sql.update(
                "UPDATE registered_models AS m SET last_updated_time = ? WHERE m.name = ?"
                        + sql.shape().inWorkspace("registered_models", "m"),
                clock.millis(),
                name);
    }

    private void require(Sql sql, String name, int number) throws SQLException {
        if (version(sql, name, number).isEmpty()) {
            throw new NotFoundException(
                    "Cannot find version " + number + " of model " + name + ": it does not exist or was deleted");
        }
    }

    private List<VersionRow> rows(Sql sql, String name, String and, Object[] values) throws SQLException {
        List<VersionRow> rows = sql.list(
                "SELECT v.version, v.source, v.storage_location, v.run_id, v.creation_time, v.current_stage FROM model_versions v WHERE v.name = ?"
                        + and + " AND v.current_stage <> '" + DELETED + "'"
                        + sql.shape().inWorkspace("model_versions", "v") + " ORDER BY v.version",
                row -> row(name, row),
                values);
        List<VersionRow> whole = new ArrayList<>();
        for (VersionRow row : rows) {
            sql.list(
                    "SELECT a.alias FROM registered_model_aliases a WHERE a.name = ? AND a.version = ?"
                            + sql.shape().inWorkspace("registered_model_aliases", "a"),
                    alias -> row.aliases().add(alias.getString(1)),
                    name,
                    row.number());
            sql.list(
                    "SELECT t.\"key\", coalesce(t.value, '') FROM model_version_tags t WHERE t.name = ? AND t.version = ?"
                            + sql.shape().inWorkspace("model_version_tags", "t"),
                    tag -> row.tags().put(tag.getString(1), tag.getString(2)) == null,
                    name,
                    row.number());
            whole.add(row);
        }
        return whole;
    }

    private static VersionRow row(String name, ResultSet row) throws SQLException {
        String source = row.getString(2) == null ? "" : row.getString(2);
        String location = row.getString(3);
        return new VersionRow(
                name,
                row.getInt(1),
                row.getString(6),
                source,
                location == null || location.isEmpty() ? source : location,
                Optional.ofNullable(row.getString(4)).filter(run -> !run.isEmpty()),
                row.getLong(5),
                new TreeSet<>(),
                new TreeMap<>());
    }
}
