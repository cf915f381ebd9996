package dev.mlcore.api.data;

import java.util.List;

/** The type of a column in MLflow's sense. Closed; {@link Other} keeps what this version does not know. */
public sealed interface ColumnType {
    /** Types without parts. */
    enum Scalar implements ColumnType {
        /** True or false. */
        BOOLEAN,
        /** Signed, 32 bits. */
        INTEGER,
        /** Signed, 64 bits. */
        LONG,
        /** IEEE 754 single precision. */
        FLOAT,
        /** IEEE 754 double precision. */
        DOUBLE,
        /** Unicode text. */
        STRING,
        /** Byte string. */
        BINARY,
        /** Point in time, to the nanosecond. */
        DATETIME
    }

    /**
     * A list of one type.
     *
     * @param items the type of every element
     */
    record ListOf(ColumnType items) implements ColumnType {}

    /**
     * Named fields.
     *
     * @param fields in order
     */
    record Struct(List<Schema.Column> fields) implements ColumnType {
        /** Copies the fields. */
        public Struct {
            fields = List.copyOf(fields);
        }
    }

    /**
     * Text keys to values of one type.
     *
     * @param values the type of every value
     */
    record MapOf(ColumnType values) implements ColumnType {}

    /**
     * A tensor, in a signature of tensors.
     *
     * @param type of its elements
     * @param shape one entry per dimension, -1 for one that differs from call to call
     */
    record TensorOf(DataType type, List<Long> shape) implements ColumnType {
        /** Copies the shape. */
        public TensorOf {
            shape = List.copyOf(shape);
        }
    }

    /**
     * A type that this version does not interpret, kept as it was read.
     *
     * @param json MLflow's JSON for it
     */
    record Other(String json) implements ColumnType {}
}
