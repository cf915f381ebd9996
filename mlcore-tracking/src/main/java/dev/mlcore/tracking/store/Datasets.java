package dev.mlcore.tracking.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mlcore.api.data.DatasetInfo;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.model.ModelSignature;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A data set in MLflow's columns: its source, schema and profile are JSON texts, the schema wrapped by its kind. */
final class Datasets {
    private static final ObjectMapper JSON = new ObjectMapper().enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS);
    private static final int LONGEST_SOURCE = 65_535;
    private static final int LONGEST_SCHEMA = 1_048_575;
    private static final int LONGEST_PROFILE = 16_777_215;
    private static final int LONGEST_CONTEXT = 500;

    private Datasets() {}

    /** MLflow's columns of a data set. */
    record Texts(
            String source,
            @Nullable String schema,
            @Nullable String profile) {}

    static Texts texts(DatasetInfo dataset, String context) throws Rules.Refused {
        String source = json(dataset.source().json());
        String schema = dataset.schema().map(Datasets::schema).orElse(null);
        String profile = dataset.profile().isEmpty() ? null : json(dataset.profile());
        fits("source", source, LONGEST_SOURCE);
        fits("schema", schema, LONGEST_SCHEMA);
        fits("profile", profile, LONGEST_PROFILE);
        fits("context", context, LONGEST_CONTEXT);
        return new Texts(source, schema, profile);
    }

    static DatasetInfo dataset(String name, String digest, String sourceType, Texts texts) {
        return new DatasetInfo(
                name,
                digest,
                new DatasetInfo.Source(sourceType, map(texts.source())),
                schemaOf(texts.schema()),
                map(texts.profile()));
    }

    private static void fits(String what, @Nullable String text, int most) throws Rules.Refused {
        if (text != null && Rules.length(text) > most) {
            throw new Rules.Refused(
                    "dataset " + what + ": " + Rules.length(text) + " characters (expected: at most " + most + ")");
        }
    }

    private static String schema(Schema schema) {
        String inputs = tree(ModelSignature.of(schema, new Schema(List.of())).toJson())
                .path("inputs")
                .asText();
        JsonNode columns = tree(inputs);
        ObjectNode wrapped = JSON.createObjectNode();
        if (columns.path(0).path("type").asText().equals("tensor")) {
            wrapped.putObject("mlflow_tensorspec").put("features", inputs).putNull("targets");
        } else {
            wrapped.set("mlflow_colspec", columns);
        }
        return wrapped.toString();
    }

    /** What stock MLflow wrote in a form that is unknown here is left out: it describes, nothing depends on it. */
    private static Optional<Schema> schemaOf(@Nullable String text) {
        if (text == null) {
            return Optional.empty();
        }
        try {
            JsonNode wrapped = tree(text);
            JsonNode columns = wrapped.has("mlflow_colspec")
                    ? wrapped.get("mlflow_colspec")
                    : tree(wrapped.path("mlflow_tensorspec").path("features").asText());
            if (!columns.isArray()) {
                return Optional.empty();
            }
            ObjectNode signature = JSON.createObjectNode();
            signature.put("inputs", columns.toString()).putNull("outputs").putNull("params");
            return Optional.of(ModelSignature.parse(signature.toString()).inputs());
        } catch (RuntimeException unknownForm) {
            return Optional.empty();
        }
    }

    private static String json(Map<String, Object> map) throws Rules.Refused {
        try {
            return JSON.writeValueAsString(map);
        } catch (JsonProcessingException e) {
            throw new Rules.Refused("dataset: " + map + " (expected: JSON values only): " + e.getOriginalMessage());
        }
    }

    private static Map<String, Object> map(@Nullable String text) {
        Map<String, Object> map = new LinkedHashMap<>();
        if (text != null) {
            try {
                if (JSON.readValue(text, Object.class) instanceof Map<?, ?> read) {
                    read.forEach((key, value) -> {
                        if (value != null) {
                            map.put(String.valueOf(key), value);
                        }
                    });
                } else {
                    map.put("value", text);
                }
            } catch (JsonProcessingException notJson) {
                map.put("value", text);
            }
        }
        return map;
    }

    private static JsonNode tree(String text) {
        try {
            return JSON.readTree(text);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException(e);
        }
    }
}
