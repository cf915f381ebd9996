package dev.mlcore.api.artifact;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.internal.RelativePath;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.List;
import java.util.concurrent.ConcurrentSkipListMap;

/** Objects on the heap, for tests and for what need not outlive the process; addresses are {@code memory:/path}. */
final class MemoryArtifactStore implements ArtifactStore {
    private static final String SCHEME = "memory";

    private final ConcurrentSkipListMap<String, byte[]> objects = new ConcurrentSkipListMap<>();

    @Override
    public URI put(String path, InputStream content) {
        URI address = address(path);
        try {
            objects.put(path, content.readAllBytes());
        } catch (IOException e) {
            throw new UnavailableException("Cannot store artifact " + path + ": " + e.getMessage() + "; try again", e);
        }
        return address;
    }

    @Override
    public boolean putIfAbsent(String path, byte[] content) {
        RelativePath.check("path", path);
        return objects.putIfAbsent(path, content.clone()) == null;
    }

    @Override
    public InputStream open(URI artifact) {
        byte[] content = objects.get(path(artifact));
        if (content == null) {
            throw new NotFoundException("Cannot open artifact " + artifact
                    + ": there is none (expected: an address that put or list gave)");
        }
        return new ByteArrayInputStream(content);
    }

    @Override
    public List<URI> list(String prefix) {
        String folder = prefix.isEmpty() ? "" : RelativePath.check("path", prefix) + "/";
        return objects.keySet().stream()
                .filter(path -> path.startsWith(folder))
                .map(MemoryArtifactStore::address)
                .toList();
    }

    @Override
    public void delete(URI artifact) {
        objects.remove(path(artifact));
    }

    @Override
    public void close() {
        objects.clear();
    }

    private static URI address(String path) {
        try {
            return new URI(SCHEME, null, "/" + RelativePath.check("path", path), null);
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("path: '" + path + "' (expected: a path that a URI can hold)", e);
        }
    }

    private static String path(URI artifact) {
        String path = requireNonNull(artifact, "artifact").getPath();
        if (!SCHEME.equals(artifact.getScheme())
                || path == null
                || !path.startsWith("/")
                || !RelativePath.isSafe(path.substring(1))) {
            throw new IllegalArgumentException(
                    "artifact: " + artifact + " (expected: an address of this store, memory:/…)");
        }
        return path.substring(1);
    }
}
