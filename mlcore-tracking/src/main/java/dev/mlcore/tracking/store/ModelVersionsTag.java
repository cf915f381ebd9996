package dev.mlcore.tracking.store;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import org.jspecify.annotations.Nullable;

/** The tag {@code mlflow.modelVersions} of a logged model: a JSON list of the versions made of it. */
final class ModelVersionsTag {
    private static final ObjectMapper JSON = new ObjectMapper();

    private ModelVersionsTag() {}

    /** The list with one more entry, unless it is there; stock clients write the number as text, stock stores as a number. */
    static String with(@Nullable String old, String name, int number) {
        ArrayNode list = JSON.createArrayNode();
        try {
            if (old != null && JSON.readTree(old) instanceof ArrayNode read) {
                list = read;
            }
        } catch (JsonProcessingException notAList) {
            // what is no list is replaced, as stock does
        }
        for (JsonNode entry : list) {
            if (entry.path("name").asText().equals(name)
                    && entry.path("version").asText().equals(Integer.toString(number))) {
                return list.toString();
            }
        }
        list.addObject().put("name", name).put("version", number);
        return list.toString();
    }
}
