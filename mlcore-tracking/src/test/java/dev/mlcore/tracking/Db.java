package dev.mlcore.tracking;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;

/** Another program's hands on a SQLite file. */
final class Db {
    private Db() {}

    static void execute(Path file, String... statements) {
        try (Connection connection = connect(file);
                Statement statement = connection.createStatement()) {
            for (String sql : statements) {
                statement.execute(sql);
            }
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The first column of all rows, as text. */
    static List<String> column(Path file, String query) {
        try (Connection connection = connect(file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            List<String> column = new ArrayList<>();
            while (rows.next()) {
                column.add(String.valueOf(rows.getString(1)));
            }
            return column;
        } catch (SQLException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The tables that MLflow 3.12 leaves after it has migrated a file. */
    static void createAtMlflow312(Path file) {
        List<String> statements = new ArrayList<>(List.of("PRAGMA synchronous = OFF", "BEGIN"));
        statements.addAll(mlflow312());
        statements.add("INSERT INTO alembic_version (version_num) VALUES ('7d34483879f0')");
        statements.add("INSERT INTO workspaces (name) VALUES ('default')");
        statements.add("COMMIT");
        execute(file, statements.toArray(String[]::new));
    }

    /** What the migration of MLflow 3.10 does to a file: tables are copied, dropped and renamed in one transaction. */
    static void migrateToWorkspaces(Path file) {
        List<String> statements = new ArrayList<>(List.of("PRAGMA foreign_keys = OFF", "BEGIN IMMEDIATE"));
        for (String ddl : mlflow312()) {
            if (ddl.startsWith("CREATE TABLE") && ddl.contains("workspace VARCHAR(63)")) {
                String table = ddl.substring(ddl.indexOf('"') + 1, ddl.indexOf('"', ddl.indexOf('"') + 1));
                String columns = String.join(
                        ", ",
                        column(
                                file,
                                "SELECT '\"' || name || '\"' FROM pragma_table_info('" + table
                                        + "') WHERE name <> 'workspace'"));
                statements.add(ddl.replace("\"" + table + "\" (", "\"_alembic_tmp_" + table + "\" ("));
                statements.add("INSERT INTO _alembic_tmp_" + table + " (" + columns + ") SELECT " + columns + " FROM "
                        + table);
                statements.add("DROP TABLE " + table);
                statements.add("ALTER TABLE _alembic_tmp_" + table + " RENAME TO " + table);
            }
        }
        statements.add(
                "CREATE TABLE workspaces (name VARCHAR(63) NOT NULL, CONSTRAINT workspaces_pk PRIMARY KEY (name))");
        statements.add("UPDATE alembic_version SET version_num = '1b5f0d9ad7c1'");
        statements.add("COMMIT");
        execute(file, statements.toArray(String[]::new));
    }

    private static List<String> mlflow312() {
        try (InputStream in = Objects.requireNonNull(Db.class.getResourceAsStream("mlflow-3.12.sql"))) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8).replaceAll("(?m)^--.*$", "");
            return List.of(text.split(";")).stream()
                    .map(String::strip)
                    .filter(sql -> !sql.isEmpty())
                    .toList();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static Connection connect(Path file) throws SQLException {
        Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        try (Statement statement = connection.createStatement()) {
            statement.execute("PRAGMA busy_timeout = 20000");
        }
        return connection;
    }
}
