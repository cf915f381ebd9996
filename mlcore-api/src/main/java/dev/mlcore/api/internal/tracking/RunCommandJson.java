package dev.mlcore.api.internal.tracking;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.data.DatasetInfo;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.model.ModelSignature;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunStatus;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The stored form of commands: one JSON object with a version {@code v}, a kind {@code k} and the command's parts. Every version ever released is read for ever.
 * Times are in epoch milliseconds, as MLflow stores them; doubles are text, so that NaN and the sign of zero survive.
 */
public final class RunCommandJson {
    private static final int VERSION = 1;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Schema NOTHING = new Schema(List.of());

    private RunCommandJson() {}

    /**
     * Writes a command.
     *
     * @param command any
     * @return one line
     */
    public static String encode(RunCommand command) {
        ObjectNode node = JSON.createObjectNode()
                .put("v", VERSION)
                .put("k", command.getClass().getSimpleName())
                .put("run", command.runId())
                .put("seq", command.seq())
                .put("at", command.at().toEpochMilli());
        // Java 17 has no pattern switch; the order is that of RunCommand.
        if (command instanceof RunCommand.Start start) {
            node.put("experiment", start.experiment()).put("name", start.name());
            start.parent().ifPresent(parent -> node.put("parent", parent));
            node.set("tags", JSON.valueToTree(new TreeMap<>(start.tags())));
        } else if (command instanceof RunCommand.Status status) {
            node.put("status", status.status().name());
        } else if (command instanceof RunCommand.Param param) {
            node.put("key", param.key()).put("value", param.value());
        } else if (command instanceof RunCommand.Metric metric) {
            node.put("key", metric.key())
                    .put("value", Double.toString(metric.value()))
                    .put("step", metric.step());
        } else if (command instanceof RunCommand.Tag tag) {
            node.put("key", tag.key()).put("value", tag.value());
        } else if (command instanceof RunCommand.Dataset dataset) {
            node.set("dataset", dataset(dataset.dataset()));
            node.put("context", dataset.context());
        } else if (command instanceof RunCommand.Link link) {
            node.put("model", link.modelId()).put("role", link.role().name()).put("step", link.step());
        }
        try {
            return JSON.writeValueAsString(node);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write " + command, e);
        }
    }

    /**
     * Reads a command.
     *
     * @param json as {@link #encode} of this or an earlier version wrote it
     * @return the command, its time cut to milliseconds
     * @throws IncompatibleException if a newer version wrote it
     * @throws InvalidFormatException if it is no such JSON
     */
    public static RunCommand decode(String json) {
        JsonNode node;
        try {
            node = JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new InvalidFormatException("Cannot read a stored command: it is not JSON: " + shortened(json), e);
        }
        if (node.path("v").asInt() > VERSION) {
            throw new IncompatibleException("Cannot read a stored command: its version is "
                    + node.path("v").asInt() + " (expected: at most " + VERSION
                    + "), a newer mlcore wrote it; update mlcore");
        }
        try {
            String run = text(node, "run");
            long seq = node.path("seq").asLong();
            Instant at = Instant.ofEpochMilli(node.path("at").asLong());
            return switch (text(node, "k")) {
                case "Start" ->
                    new RunCommand.Start(
                            run,
                            seq,
                            at,
                            text(node, "experiment"),
                            text(node, "name"),
                            optional(node, "parent"),
                            strings(node.path("tags")));
                case "Status" -> new RunCommand.Status(run, seq, at, RunStatus.valueOf(text(node, "status")));
                case "Param" -> new RunCommand.Param(run, seq, at, text(node, "key"), text(node, "value"));
                case "Metric" ->
                    new RunCommand.Metric(
                            run,
                            seq,
                            at,
                            text(node, "key"),
                            Double.parseDouble(text(node, "value")),
                            node.path("step").asLong());
                case "Tag" -> new RunCommand.Tag(run, seq, at, text(node, "key"), text(node, "value"));
                case "Dataset" ->
                    new RunCommand.Dataset(run, seq, at, dataset(node.path("dataset")), text(node, "context"));
                case "Link" ->
                    new RunCommand.Link(
                            run,
                            seq,
                            at,
                            text(node, "model"),
                            RunCommand.Link.Role.valueOf(text(node, "role")),
                            node.path("step").asLong());
                default -> throw new IllegalArgumentException("unknown kind " + node.path("k"));
            };
        } catch (IllegalArgumentException e) {
            throw new InvalidFormatException(
                    "Cannot read a stored command: " + e.getMessage() + ": " + shortened(json), e);
        }
    }

    private static ObjectNode dataset(DatasetInfo dataset) {
        ObjectNode node = JSON.createObjectNode().put("name", dataset.name()).put("digest", dataset.digest());
        node.put("sourceType", dataset.source().type());
        node.set("source", JSON.valueToTree(dataset.source().json()));
        dataset.schema()
                .ifPresent(schema ->
                        node.put("schema", ModelSignature.of(schema, NOTHING).toJson()));
        node.set("profile", JSON.valueToTree(dataset.profile()));
        return node;
    }

    private static DatasetInfo dataset(JsonNode node) {
        return new DatasetInfo(
                text(node, "name"),
                text(node, "digest"),
                new DatasetInfo.Source(text(node, "sourceType"), objects(node.path("source"))),
                optional(node, "schema").map(json -> ModelSignature.parse(json).inputs()),
                objects(node.path("profile")));
    }

    private static String text(JsonNode node, String field) {
        JsonNode value = node.path(field);
        if (!value.isTextual()) {
            throw new IllegalArgumentException("no text '" + field + "'");
        }
        return value.asText();
    }

    private static Optional<String> optional(JsonNode node, String field) {
        return node.hasNonNull(field) ? Optional.of(node.get(field).asText()) : Optional.empty();
    }

    private static Map<String, String> strings(JsonNode node) {
        Map<String, String> map = new LinkedHashMap<>();
        node.properties()
                .forEach(entry -> map.put(entry.getKey(), entry.getValue().asText()));
        return map;
    }

    private static Map<String, Object> objects(JsonNode node) {
        Map<String, Object> map = new LinkedHashMap<>();
        node.properties().forEach(entry -> map.put(entry.getKey(), JSON.convertValue(entry.getValue(), Object.class)));
        return map;
    }

    private static String shortened(String json) {
        return json.length() > 200 ? json.substring(0, 200) + "…" : json;
    }
}
