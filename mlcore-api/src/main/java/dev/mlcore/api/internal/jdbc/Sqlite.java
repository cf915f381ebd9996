package dev.mlcore.api.internal.jdbc;

import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.UnsupportedException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import org.jspecify.annotations.Nullable;

/** What is particular to SQLite: connection settings and result codes (sqlite.org/rescode.html). */
final class Sqlite {
    /** Stock MLflow waits as long for a lock. */
    private static final int BUSY_TIMEOUT_MILLIS = 20_000;

    private Sqlite() {}

    static Connection open(Path file, Database.Durability durability, boolean reader) {
        String what = "open database " + file;
        if (file.toString().indexOf('?') >= 0) {
            throw new UnsupportedException(
                    "Cannot " + what + ": the path has a '?' (expected: none); choose another path");
        }
        Connection connection;
        try {
            connection = DriverManager.getConnection("jdbc:sqlite:" + file);
        } catch (SQLException e) {
            if ("08001".equals(e.getSQLState())) {
                throw new UnsupportedException(
                        "Cannot " + what
                                + ": no SQLite driver (expected: org.xerial:sqlite-jdbc on the class path, or module"
                                + " org.xerial.sqlitejdbc on the module path); add it",
                        e);
            }
            throw failure(what, e);
        }
        try {
            execute(connection, "PRAGMA busy_timeout=" + BUSY_TIMEOUT_MILLIS);
            execute(connection, "PRAGMA foreign_keys=ON");
            if (reader) {
                execute(connection, "PRAGMA query_only=ON");
            } else {
                execute(connection, "PRAGMA journal_mode=WAL");
                execute(
                        connection,
                        "PRAGMA synchronous=" + (durability == Database.Durability.POWER ? "FULL" : "NORMAL"));
            }
            return connection;
        } catch (SQLException e) {
            closeQuietly(connection);
            throw failure(what, e);
        }
    }

    static void execute(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    static int code(@Nullable Throwable e) {
        return e instanceof SQLException sql ? sql.getErrorCode() : 0;
    }

    /** Says in one sentence what could not be done and what to do. */
    static RuntimeException failure(String what, SQLException e) {
        String cannot = "Cannot " + what + ": ";
        return switch (e.getErrorCode() & 0xff) { // the low byte is the primary code
            case 5, 6 ->
                new UnavailableException(
                        cannot + "another process holds its lock (waited " + BUSY_TIMEOUT_MILLIS / 1000
                                + " s); try again, or end that process",
                        e);
            case 8, 14 ->
                new UnavailableException(
                        cannot
                                + "the file or its folder cannot be written (expected: a writable file in a writable folder); check permissions and"
                                + " that the file system is not mounted read-only",
                        e);
            case 13 -> new UnavailableException(cannot + "the disk is full; free some space and try again", e);
            case 10 ->
                new UnavailableException(
                        cannot + "the file system failed (" + e.getMessage()
                                + "); check the disk, and that it is not full",
                        e);
            case 11 ->
                new InvalidFormatException(
                        cannot + "it is damaged (" + e.getMessage()
                                + "); restore a copy, or move it away to start afresh",
                        e);
            case 26 ->
                new InvalidFormatException(
                        cannot + "it is not a SQLite database; restore a copy, or move it away to start afresh", e);
            default -> new IllegalStateException(cannot + e.getMessage(), e);
        };
    }

    static void rollbackQuietly(Connection connection) {
        try {
            execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            // There is none to roll back: SQLite did so already.
        }
    }

    static void closeQuietly(Connection connection) {
        try {
            connection.close();
        } catch (SQLException e) {
            // Nothing is lost: what was committed is in the file.
        }
    }
}
