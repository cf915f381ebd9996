package dev.mlcore.api.artifact;

import java.io.InputStream;
import java.net.URI;
import java.util.List;

/**
 * Streams in and out of a place for files. An object is there whole or not at all: a reader never sees part of one, also after a crash of
 * the writer. Thread-safe; the application closes it.
 *
 * <p>Paths are relative, {@code /}-separated, without empty, {@code .} and {@code ..} segments; anything else is an
 * {@link IllegalArgumentException} and touches nothing. Failures of the medium are {@link dev.mlcore.api.UnavailableException}.
 */
public interface ArtifactStore extends AutoCloseable {
    /**
     * Opens the store at a place; {@code file:} URIs, plain paths and {@code memory:} (on the heap, gone when closed) are built
     * in. A folder is created when first written to.
     *
     * @param uri {@code file:///srv/artifacts}, a path, or {@code memory:}
     * @return the store
     * @throws dev.mlcore.api.UnsupportedException if no built-in store has that scheme
     */
    static ArtifactStore open(String uri) {
        return uri.equals("memory:") ? new MemoryArtifactStore() : LocalArtifactStore.open(uri);
    }

    /**
     * Stores an object, replacing one of the same path.
     *
     * @param path where, relative to the root
     * @param content read to its end, not closed
     * @return the object's address, valid for {@link #open(URI)}
     */
    URI put(String path, InputStream content);

    /**
     * Stores a small object unless one is there; of several callers exactly one is told true. For commit markers.
     *
     * @param path where, relative to the root
     * @param content all of it
     * @return whether this call stored it
     */
    boolean putIfAbsent(String path, byte[] content);

    /**
     * Reads an object.
     *
     * @param artifact an address of this store
     * @return a stream that the caller closes
     * @throws dev.mlcore.api.NotFoundException if there is none
     * @throws IllegalArgumentException if the address lies outside this store
     */
    InputStream open(URI artifact);

    /**
     * The objects below a path, at any depth, in order of their paths.
     *
     * @param prefix a relative folder path, or {@code ""} for all
     * @return addresses, empty if there is nothing
     */
    List<URI> list(String prefix);

    /**
     * Removes an object; nothing happens if there is none.
     *
     * @param artifact an address of this store
     * @throws IllegalArgumentException if the address lies outside this store
     */
    void delete(URI artifact);

    @Override
    void close();
}
