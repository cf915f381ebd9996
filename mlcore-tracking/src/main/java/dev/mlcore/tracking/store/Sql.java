package dev.mlcore.tracking.store;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The statements of one transaction, each prepared once, and the shape that the tables have in it. Not thread-safe. */
final class Sql implements AutoCloseable {
    private final Connection connection;
    private final Shape shape;
    private final Map<String, PreparedStatement> prepared = new HashMap<>();

    Sql(Connection connection, Shape shape) {
        this.connection = connection;
        this.shape = shape;
    }

    /** Reads one row of a result. */
    @FunctionalInterface
    interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    Shape shape() {
        return shape;
    }

    int update(String sql, @Nullable Object... values) throws SQLException {
        return bound(sql, values).executeUpdate();
    }

    /** Inserts the columns that the table has; {@code workspace} is added where there is one. {@code onConflict} may be empty. */
    int insert(String table, Map<String, ? extends @Nullable Object> columns, String onConflict) throws SQLException {
        List<String> names = new ArrayList<>();
        List<@Nullable Object> values = new ArrayList<>();
        for (Map.Entry<String, ? extends @Nullable Object> column : columns.entrySet()) {
            if (shape.has(table, column.getKey())) {
                names.add('"' + column.getKey() + '"');
                values.add(column.getValue());
            }
        }
        if (shape.hasWorkspace(table)) {
            names.add("workspace");
            values.add(Shape.WORKSPACE);
        }
        String sql = "INSERT INTO " + table + " (" + String.join(", ", names) + ") VALUES ("
                + String.join(", ", Collections.nCopies(names.size(), "?")) + ") " + onConflict;
        return update(sql, values.toArray());
    }

    <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) throws SQLException {
        List<T> rows = new ArrayList<>();
        try (ResultSet result = bound(sql, values).executeQuery()) {
            while (result.next()) {
                rows.add(row.of(result));
            }
        }
        return rows;
    }

    <T> Optional<T> first(String sql, Row<T> row, @Nullable Object... values) throws SQLException {
        try (ResultSet result = bound(sql, values).executeQuery()) {
            return result.next() ? Optional.of(row.of(result)) : Optional.empty();
        }
    }

    static String marks(int count) {
        return String.join(", ", Collections.nCopies(count, "?"));
    }

    private PreparedStatement bound(String sql, @Nullable Object... values) throws SQLException {
        PreparedStatement statement = prepared.get(sql);
        if (statement == null) {
            statement = connection.prepareStatement(sql);
            prepared.put(sql, statement);
        }
        for (int i = 0; i < values.length; i++) {
            statement.setObject(i + 1, values[i]);
        }
        return statement;
    }

    @Override
    public void close() throws SQLException {
        for (PreparedStatement statement : prepared.values()) {
            statement.close();
        }
    }
}
