package dev.mlcore.serving;

import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.DataType;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * What a record component can stand for: one value, or an array of them. Widening follows MLflow's rules of what is safe: integers into wider integers and, up to 32
 * bits, into double; float into double; nothing else.
 *
 * @param element the type of one value
 * @param array whether the component is an array
 */
record ComponentType(Element element, boolean array) {
    /** The Java types of one value. */
    enum Element {
        BOOLEAN,
        BYTE,
        SHORT,
        INT,
        LONG,
        FLOAT,
        DOUBLE,
        TEXT,
        BYTES
    }

    private static final Map<Class<?>, Element> SINGLE = Map.ofEntries(
            Map.entry(boolean.class, Element.BOOLEAN),
            Map.entry(Boolean.class, Element.BOOLEAN),
            Map.entry(byte.class, Element.BYTE),
            Map.entry(Byte.class, Element.BYTE),
            Map.entry(short.class, Element.SHORT),
            Map.entry(Short.class, Element.SHORT),
            Map.entry(int.class, Element.INT),
            Map.entry(Integer.class, Element.INT),
            Map.entry(long.class, Element.LONG),
            Map.entry(Long.class, Element.LONG),
            Map.entry(float.class, Element.FLOAT),
            Map.entry(Float.class, Element.FLOAT),
            Map.entry(double.class, Element.DOUBLE),
            Map.entry(Double.class, Element.DOUBLE),
            Map.entry(String.class, Element.TEXT),
            Map.entry(byte[].class, Element.BYTES));

    private static final Map<Class<?>, Element> ARRAYS = Map.of(
            boolean[].class, Element.BOOLEAN,
            int[].class, Element.INT,
            long[].class, Element.LONG,
            float[].class, Element.FLOAT,
            double[].class, Element.DOUBLE,
            String[].class, Element.TEXT,
            byte[][].class, Element.BYTES);

    static Optional<ComponentType> of(Class<?> type) {
        Element single = SINGLE.get(type);
        if (single != null) {
            return Optional.of(new ComponentType(single, false));
        }
        return Optional.ofNullable(ARRAYS.get(type)).map(element -> new ComponentType(element, true));
    }

    /** Whether a value of this type can be fed where the signature, or else the tensor, says what is expected. */
    boolean feeds(Place place) {
        return place.column() == null ? feeds(place.spec().type()) : feeds(place.column());
    }

    private boolean feeds(@Nullable ColumnType column) {
        ColumnType type = column;
        while (array && type instanceof ColumnType.ListOf list) {
            type = list.items();
        }
        if (!(type instanceof ColumnType.Scalar scalar)) {
            return false;
        }
        return switch (scalar) {
            case BOOLEAN -> element == Element.BOOLEAN;
            case INTEGER -> integer(Element.INT);
            case LONG -> integer(Element.LONG);
            case FLOAT -> element == Element.FLOAT;
            case DOUBLE -> element == Element.DOUBLE || element == Element.FLOAT || integer(Element.INT);
            case STRING -> element == Element.TEXT;
            case BINARY -> element == Element.BYTES;
            case DATETIME -> false;
        };
    }

    private boolean feeds(DataType tensor) {
        return switch (tensor) {
            case BOOL -> element == Element.BOOLEAN;
            case INT8 -> integer(Element.BYTE);
            case INT16 -> integer(Element.SHORT);
            case INT32 -> integer(Element.INT);
            case INT64 -> integer(Element.LONG);
            case UINT8, UINT16, UINT32, UINT64 ->
                integer(Element.LONG); // no Java type has their range: each value is checked
            case FLOAT32 -> element == Element.FLOAT;
            case FLOAT64 -> element == Element.DOUBLE || element == Element.FLOAT || integer(Element.INT);
            case STRING -> element == Element.TEXT;
            case BYTES -> element == Element.BYTES || element == Element.TEXT;
            case FLOAT16, BFLOAT16 -> false;
        };
    }

    private boolean integer(Element widest) {
        return element.compareTo(Element.BYTE) >= 0 && element.compareTo(widest) <= 0;
    }

    /** Whether each value of a tensor of this type fits into the component. */
    boolean holds(DataType tensor) {
        return switch (tensor) {
            case BOOL -> element == Element.BOOLEAN;
            case INT8, INT16, UINT8, UINT16, INT32 ->
                element == Element.INT || element == Element.LONG || (!array && element == Element.DOUBLE);
            case UINT32, INT64 -> element == Element.LONG;
            case FLOAT32 -> element == Element.FLOAT || element == Element.DOUBLE;
            case FLOAT64 -> element == Element.DOUBLE;
            case STRING, BYTES -> element == Element.TEXT || element == Element.BYTES;
            case UINT64, FLOAT16, BFLOAT16 -> false;
        };
    }

    /** A tensor's value as the component's. */
    Object convert(Object value) {
        return switch (element) {
            case DOUBLE -> value instanceof Number number ? number.doubleValue() : value;
            case LONG -> value instanceof Number number ? number.longValue() : value;
            case TEXT -> value instanceof byte[] bytes ? new String(bytes, StandardCharsets.UTF_8) : value;
            default -> value;
        };
    }
}
