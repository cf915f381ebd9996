package dev.mlcore.api.model;

import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.internal.RelativePath;
import dev.mlcore.api.internal.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The content of one MLmodel file as maps, read with checks whose messages name the file and the key.
 *
 * <p>Its digest covers what decides an answer: flavors (with them the files' digests, the packing and the required features), signature, example and metadata.
 * Identity and time, sizes and versions, and whatever keys stock tools add when they rewrite the file are not covered.
 *
 * @param file where it was read, for messages
 * @param root all of it
 */
record Mlmodel(Path file, Map<String, @Nullable Object> root) {
    static final String NAME = "MLmodel";
    static final long LARGEST_BYTES = 1 << 20;

    private static final List<String> DIGESTED = List.of("signature", "saved_input_example_info", "metadata");

    static Mlmodel read(Path file, byte[] content) {
        Object root;
        try {
            root = Yaml.read(content);
        } catch (IOException e) {
            throw new InvalidFormatException(
                    "Cannot read " + file + ": " + e.getMessage() + ". Export or log the model again", e);
        }
        Mlmodel model = new Mlmodel(file, new LinkedHashMap<>());
        if (!(root instanceof Map<?, ?> map)) {
            throw model.invalid("the file", root, "a map with flavors");
        }
        map.forEach((key, value) -> model.root.put((String) key, value));
        return model;
    }

    /** Options by flavor. */
    Map<String, Map<String, @Nullable Object>> flavors() {
        Map<String, Map<String, @Nullable Object>> flavors = new TreeMap<>();
        map("flavors", root.get("flavors"))
                .forEach((name, options) -> flavors.put(name, map("flavors." + name, options)));
        return flavors;
    }

    Optional<Map<String, @Nullable Object>> section(String key) {
        Object value = root.get(key);
        return value == null ? Optional.empty() : Optional.of(map(key, value));
    }

    Map<String, @Nullable Object> map(String key, @Nullable Object value) {
        if (!(value instanceof Map<?, ?> map)) {
            throw invalid(key, value, "a map");
        }
        Map<String, @Nullable Object> copy = new LinkedHashMap<>();
        map.forEach((name, item) -> copy.put((String) name, item));
        return copy;
    }

    List<String> texts(String key, @Nullable Object value) {
        if (!(value instanceof List<?> list)) {
            throw invalid(key, value, "a list of texts");
        }
        List<String> texts = new ArrayList<>();
        list.forEach(item -> texts.add(text(key, item)));
        return texts;
    }

    String text(String key, @Nullable Object value) {
        if (value instanceof String text) {
            return text;
        }
        throw invalid(key, value, "a text");
    }

    /** A path of a file below the package. */
    String path(String key, @Nullable Object value) {
        String path = text(key, value);
        if (!RelativePath.isSafe(path)) {
            throw invalid(key, value, "a path inside the package, such as model.onnx");
        }
        return path;
    }

    /** SHA-256 of what decides an answer. */
    String digest(Map<String, String> files) {
        Map<String, @Nullable Object> covered = new TreeMap<>();
        DIGESTED.forEach(key -> covered.put(key, root.get(key)));
        if (root.get("signature")
                instanceof Map<?, ?> signature) { // stock tools write its JSON texts anew, with other blanks
            Map<String, @Nullable Object> parsed = map("signature", signature);
            parsed.replaceAll((key, value) -> value instanceof String text ? JsonValues.parse(text) : value);
            covered.put("signature", parsed);
        }
        Map<String, @Nullable Object> flavors = new TreeMap<>(flavors());
        if (flavors.get(MlcoreFlavor.NAME) instanceof Map<?, ?> mlcore) {
            Map<String, @Nullable Object> rest = map(MlcoreFlavor.NAME, mlcore);
            rest.remove(MlcoreFlavor.DIGEST);
            flavors.put(MlcoreFlavor.NAME, rest);
        }
        covered.put("flavors", flavors);
        covered.put("files", files);
        return Sha256.of(JsonValues.canonical(covered));
    }

    byte[] toBytes() {
        return Yaml.write(root).getBytes(StandardCharsets.UTF_8);
    }

    InvalidFormatException invalid(String key, @Nullable Object found, String expected) {
        return new InvalidFormatException("Cannot read " + file + ": " + key + " is "
                + (found == null ? "missing" : "'" + RelativePath.printable(found.toString()) + "'") + " (expected: "
                + expected + "). Export or log the model again");
    }
}
