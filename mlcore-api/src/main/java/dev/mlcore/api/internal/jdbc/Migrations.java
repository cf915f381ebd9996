package dev.mlcore.api.internal.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;

/** Versioned own tables: {@code mlcore_schema(component, version)}. Placeholder being written now. */
public final class Migrations {
    private Migrations() {}

    /**
     * Brings a component's tables to the newest version.
     *
     * @param steps step i takes version i to i+1; each is one or more statements separated by {@code ;}
     * @throws dev.mlcore.api.IncompatibleException if the database was written by a newer version
     */
    public static void migrate(Connection connection, String component, List<String> steps) throws SQLException {
        throw new UnsupportedOperationException();
    }
}
