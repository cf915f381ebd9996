package dev.mlcore.api.internal.records;

import java.lang.reflect.Array;
import java.lang.reflect.GenericArrayType;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Type;
import java.lang.reflect.TypeVariable;
import java.lang.reflect.WildcardType;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** A record as flat parameters: configuration types become keys that can be searched for. */
public final class Flatten {
    private Flatten() {}

    /**
     * One entry per leaf, in component order, by column names.
     *
     * <ul>
     *   <li>A nested record contributes {@code outer.inner}.
     *   <li>A record behind an interface (a sealed variant) contributes its simple name and its own parts below that:
     *       {@code optimizer = Adam}, {@code optimizer.Adam.eps = 1.0E-8}.
     *   <li>Enum constants become their names, arrays and collections text; empty optionals and nulls are left out.
     * </ul>
     *
     * @param values the record
     * @return a new map in that order
     * @throws IllegalArgumentException if two leaves have the same key, which {@code @Name} with a dot can bring about
     */
    public static Map<String, Object> params(Record values) {
        Map<String, Object> out = new LinkedHashMap<>();
        parts("", values, out);
        return out;
    }

    @SuppressWarnings("unchecked") // the type of a value of record class C is RecordType<C>
    private static void parts(String prefix, Record record, Map<String, Object> out) {
        RecordType<Record> type = (RecordType<Record>) RecordType.of(record.getClass());
        @Nullable Object[] values = type.values(record);
        for (int i = 0; i < values.length; i++) {
            RecordType.Component component = type.components().get(i);
            add(prefix + component.column(), component.genericType(), values[i], out);
        }
    }

    private static void add(String key, Type declared, @Nullable Object value, Map<String, Object> out) {
        if (value == null) {
            return;
        }
        if (value instanceof Optional<?> optional) {
            Type inner = declared instanceof ParameterizedType p ? p.getActualTypeArguments()[0] : Object.class;
            add(key, inner, optional.orElse(null), out);
        } else if (value instanceof Record record) {
            if (raw(declared) == record.getClass()) {
                parts(key + ".", record, out);
            } else {
                String variant = record.getClass().getSimpleName();
                put(key, variant, out);
                parts(key + "." + variant + ".", record, out);
            }
        } else if (value instanceof Enum<?> constant) {
            put(key, constant.name(), out);
        } else if (value.getClass().isArray()) {
            StringJoiner text = new StringJoiner(", ", "[", "]");
            for (int i = 0; i < Array.getLength(value); i++) {
                text.add(String.valueOf(Array.get(value, i)));
            }
            put(key, text.toString(), out);
        } else if (value instanceof Iterable<?> || value instanceof Map<?, ?>) {
            put(key, value.toString(), out);
        } else {
            put(key, value, out);
        }
    }

    private static void put(String key, Object value, Map<String, Object> out) {
        if (out.putIfAbsent(key, value) != null) {
            throw new IllegalArgumentException(
                    "parameter '" + key + "': given by two components (expected: different names; see @Name)");
        }
    }

    private static Class<?> raw(Type type) {
        if (type instanceof Class<?> c) {
            return c;
        }
        if (type instanceof ParameterizedType p) {
            return raw(p.getRawType());
        }
        if (type instanceof WildcardType w) {
            return raw(w.getUpperBounds()[0]);
        }
        if (type instanceof TypeVariable<?> v) {
            return raw(v.getBounds()[0]);
        }
        if (type instanceof GenericArrayType) {
            return Object[].class;
        }
        return Object.class;
    }
}
