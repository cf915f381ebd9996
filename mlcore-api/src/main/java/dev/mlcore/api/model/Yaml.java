package dev.mlcore.api.model;

import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.fasterxml.jackson.dataformat.yaml.YAMLParser;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The YAML of MLmodel: plain values, lists and maps with text keys, and nothing else.
 *
 * <p>Reading makes no objects by tag, and bounds depth and the number of values, those that aliases repeat included. Writing is our own, so that the same
 * content is the same bytes whatever version of a library is about, and quotes whatever YAML 1.1 or 1.2 could take for anything but text.
 */
final class Yaml {
    private static final int DEEPEST = 50;
    private static final int MOST_VALUES = 200_000;
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z_][A-Za-z0-9_./-]*");
    private static final Set<String> WORDS = Set.of("true", "false", "yes", "no", "on", "off", "y", "n", "null");
    private static final YAMLFactory FACTORY = new YAMLFactory();

    private final YAMLParser parser;
    private final Map<String, Anchor> anchors = new HashMap<>();
    private int values;

    /** @param values how many the value holds, itself included */
    private record Anchor(@Nullable Object value, int values) {}

    private Yaml(YAMLParser parser) {
        this.parser = parser;
    }

    /**
     * Reads one document.
     *
     * @return maps (in order), lists, texts, {@code Boolean}, {@code Long}, {@code BigInteger}, {@code Double} or null
     * @throws IOException with a message fit for a user if it is malformed or beyond a bound
     */
    static @Nullable Object read(byte[] utf8) throws IOException {
        String text;
        try {
            text = StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(utf8))
                    .toString();
        } catch (CharacterCodingException e) {
            throw new IOException("it is not UTF-8", e);
        }
        try (YAMLParser parser = FACTORY.createParser(text)) {
            parser.nextToken();
            Yaml yaml = new Yaml(parser);
            Object value = yaml.value(0);
            if (parser.nextToken() != null) {
                throw new IOException("it holds more than one document");
            }
            return value;
        } catch (RuntimeException | StackOverflowError e) { // the library's own limits come as unchecked exceptions
            throw new IOException("it is no YAML: " + e.getMessage(), e);
        }
    }

    private @Nullable Object value(int depth) throws IOException {
        if (depth > DEEPEST) {
            throw new IOException("it is nested deeper than " + DEEPEST);
        }
        count(1);
        if (parser.isCurrentAlias()) {
            String name = parser.getText();
            Anchor anchor = anchors.get(name);
            if (anchor == null) {
                throw new IOException("alias *" + name + " stands before its anchor");
            }
            count(anchor.values());
            return anchor.value();
        }
        String name = parser.getObjectId();
        int before = values;
        Object value = plain(depth);
        if (name != null) {
            anchors.put(name, new Anchor(value, values - before + 1));
        }
        return value;
    }

    private void count(int more) throws IOException {
        values += more;
        if (values > MOST_VALUES) {
            throw new IOException(
                    "it holds more than " + MOST_VALUES + " values, aliases counted as often as they stand");
        }
    }

    private @Nullable Object plain(int depth) throws IOException {
        JsonToken token = parser.currentToken();
        if (token == null) {
            return null; // an empty document
        }
        return switch (token) {
            case START_OBJECT -> map(depth);
            case START_ARRAY -> {
                List<@Nullable Object> list = new ArrayList<>();
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    list.add(value(depth + 1));
                }
                yield list;
            }
            case VALUE_STRING -> parser.getText();
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_NULL -> null;
            case VALUE_NUMBER_INT -> {
                BigInteger number = parser.getBigIntegerValue();
                yield number.bitLength() < Long.SIZE ? (Object) number.longValue() : number;
            }
            case VALUE_NUMBER_FLOAT -> parser.getDoubleValue();
            default -> throw new IOException("unexpected " + token);
        };
    }

    private Map<String, @Nullable Object> map(int depth) throws IOException {
        Map<String, @Nullable Object> map = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            Object value = value(depth + 1);
            if (map.containsKey(key)) {
                throw new IOException("key '" + key + "' stands twice");
            }
            map.put(key, value);
        }
        return map;
    }

    /** Writes a document with sorted keys. */
    static String write(Map<String, ?> root) {
        StringBuilder out = new StringBuilder();
        map(root, 0, out);
        return out.toString();
    }

    private static void map(Map<?, ?> map, int indent, StringBuilder out) {
        Map<String, @Nullable Object> sorted = new TreeMap<>();
        map.forEach((key, value) -> sorted.put((String) key, value));
        sorted.forEach((key, value) -> {
            out.append(" ".repeat(indent)).append(text(key)).append(':');
            below(value, indent + 2, out);
        });
    }

    private static void below(@Nullable Object value, int indent, StringBuilder out) {
        if (value instanceof Map<?, ?> map && !map.isEmpty()) {
            out.append('\n');
            map(map, indent, out);
        } else if (value instanceof List<?> list && !list.isEmpty()) {
            out.append('\n');
            for (Object item : list) {
                out.append(" ".repeat(indent)).append('-');
                below(item, indent + 2, out);
            }
        } else {
            out.append(' ').append(scalar(value)).append('\n');
        }
    }

    private static String scalar(@Nullable Object value) {
        if (value == null) {
            return "null";
        } else if (value instanceof Map) {
            return "{}";
        } else if (value instanceof List) {
            return "[]";
        } else if (value instanceof String s) {
            return text(s);
        } else if (value instanceof Double d) {
            // YAML 1.1, which Python reads, wants a sign in the exponent.
            return d.toString().replaceFirst("E(?=\\d)", "E+");
        }
        return value.toString(); // Boolean, Long, BigInteger
    }

    static String text(String text) {
        if (PLAIN.matcher(text).matches() && !WORDS.contains(text.toLowerCase(Locale.ROOT))) {
            return text;
        }
        if (text.codePoints().allMatch(Yaml::printable)) {
            return "'" + text.replace("'", "''") + "'";
        }
        StringBuilder out = new StringBuilder("\"");
        text.codePoints().forEach(c -> {
            switch (c) {
                case '"' -> out.append("\\\"");
                case '\\' -> out.append("\\\\");
                case '\n' -> out.append("\\n");
                case '\t' -> out.append("\\t");
                default -> {
                    if (printable(c)) {
                        out.appendCodePoint(c);
                    } else {
                        out.append(String.format(Locale.ROOT, "\\u%04x", c));
                    }
                }
            }
        });
        return out.append('"').toString();
    }

    /** What may stand in quotes as it is; the rest (controls, other line ends, the byte order mark, non-characters) lies below U+10000. */
    private static boolean printable(int c) {
        return (c >= ' ' && c <= '~')
                || (c >= 0xa0 && c <= 0xd7ff && c != 0x2028 && c != 0x2029)
                || (c >= 0xe000 && c <= 0xfffd && c != 0xfeff)
                || c >= 0x10000;
    }
}
