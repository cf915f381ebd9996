package dev.mlcore.api.internal.tracking;

import static java.util.Objects.requireNonNull;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.regex.Pattern;

/** MLflow's rules for the keys of params, metrics and tags, and for the lengths of their values. Lengths count code points. */
public final class RunKeys {
    /** Longest key. */
    public static final int KEY = 250;
    /** Longest param value; longer ones are cut. */
    public static final int PARAM_VALUE = 6000;
    /** Longest tag value of a run; longer ones are cut. */
    public static final int TAG_VALUE = 8000;

    private static final Pattern CHARACTERS = Pattern.compile("[/\\w.\\- :]*", Pattern.UNICODE_CHARACTER_CLASS);

    private RunKeys() {}

    /**
     * What is wrong with a key.
     *
     * @param kind for the message: {@code param}, {@code metric}, {@code tag}
     * @param key to look at
     * @return a sentence, or empty if nothing is
     */
    public static Optional<String> fault(String kind, String key) {
        int length = requireNonNull(key, "key").codePointCount(0, key.length());
        if (length == 0 || length > KEY) {
            return Optional.of(kind + " key: " + length + " characters (expected: 1 to " + KEY + ")");
        }
        if (!CHARACTERS.matcher(key).matches()) {
            return Optional.of(
                    kind + " key: \"" + key + "\" (expected: letters, digits, '_', '-', '.', ' ', ':' and '/' only)");
        }
        String normal = normal(key);
        if (!normal.equals(key) || key.equals(".") || key.startsWith("..") || key.startsWith("/")) {
            return Optional.of(kind + " key: \"" + key + "\" (expected: a normal relative path"
                    + (normal.startsWith("..") || normal.startsWith(".")
                            ? " below the run)"
                            : ", such as \"" + normal + "\")"));
        }
        return Optional.empty();
    }

    /**
     * Refuses a malformed key.
     *
     * @param kind for the message
     * @param key to look at
     * @return the key
     * @throws IllegalArgumentException if it is malformed
     */
    public static String check(String kind, String key) {
        fault(kind, key).ifPresent(fault -> {
            throw new IllegalArgumentException(fault);
        });
        return key;
    }

    /**
     * Cuts text that is too long.
     *
     * @param value to shorten
     * @param most code points
     * @return at most that many
     */
    public static String cut(String value, int most) {
        return value.length() <= most || value.codePointCount(0, value.length()) <= most
                ? value
                : value.substring(0, value.offsetByCodePoints(0, most));
    }

    /** POSIX normal form, as Python's {@code posixpath.normpath}; {@code java.nio.file.Path} would follow the platform's rules. */
    private static String normal(String key) {
        Deque<String> parts = new ArrayDeque<>();
        for (String part : key.split("/", -1)) {
            if (part.equals("..") && !parts.isEmpty() && !parts.getLast().equals("..")) {
                parts.removeLast();
            } else if (!part.isEmpty() && !part.equals(".")) {
                parts.addLast(part);
            }
        }
        String joined = String.join("/", parts);
        return joined.isEmpty() ? "." : joined;
    }
}
