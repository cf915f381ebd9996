package dev.mlcore.tracking.store;

import dev.mlcore.api.IncompatibleException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;

/**
 * Which of MLflow's tables and columns a database has. The core is small and stable, but stock MLflow migrates every file it opens; so code asks which
 * columns are there and never which revision it is.
 */
final class Shape {
    static final String WORKSPACE = "default";

    /** What must be there: the affinity is that of SQLite's rules for declared types. */
    private static final Map<String, String> NEEDED = Map.ofEntries(
            Map.entry(
                    "experiments",
                    "experiment_id:I name:T artifact_location:T lifecycle_stage:T creation_time:I last_update_time:I"),
            Map.entry(
                    "runs",
                    "run_uuid:T name:T source_type:T source_name:T entry_point_name:T user_id:T status:T start_time:I end_time:I source_version:T"
                            + " lifecycle_stage:T artifact_uri:T experiment_id:I"),
            Map.entry("metrics", "key:T value:R timestamp:I run_uuid:T step:I is_nan:N"),
            Map.entry("latest_metrics", "key:T value:R timestamp:I step:I is_nan:N run_uuid:T"),
            Map.entry("params", "key:T value:T run_uuid:T"),
            Map.entry("tags", "key:T value:T run_uuid:T"),
            Map.entry(
                    "datasets",
                    "dataset_uuid:T experiment_id:I name:T digest:T dataset_source_type:T dataset_source:T dataset_schema:T dataset_profile:T"),
            Map.entry("inputs", "input_uuid:T source_type:T source_id:T destination_type:T destination_id:T"),
            Map.entry("input_tags", "input_uuid:T name:T value:T"),
            Map.entry("registered_models", "name:T creation_time:I last_updated_time:I"),
            Map.entry("registered_model_aliases", "alias:T version:I name:T"),
            Map.entry(
                    "model_versions",
                    "name:T version:I creation_time:I last_updated_time:I current_stage:T source:T run_id:T status:T storage_location:T"),
            Map.entry("model_version_tags", "key:T value:T name:T version:I"));

    /** What may be there, and what we write if it is. */
    private static final Map<String, String> KNOWN = Map.of(
            "logged_models",
            "model_id:T experiment_id:I name:T artifact_location:T creation_timestamp_ms:I last_updated_timestamp_ms:I status:I lifecycle_stage:T"
                    + " source_run_id:T status_message:T",
            "logged_model_tags",
            "model_id:T experiment_id:I tag_key:T tag_value:T");

    /** Columns beyond those above that may be mandatory without keeping us out: we write them. */
    private static final Set<String> WRITTEN = Set.of("workspace", "step");

    private final long cookie;
    private final Map<String, Map<String, String>> tables;

    private Shape(long cookie, Map<String, Map<String, String>> tables) {
        this.cookie = cookie;
        this.tables = tables;
    }

    /** SQLite's count of changes to the schema, by whichever process; inside a transaction it stands still. */
    static long cookie(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("PRAGMA schema_version")) {
            return row.getLong(1);
        }
    }

    /** Whether a file has no table yet. */
    static boolean isEmpty(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery("SELECT count(*) FROM sqlite_master")) {
            return row.getLong(1) == 0;
        }
    }

    /**
     * Takes a picture of the tables.
     *
     * @param database as MLflow writes it, for messages
     * @throws IncompatibleException if they are not such as can be read and written
     */
    static Shape of(Connection connection, String database) throws SQLException {
        long cookie = cookie(connection);
        Map<String, Map<String, String>> tables = new HashMap<>();
        Map<String, String> strange = new TreeMap<>();
        try (Statement statement = connection.createStatement();
                ResultSet rows =
                        statement.executeQuery("SELECT m.name, c.name, c.type, c.\"notnull\" AND c.dflt_value IS NULL"
                                + " FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'")) {
            while (rows.next()) {
                String table = rows.getString(1);
                String column = rows.getString(2);
                tables.computeIfAbsent(table, t -> new HashMap<>()).put(column, affinity(rows.getString(3)));
                String columns = NEEDED.getOrDefault(table, KNOWN.getOrDefault(table, ""));
                if (rows.getBoolean(4)
                        && !columns.isEmpty()
                        && !(" " + columns).contains(" " + column + ":")
                        && !WRITTEN.contains(column)) {
                    strange.put(table, "column " + table + "." + column + " must be given, and is not known");
                }
            }
        }
        Shape shape = new Shape(cookie, tables);
        NEEDED.forEach((table, columns) -> shape.check(table, columns, strange));
        KNOWN.forEach((table, columns) -> {
            if (tables.containsKey(table)) {
                shape.check(table, columns, strange);
            }
        });
        if (!strange.isEmpty() || !tables.containsKey("alembic_version")) {
            throw unknown(connection, database, tables, strange);
        }
        return shape;
    }

    boolean isOf(long current) {
        return cookie == current;
    }

    boolean has(String table, String column) {
        return tables.getOrDefault(table, Map.of()).containsKey(column);
    }

    boolean hasTable(String table) {
        return tables.containsKey(table);
    }

    boolean hasWorkspace(String table) {
        return has(table, "workspace");
    }

    /** {@code AND alias.workspace = 'default'} where the table has workspaces. */
    String inWorkspace(String table, String alias) {
        return hasWorkspace(table) ? " AND " + alias + ".workspace = '" + WORKSPACE + "'" : "";
    }

    /** The columns that a conflict of keys is told by: in workspaces the keys of the registry begin with them. */
    String conflictOn(String table, String columns) {
        return hasWorkspace(table) ? "(workspace, " + columns + ")" : "(" + columns + ")";
    }

    private void check(String table, String columns, Map<String, String> strange) {
        Map<String, String> found = tables.get(table);
        if (found == null) {
            strange.put(table, "table " + table + " is missing");
            return;
        }
        for (String column : columns.split(" ")) {
            String name = column.substring(0, column.indexOf(':'));
            String affinity = column.substring(column.indexOf(':') + 1);
            if (!found.containsKey(name)) {
                strange.put(table, "column " + table + "." + name + " is missing");
            } else if (!affinity.equals(found.get(name))) {
                strange.put(table, "column " + table + "." + name + " has another type");
            }
        }
    }

    private static IncompatibleException unknown(
            Connection connection,
            String database,
            Map<String, Map<String, String>> tables,
            Map<String, String> strange)
            throws SQLException {
        String revision = "none";
        if (tables.containsKey("alembic_version")) {
            try (Statement statement = connection.createStatement();
                    ResultSet row = statement.executeQuery("SELECT version_num FROM alembic_version")) {
                revision = row.next() ? row.getString(1) : revision;
            }
        }
        String flaw = strange.isEmpty()
                ? "table alembic_version is missing"
                : strange.values().iterator().next();
        return new IncompatibleException(
                "Cannot use database " + database + ": its tables are not those of MLflow 2.18 or newer (" + flaw
                        + "; found revision: " + revision
                        + "); if MLflow made it, make a copy and run: mlflow db upgrade " + database
                        + "; otherwise name another file");
    }

    private static String affinity(String declared) {
        String type = declared.toUpperCase(Locale.ROOT);
        if (type.contains("INT")) {
            return "I";
        }
        if (type.contains("CHAR") || type.contains("TEXT") || type.contains("CLOB")) {
            return "T";
        }
        return type.contains("REAL") || type.contains("FLOA") || type.contains("DOUB") ? "R" : "N";
    }
}
