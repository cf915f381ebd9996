package dev.mlcore.api.model;

import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.ColumnType.Scalar;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.internal.records.RecordType;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.WildcardType;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** The columns that a record's components stand for. */
final class RecordColumns {
    private static final Map<Class<?>, Scalar> SCALARS = Map.ofEntries(
            Map.entry(boolean.class, Scalar.BOOLEAN),
            Map.entry(Boolean.class, Scalar.BOOLEAN),
            Map.entry(byte.class, Scalar.INTEGER),
            Map.entry(Byte.class, Scalar.INTEGER),
            Map.entry(short.class, Scalar.INTEGER),
            Map.entry(Short.class, Scalar.INTEGER),
            Map.entry(int.class, Scalar.INTEGER),
            Map.entry(Integer.class, Scalar.INTEGER),
            Map.entry(OptionalInt.class, Scalar.INTEGER),
            Map.entry(long.class, Scalar.LONG),
            Map.entry(Long.class, Scalar.LONG),
            Map.entry(OptionalLong.class, Scalar.LONG),
            Map.entry(float.class, Scalar.FLOAT),
            Map.entry(Float.class, Scalar.FLOAT),
            Map.entry(double.class, Scalar.DOUBLE),
            Map.entry(Double.class, Scalar.DOUBLE),
            Map.entry(OptionalDouble.class, Scalar.DOUBLE),
            Map.entry(String.class, Scalar.STRING),
            Map.entry(byte[].class, Scalar.BINARY),
            Map.entry(Instant.class, Scalar.DATETIME),
            Map.entry(LocalDateTime.class, Scalar.DATETIME));

    private final Deque<Class<?>> within = new ArrayDeque<>();

    private RecordColumns() {}

    static Schema of(Class<? extends Record> type) {
        return new Schema(new RecordColumns().columns(type));
    }

    private List<Schema.Column> columns(Class<? extends Record> type) {
        if (within.contains(type)) {
            throw new IllegalArgumentException(
                    "record " + type.getName() + ": it holds itself (expected: columns of finite depth)");
        }
        within.push(type);
        List<Schema.Column> columns = new ArrayList<>();
        for (RecordType.Component component : RecordType.of(type).components()) {
            Class<?> raw = component.type();
            boolean optional = raw == Optional.class;
            Type held = optional ? argument(component.genericType(), 0) : component.genericType();
            ColumnType column = column(held);
            if (column == null) {
                throw new IllegalArgumentException("component " + component.name() + " of " + type.getName() + ": "
                        + component.genericType().getTypeName()
                        + " (expected: a number, boolean, String, byte[], Instant, LocalDateTime, an enum, a record, or a List, array,"
                        + " Map<String, …> or Optional of them)");
            }
            columns.add(new Schema.Column(component.column(), column, !optional && !isNullable(raw)));
        }
        within.pop();
        return columns;
    }

    /** A boxed number is there to be null; an object such as a text is not. */
    private static boolean isNullable(Class<?> raw) {
        return raw == OptionalInt.class
                || raw == OptionalLong.class
                || raw == OptionalDouble.class
                || raw == Boolean.class
                || Number.class.isAssignableFrom(raw);
    }

    private @Nullable ColumnType column(Type type) {
        if (type instanceof Class<?> c) {
            Scalar scalar = SCALARS.get(c);
            if (scalar != null) {
                return scalar;
            }
            if (c.isEnum()) {
                return Scalar.STRING;
            }
            if (c.isArray()) {
                return list(c.getComponentType());
            }
            return c.isRecord() ? new ColumnType.Struct(columns(c.asSubclass(Record.class))) : null;
        }
        if (type instanceof GenericArrayType array) {
            return list(array.getGenericComponentType());
        }
        if (type instanceof WildcardType wildcard) {
            return column(wildcard.getUpperBounds()[0]);
        }
        if (type instanceof ParameterizedType p && p.getRawType() instanceof Class<?> raw) {
            if (Collection.class.isAssignableFrom(raw) && raw.isAssignableFrom(List.class)) {
                return list(argument(p, 0));
            }
            if (raw == Map.class && argument(p, 0) == String.class) {
                ColumnType values = column(argument(p, 1));
                return values == null ? null : new ColumnType.MapOf(values);
            }
        }
        return null;
    }

    private @Nullable ColumnType list(Type element) {
        ColumnType items = column(element);
        return items == null ? null : new ColumnType.ListOf(items);
    }

    private static Type argument(Type type, int index) {
        return type instanceof ParameterizedType p ? p.getActualTypeArguments()[index] : Object.class;
    }
}
