package dev.mlcore.api.model;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** JSON values as plain Java: null, text, truth values, {@code Long}, {@code BigInteger}, {@code Double}, lists, and maps with text keys. */
final class JsonValues {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final JsonMapper PYTHON = JsonMapper.builder()
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final int DEEPEST = 40;

    private JsonValues() {}

    /**
     * An unmodifiable copy, keys sorted and numbers brought to three types, so that equal content is equal text.
     *
     * @param what names the value in the message
     * @throws IllegalArgumentException if something in it is no JSON value
     */
    static @Nullable Object copy(String what, @Nullable Object value) {
        return copy(what, value, 0);
    }

    /** The same for a map. */
    static Map<String, @Nullable Object> copyMap(String what, Map<?, ?> map) {
        return map(what, map, 0);
    }

    /** A JSON text as plain Java, Python's NaN included; a text that is no JSON as it is. */
    static @Nullable Object parse(String json) {
        try {
            return PYTHON.readValue(json, Object.class);
        } catch (JsonProcessingException e) {
            return json;
        }
    }

    /** A JSON object as plain Java. */
    static Map<String, @Nullable Object> parseMap(String json) {
        try {
            return copyMap("value", JSON.readValue(json, Map.class));
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException("value: no JSON object: " + e.getOriginalMessage(), e);
        }
    }

    /** One text for one content, of what {@link Yaml} or this class made; for digests only, since numbers stand in it by their bits. */
    static String canonical(@Nullable Object value) {
        return json(exact(value));
    }

    /** As JSON text. */
    static String json(@Nullable Object value) {
        try {
            return JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("Cannot write a JSON value", e);
        }
    }

    /** The decimal text of a double differs from one JDK to another. */
    private static @Nullable Object exact(@Nullable Object value) {
        if (value instanceof Double d) {
            return Map.of("double", Double.toHexString(d));
        } else if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            list.forEach(item -> copy.add(exact(item)));
            return copy;
        } else if (value instanceof Map<?, ?> map) {
            Map<String, @Nullable Object> copy = new TreeMap<>();
            map.forEach((key, item) -> copy.put((String) key, exact(item)));
            return copy;
        }
        return value;
    }

    private static @Nullable Object copy(String what, @Nullable Object value, int depth) {
        if (depth > DEEPEST) {
            throw new IllegalArgumentException(what + ": nested deeper than " + DEEPEST);
        }
        if (value == null || value instanceof Boolean) {
            return value;
        }
        if (value instanceof String text) {
            if (!StandardCharsets.UTF_8.newEncoder().canEncode(text)) {
                throw new IllegalArgumentException(what + ": half of a surrogate pair (expected: Unicode text)");
            }
            return text;
        }
        if (value instanceof Long || value instanceof Integer || value instanceof Short || value instanceof Byte) {
            return ((Number) value).longValue();
        }
        if (value instanceof BigInteger big) {
            return big.bitLength() < Long.SIZE ? (Object) big.longValue() : big;
        }
        if (value instanceof Double || value instanceof Float) {
            // by way of text, so that 0.1f stays 0.1
            double number = value instanceof Float ? Double.parseDouble(value.toString()) : (Double) value;
            if (!Double.isFinite(number)) {
                throw new IllegalArgumentException(what + ": " + number + " (expected: a finite number)");
            }
            return number;
        }
        if (value instanceof List<?> list) {
            List<@Nullable Object> copy = new ArrayList<>(list.size());
            for (Object item : list) {
                copy.add(copy(what, item, depth + 1));
            }
            return Collections.unmodifiableList(copy);
        }
        if (value instanceof Map<?, ?> map) {
            return map(what, map, depth);
        }
        throw new IllegalArgumentException(what + ": " + value.getClass().getName()
                + " (expected: a JSON value: null, text, number, boolean, list, or map with text keys)");
    }

    private static Map<String, @Nullable Object> map(String what, Map<?, ?> map, int depth) {
        Map<String, @Nullable Object> copy = new TreeMap<>();
        map.forEach((key, value) -> {
            if (!(key instanceof String name)) {
                throw new IllegalArgumentException(what + ": key " + key + " (expected: a text)");
            }
            copy.put((String) copy(what, name, depth), copy(what + "." + name, value, depth + 1));
        });
        return Collections.unmodifiableMap(copy);
    }
}
