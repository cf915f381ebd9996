package dev.mlcore.api.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.internal.records.RecordType;
import java.io.IOException;
import java.lang.reflect.Array;
import java.nio.file.Path;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/** Example rows as MLflow stores a data frame: {@code {"columns": […], "data": [[…]]}}, binary as base64, times in ISO form, what is not a number as null. */
final class ExampleJson {
    static final long LARGEST_BYTES = 16 << 20;

    private ExampleJson() {}

    /**
     * Rows in the signature's order.
     *
     * @throws IllegalArgumentException if a row's columns are not the signature's
     */
    @SuppressWarnings("unchecked") // the type of a row of record class C is RecordType<C>
    static ObjectNode write(List<? extends Record> rows, Optional<ModelSignature> signature) {
        RecordType<Record> type = (RecordType<Record>) RecordType.of(rows.get(0).getClass());
        Schema own = RecordColumns.of(type.type());
        Schema order = signature.map(ModelSignature::inputs).orElse(own);
        int[] index = indices(own, order);
        ObjectNode example = SignatureJson.JSON.createObjectNode();
        ArrayNode columns = example.putArray("columns");
        order.columns().forEach(column -> columns.add(column.name()));
        ArrayNode data = example.putArray("data");
        for (Record row : rows) {
            @Nullable Object[] values = type.values(row);
            ArrayNode line = data.addArray();
            for (int i = 0; i < index.length; i++) {
                line.add(index[i] < 0 ? null : node(order.columns().get(i).name(), values[index[i]]));
            }
        }
        return example;
    }

    /** Where each column of the order stands in the record; -1 for one that need not be given. */
    private static int[] indices(Schema own, Schema order) {
        List<String> left =
                new ArrayList<>(own.columns().stream().map(Schema.Column::name).toList());
        List<String> names = List.copyOf(left);
        int[] index = new int[order.columns().size()];
        for (int i = 0; i < index.length; i++) {
            Schema.Column column = order.columns().get(i);
            index[i] = names.indexOf(column.name());
            if (index[i] < 0 && column.required()) {
                throw new IllegalArgumentException("inputExample: no component for the input column '" + column.name()
                        + "' in " + names + " (expected: a record with the signature's columns)");
            }
            if (index[i] >= 0 && !own.columns().get(index[i]).type().equals(column.type())) {
                throw new IllegalArgumentException("inputExample: column '" + column.name() + "' is "
                        + own.columns().get(index[i]).type() + " (expected: " + column.type()
                        + ", as the signature says)");
            }
            left.remove(column.name());
        }
        if (!left.isEmpty()) {
            throw new IllegalArgumentException("inputExample: components " + left
                    + " are no input columns (expected: a record with the signature's columns)");
        }
        return index;
    }

    private static @Nullable JsonNode node(String column, @Nullable Object value) {
        var json = SignatureJson.JSON.getNodeFactory();
        if (value == null || (value instanceof Optional<?> o && o.isEmpty())) {
            return null;
        } else if (value instanceof Optional<?> optional) {
            return node(column, optional.get());
        } else if (value instanceof OptionalInt optional) {
            return optional.isPresent() ? json.numberNode(optional.getAsInt()) : null;
        } else if (value instanceof OptionalLong optional) {
            return optional.isPresent() ? json.numberNode(optional.getAsLong()) : null;
        } else if (value instanceof OptionalDouble optional) {
            return optional.isPresent() ? node(column, optional.getAsDouble()) : null;
        } else if (value instanceof Boolean flag) {
            return json.booleanNode(flag);
        } else if (value instanceof Float || value instanceof Double) {
            double number = ((Number) value).doubleValue();
            if (Double.isInfinite(number)) {
                throw new IllegalArgumentException("inputExample: column '" + column + "' is " + number
                        + " (expected: a finite number; JSON has no other)");
            }
            return Double.isNaN(number)
                    ? null
                    : value instanceof Float f ? json.numberNode(f) : json.numberNode(number);
        } else if (value instanceof Number number) {
            return json.numberNode(number.longValue());
        } else if (value instanceof Enum<?> constant) {
            return json.textNode(constant.name());
        } else if (value instanceof byte[] bytes) {
            return json.textNode(Base64.getEncoder().encodeToString(bytes));
        } else if (value instanceof String || value instanceof Instant || value instanceof LocalDateTime) {
            return json.textNode(value.toString());
        } else if (value instanceof Map<?, ?> map) {
            ObjectNode object = json.objectNode();
            map.forEach((key, item) -> object.set((String) key, node(column, item)));
            return object;
        } else if (value instanceof Record record) {
            return object(column, record);
        }
        ArrayNode array = json.arrayNode();
        if (value instanceof Iterable<?> items) {
            items.forEach(item -> array.add(node(column, item)));
        } else { // the schema admits nothing else
            for (int i = 0; i < Array.getLength(value); i++) {
                array.add(node(column, Array.get(value, i)));
            }
        }
        return array;
    }

    @SuppressWarnings("unchecked")
    private static ObjectNode object(String column, Record record) {
        RecordType<Record> type = (RecordType<Record>) RecordType.of(record.getClass());
        ObjectNode object = SignatureJson.JSON.createObjectNode();
        @Nullable Object[] values = type.values(record);
        for (int i = 0; i < values.length; i++) {
            String name = type.components().get(i).column();
            object.set(name, node(column + "." + name, values[i]));
        }
        return object;
    }

    /**
     * Reads rows; numbers come as the signature's type where it has one.
     *
     * @throws InvalidFormatException if it is no data frame
     */
    static List<Map<String, @Nullable Object>> read(Path file, byte[] content, Optional<ModelSignature> signature) {
        JsonNode root;
        try {
            root = SignatureJson.JSON.readTree(content);
        } catch (JsonProcessingException e) {
            throw invalid(file, "no JSON: " + e.getOriginalMessage());
        } catch (IOException e) {
            throw invalid(file, e.toString());
        }
        if (root.path("inputs").isObject() && root.has("params")) { // an example with params wraps the rows
            root = root.get("inputs");
        }
        JsonNode data = root.isArray() ? root : root.path("data");
        if (!data.isArray()) {
            throw invalid(file, "without data");
        }
        List<Schema.Column> schema = signature.map(s -> s.inputs().columns()).orElse(List.of());
        List<Map<String, @Nullable Object>> rows = new ArrayList<>();
        for (JsonNode line : data) {
            Map<String, @Nullable Object> row = new LinkedHashMap<>();
            for (int i = 0; i < line.size(); i++) {
                String name = name(root.path("columns"), schema, i);
                ColumnType type = null;
                for (Schema.Column column : schema) {
                    type = column.name().equals(name) ? column.type() : type;
                }
                if (row.containsKey(name)) {
                    throw invalid(file, "with two columns '" + name + "'");
                }
                row.put(name, value(line.get(i), type));
            }
            rows.add(Collections.unmodifiableMap(row));
        }
        return Collections.unmodifiableList(rows);
    }

    private static String name(JsonNode columns, List<Schema.Column> schema, int index) {
        if (columns.isArray() && columns.has(index)) {
            return columns.get(index).asText();
        }
        boolean named = index < schema.size() && !schema.get(index).name().isEmpty();
        return named ? schema.get(index).name() : Integer.toString(index);
    }

    private static @Nullable Object value(JsonNode node, @Nullable ColumnType type) {
        if (node.isNumber()) {
            return number(node, type);
        } else if (node.isTextual()) {
            return node.textValue();
        } else if (node.isBoolean()) {
            return node.booleanValue();
        } else if (node.isArray()) {
            List<@Nullable Object> items = new ArrayList<>();
            ColumnType element = type instanceof ColumnType.ListOf list ? list.items() : null;
            node.forEach(item -> items.add(value(item, element)));
            return Collections.unmodifiableList(items);
        } else if (node.isObject()) {
            Map<String, @Nullable Object> map = new LinkedHashMap<>();
            node.properties().forEach(e -> map.put(e.getKey(), value(e.getValue(), field(type, e.getKey()))));
            return Collections.unmodifiableMap(map);
        }
        return null;
    }

    private static Object number(JsonNode node, @Nullable ColumnType type) {
        if (type == ColumnType.Scalar.FLOAT) {
            return node.floatValue();
        } else if (type == ColumnType.Scalar.INTEGER) {
            return node.intValue();
        }
        boolean whole = node.isIntegralNumber() && node.canConvertToLong() && type != ColumnType.Scalar.DOUBLE;
        return whole || type == ColumnType.Scalar.LONG ? (Object) node.longValue() : node.doubleValue();
    }

    private static @Nullable ColumnType field(@Nullable ColumnType type, String name) {
        if (type instanceof ColumnType.MapOf map) {
            return map.values();
        } else if (type instanceof ColumnType.Struct struct) {
            for (Schema.Column field : struct.fields()) {
                if (field.name().equals(name)) {
                    return field.type();
                }
            }
        }
        return null;
    }

    private static InvalidFormatException invalid(Path file, String what) {
        return new InvalidFormatException("Cannot read input example " + file + ": it is " + what
                + " (expected: {\"columns\": […], \"data\": [[…]]}). Log the model again");
    }
}
