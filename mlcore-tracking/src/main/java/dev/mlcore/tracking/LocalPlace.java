package dev.mlcore.tracking;

import dev.mlcore.api.UnsupportedException;
import java.io.File;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Places as MLflow writes them (absolute paths without a scheme, or URIs) and paths on this machine. */
final class LocalPlace {
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*", Pattern.DOTALL);

    private LocalPlace() {}

    /** The path of a place that a database names. */
    static Path path(String place) {
        if (place.toLowerCase(Locale.ROOT).startsWith("file:")) {
            String rest = place.substring("file:".length());
            return rest.startsWith("/") ? Path.of(URI.create(place)) : Path.of(rest);
        }
        if (SCHEME.matcher(place).matches()) {
            throw new UnsupportedException(
                    "Cannot reach " + place
                            + ": it is not on this machine (expected: a path or file:///path); fetch it with the tool that stored it");
        }
        return Path.of(place);
    }

    /** A path as MLflow stores it: absolute, as a URI only where paths do not begin with a slash. */
    static String text(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        return File.separatorChar == '/'
                ? absolute.toString()
                : absolute.toUri().toString();
    }

    /** Deletes a folder with all below it, links not followed. Nothing happens if there is none. */
    static void delete(Path folder) throws IOException {
        if (!Files.exists(folder)) {
            return;
        }
        List<Path> deepestFirst;
        try (Stream<Path> all = Files.walk(folder)) {
            deepestFirst = all.sorted(Comparator.reverseOrder()).toList();
        }
        for (Path path : deepestFirst) {
            Files.deleteIfExists(path);
        }
    }
}
