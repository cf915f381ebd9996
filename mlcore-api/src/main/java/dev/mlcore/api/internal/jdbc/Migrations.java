package dev.mlcore.api.internal.jdbc;

import dev.mlcore.api.IncompatibleException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;

/** Own tables are versioned per component in {@code mlcore_schema(component, version)}, which MLflow leaves alone. */
public final class Migrations {
    private Migrations() {}

    /**
     * Brings a component's tables to the newest version, inside the caller's transaction.
     *
     * @param connection in a transaction
     * @param component for example {@code dag}
     * @param steps step i takes version i to i + 1; statements separated by {@code ;} at a line's end
     * @throws IncompatibleException if a newer version of mlcore wrote the tables; nothing was changed
     * @throws SQLException what the database refuses
     */
    public static void migrate(Connection connection, String component, List<String> steps) throws SQLException {
        Sqlite.execute(
                connection,
                "CREATE TABLE IF NOT EXISTS mlcore_schema (component VARCHAR(64) NOT NULL PRIMARY KEY, version INTEGER NOT NULL)");
        int found = version(connection, component);
        if (found > steps.size()) {
            throw new IncompatibleException("Cannot use the tables of '" + component + "': their version is " + found
                    + " (expected: at most " + steps.size() + "), a newer mlcore wrote them; update mlcore");
        }
        if (found == steps.size()) {
            return;
        }
        for (String step : steps.subList(found, steps.size())) {
            for (String sql : step.split(";\\s*(\\n|$)")) {
                if (!sql.isBlank()) {
                    Sqlite.execute(connection, sql);
                }
            }
        }
        try (PreparedStatement insert = connection.prepareStatement(
                "INSERT INTO mlcore_schema (component, version) VALUES (?, ?) ON CONFLICT (component) DO UPDATE SET version = excluded.version")) {
            insert.setString(1, component);
            insert.setInt(2, steps.size());
            insert.executeUpdate();
        }
    }

    private static int version(Connection connection, String component) throws SQLException {
        try (PreparedStatement select =
                connection.prepareStatement("SELECT version FROM mlcore_schema WHERE component = ?")) {
            select.setString(1, component);
            try (ResultSet row = select.executeQuery()) {
                return row.next() ? row.getInt(1) : 0;
            }
        }
    }
}
