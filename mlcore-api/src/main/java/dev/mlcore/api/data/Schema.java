package dev.mlcore.api.data;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * Names and types of columns (or of tensors), in order.
 *
 * @param columns in order
 */
public record Schema(List<Column> columns) {
    /** Copies the columns. */
    public Schema {
        columns = List.copyOf(columns);
    }

    /**
     * One column.
     *
     * @param name may be empty: MLflow knows unnamed columns
     * @param type what it holds
     * @param required whether a value must be given
     */
    public record Column(String name, ColumnType type, boolean required) {
        /** Checks the parts. */
        public Column {
            requireNonNull(name, "name");
            requireNonNull(type, "type");
        }
    }
}
