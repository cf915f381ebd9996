package dev.mlcore.tracking;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.UnsupportedException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Optional;

/**
 * Where a store is.
 *
 * @param file absolute; empty for a store in memory
 */
record StoreUri(Optional<Path> file) {
    private static final String EXPECTED =
            " (expected: sqlite:FILE, sqlite:///relative, sqlite:////absolute or memory:)";

    /** MLflow counts slashes: three before a relative file, four before an absolute one. One or none is our own, shorter spelling. */
    static StoreUri parse(String uri) {
        requireNonNull(uri, "uri");
        int colon = uri.indexOf(':');
        String scheme = colon < 0 ? "" : uri.substring(0, colon).toLowerCase(Locale.ROOT);
        String rest = uri.substring(colon + 1);
        if (scheme.equals("memory") && rest.isEmpty()) {
            return new StoreUri(Optional.empty());
        }
        if (!scheme.equals("sqlite")) {
            throw new UnsupportedException("Cannot open tracking store " + uri + ": "
                    + (scheme.isEmpty() ? "it has no scheme" : "no store has the scheme " + scheme + ":") + EXPECTED);
        }
        String name = rest;
        if (rest.startsWith("//")) {
            if (!rest.startsWith("///")) {
                throw new IllegalArgumentException(
                        "uri: " + uri + " (expected: no host; sqlite:///relative or sqlite:////absolute)");
            }
            name = rest.substring(3);
        }
        if (name.isBlank() || name.equals(":memory:")) {
            throw new IllegalArgumentException("uri: " + uri + " names no file" + EXPECTED);
        }
        return new StoreUri(Optional.of(Path.of(name).toAbsolutePath().normalize()));
    }
}
