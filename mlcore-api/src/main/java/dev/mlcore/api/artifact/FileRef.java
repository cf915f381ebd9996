package dev.mlcore.api.artifact;

import static java.util.Objects.requireNonNull;

import java.net.URI;
import java.util.regex.Pattern;

/**
 * A stored file that travels between tasks and machines as a value. {@code ctx.store(path)} makes one, {@code ctx.fetch(ref)} brings the file
 * and checks it.
 *
 * @param uri where the bytes lie, in terms of the {@link ArtifactStore} that made it
 * @param sha256 of the bytes, 64 lower-case hex digits
 * @param sizeBytes 0 or more
 */
public record FileRef(URI uri, String sha256, long sizeBytes) {
    private static final Pattern SHA256 = Pattern.compile("[0-9a-f]{64}");

    /**
     * Checks the three parts.
     *
     * @throws IllegalArgumentException if the digest is malformed or the size negative
     */
    public FileRef {
        requireNonNull(uri, "uri");
        if (!SHA256.matcher(sha256).matches()) {
            throw new IllegalArgumentException("sha256: " + sha256 + " (expected: 64 lower-case hex digits)");
        }
        if (sizeBytes < 0) {
            throw new IllegalArgumentException("sizeBytes: " + sizeBytes + " (expected: >= 0)");
        }
    }
}
