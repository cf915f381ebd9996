package dev.mlcore.api.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.cfg.JsonNodeFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.internal.RelativePath;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * MLflow's JSON of a signature: columns {@code {"type": "double", "name": "a", "required": true}} or tensors
 * {@code {"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}}. What is not understood is kept as it is, down to the digits of its numbers.
 */
final class SignatureJson {
    static final JsonMapper JSON = JsonMapper.builder()
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS, DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS)
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS) // Python writes NaN
            .disable(JsonNodeFeature.STRIP_TRAILING_BIGDECIMAL_ZEROES)
            .build();
    private static final Set<String> KNOWN = Set.of("inputs", "outputs", "params");

    private SignatureJson() {}

    static PackedSignature parse(String json) {
        JsonNode root = read(json, "signature");
        if (!root.isObject()) {
            throw invalid("signature", "an object with inputs, outputs and params", root);
        }
        Map<String, String> others = new TreeMap<>();
        root.properties().forEach(e -> {
            if (!KNOWN.contains(e.getKey())) {
                others.put(e.getKey(), e.getValue().toString());
            }
        });
        try {
            return new PackedSignature(
                    schema("inputs", root.get("inputs")),
                    schema("outputs", root.get("outputs")),
                    params(root.get("params")),
                    List.of(),
                    List.of(),
                    others);
        } catch (IllegalArgumentException e) {
            throw new InvalidFormatException("Cannot read the model signature: " + e.getMessage(), e);
        }
    }

    static String write(PackedSignature signature) {
        ObjectNode root = JSON.createObjectNode();
        root.put("inputs", columns(signature.inputs()));
        root.put("outputs", columns(signature.outputs()));
        root.put("params", signature.paramsJson().orElse(null));
        signature.others().forEach((key, value) -> root.set(key, read(value, key)));
        return root.toString();
    }

    /** MLflow's text for one side; null stands for none. */
    static @Nullable String columns(Schema schema) {
        if (schema.columns().isEmpty()) {
            return null;
        }
        ArrayNode array = JSON.createArrayNode();
        for (Schema.Column column : schema.columns()) {
            ObjectNode node = type(column.type());
            if (!column.name().isEmpty()) {
                node.put("name", column.name());
            }
            if (!isTensor(column.type())) {
                node.put("required", column.required());
            } else if (!column.required()) {
                node.put("required", false);
            }
            array.add(node);
        }
        return array.toString();
    }

    /** Columns and tensors are two forms of signature. */
    static boolean isTensor(ColumnType type) {
        return type instanceof ColumnType.TensorOf
                || (type instanceof ColumnType.Other other
                        && read(other.json(), "type").path("type").asText().equals("tensor"));
    }

    private static Optional<String> params(@Nullable JsonNode node) {
        if (node == null || node.isNull()) {
            return Optional.empty();
        }
        JsonNode array = node.isTextual() ? read(node.textValue(), "params") : node;
        if (array.isNull()) {
            return Optional.empty();
        }
        if (!array.isArray()) {
            throw invalid("params", "an array", array);
        }
        return Optional.of(node.isTextual() ? node.textValue() : array.toString());
    }

    private static Schema schema(String side, @Nullable JsonNode node) {
        JsonNode array = node != null && node.isTextual() ? read(node.textValue(), side) : node;
        if (array == null || array.isNull()) {
            return new Schema(List.of());
        }
        if (!array.isArray()) {
            throw invalid(side, "an array of columns or tensors", array);
        }
        List<Schema.Column> columns = new ArrayList<>();
        for (JsonNode entry : array) {
            if (!(entry instanceof ObjectNode column)) {
                throw invalid(side, "an object per column", entry);
            }
            ObjectNode rest = column.deepCopy();
            JsonNode name = rest.remove("name");
            if (name != null && !name.isTextual() && !name.isNull() && !name.isIntegralNumber()) {
                throw invalid(side + " name", "a text", name);
            }
            columns.add(new Schema.Column(
                    name == null || name.isNull() ? "" : name.asText(), type(side, rest), required(column)));
        }
        return new Schema(columns);
    }

    /** Absent means required; {@code optional} is an older spelling. */
    private static boolean required(ObjectNode node) {
        JsonNode optional = node.get("optional");
        return node.path("required").asBoolean(optional == null || !optional.asBoolean());
    }

    private static ColumnType type(String side, ObjectNode node) {
        ObjectNode rest = node.deepCopy();
        rest.remove(List.of("required", "optional"));
        JsonNode word = rest.get("type");
        if (word == null || !word.isTextual()) {
            throw invalid(side, "a column with a type", node);
        }
        ColumnType known = known(side, word.textValue(), rest);
        return known == null ? new ColumnType.Other(rest.toString()) : known;
    }

    private static @Nullable ColumnType known(String side, String word, ObjectNode node) {
        return switch (word) {
            case "array" ->
                keys(node, "type", "items") && node.get("items") instanceof ObjectNode items && plain(items)
                        ? new ColumnType.ListOf(type(side, items))
                        : null;
            case "map" ->
                keys(node, "type", "values") && node.get("values") instanceof ObjectNode values && plain(values)
                        ? new ColumnType.MapOf(type(side, values))
                        : null;
            case "object" ->
                keys(node, "type", "properties") && node.get("properties") instanceof ObjectNode properties
                        ? struct(side, properties)
                        : null;
            case "tensor" ->
                keys(node, "type", "tensor-spec") && node.get("tensor-spec") instanceof ObjectNode spec
                        ? tensor(spec)
                        : null;
            default -> keys(node, "type") ? scalar(word) : null;
        };
    }

    private static @Nullable ColumnType scalar(String word) {
        for (ColumnType.Scalar scalar : ColumnType.Scalar.values()) {
            if (word(scalar).equals(word)) {
                return scalar;
            }
        }
        return null;
    }

    private static @Nullable ColumnType struct(String side, ObjectNode properties) {
        List<Schema.Column> fields = new ArrayList<>();
        for (Map.Entry<String, JsonNode> e : properties.properties()) {
            if (e.getKey().isEmpty() || !(e.getValue() instanceof ObjectNode field)) {
                return null;
            }
            fields.add(new Schema.Column(e.getKey(), type(side, field), required(field)));
        }
        return new ColumnType.Struct(fields);
    }

    private static @Nullable ColumnType tensor(ObjectNode spec) {
        Optional<DataType> type = DataType.ofNumpy(spec.path("dtype").asText());
        JsonNode shape = spec.get("shape");
        if (type.isEmpty() || shape == null || !shape.isArray() || !keys(spec, "dtype", "shape")) {
            return null;
        }
        List<Long> dims = new ArrayList<>();
        for (JsonNode dim : shape) {
            if (!dim.canConvertToLong() || !dim.isIntegralNumber()) {
                return null;
            }
            dims.add(dim.longValue());
        }
        return new ColumnType.TensorOf(type.get(), dims);
    }

    /** Whether an element type carries nothing that a list or a map could not keep. */
    private static boolean plain(ObjectNode node) {
        return !node.has("required") && !node.has("optional") && !node.has("name");
    }

    private static boolean keys(ObjectNode node, String... allowed) {
        Set<String> left = new HashSet<>();
        for (Iterator<String> names = node.fieldNames(); names.hasNext(); ) {
            left.add(names.next());
        }
        left.removeAll(Set.of(allowed));
        return left.isEmpty();
    }

    private static ObjectNode type(ColumnType type) {
        ObjectNode node = JSON.createObjectNode();
        if (type instanceof ColumnType.Scalar scalar) {
            return node.put("type", word(scalar));
        } else if (type instanceof ColumnType.ListOf list) {
            node.put("type", "array").set("items", type(list.items()));
        } else if (type instanceof ColumnType.MapOf map) {
            node.put("type", "map").set("values", type(map.values()));
        } else if (type instanceof ColumnType.Struct struct) {
            ObjectNode properties = node.put("type", "object").putObject("properties");
            for (Schema.Column field : struct.fields()) {
                properties.set(field.name(), type(field.type()).put("required", field.required()));
            }
        } else if (type instanceof ColumnType.TensorOf tensor) {
            ObjectNode spec = node.put("type", "tensor").putObject("tensor-spec");
            ArrayNode shape = spec.put("dtype", tensor.type().numpyName()).putArray("shape");
            tensor.shape().forEach(shape::add);
        } else if (type instanceof ColumnType.Other other) {
            return other(other);
        }
        return node;
    }

    private static ObjectNode other(ColumnType.Other other) {
        if (read(other.json(), "type") instanceof ObjectNode node
                && node.path("type").isTextual()) {
            return node;
        }
        throw new IllegalArgumentException("column type: " + RelativePath.printable(other.json())
                + " (expected: MLflow's JSON object with a \"type\")");
    }

    private static String word(ColumnType.Scalar scalar) {
        return scalar.name().toLowerCase(Locale.ROOT);
    }

    static JsonNode read(String json, String what) {
        try {
            JsonNode node = JSON.readTree(json);
            if (node == null || node.isMissingNode()) {
                throw new InvalidFormatException(
                        "Cannot read the model signature: " + what + " is empty (expected: JSON)");
            }
            return node;
        } catch (JsonProcessingException e) {
            throw new InvalidFormatException(
                    "Cannot read the model signature: " + what + " is no JSON: " + e.getOriginalMessage(), e);
        }
    }

    private static InvalidFormatException invalid(String what, String expected, JsonNode found) {
        return new InvalidFormatException("Cannot read the model signature: " + what + " is "
                + RelativePath.printable(found.toString()) + " (expected: " + expected + ")");
    }
}
