package dev.mlcore.api.artifact;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.internal.AtomicFiles;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileSystemNotFoundException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * Files below a folder. An object is written beside its place under a name that {@link #list} does not show, synced, and moved (or, where the first of
 * several must win, hard-linked) there; so a crash leaves at most such a part behind, never half an object.
 *
 * <p>Symbolic links are followed only as far as they stay below the root: whoever can store an artifact must not thereby read or write elsewhere.
 */
final class LocalArtifactStore implements ArtifactStore {
    private static final Pattern SCHEME = Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*", Pattern.DOTALL);
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*", Pattern.DOTALL);
    /** How {@link AtomicFiles} names what is not whole yet. */
    private static final Pattern PART = Pattern.compile("\\..*\\.tmp-[0-9a-f-]{13}", Pattern.DOTALL);

    private final Path root;

    private LocalArtifactStore(Path root) {
        this.root = root.toAbsolutePath().normalize();
    }

    static ArtifactStore open(String uri) {
        requireNonNull(uri, "uri");
        if (uri.isBlank()) {
            throw new IllegalArgumentException("uri: blank (expected: a folder, or file:///folder)");
        }
        String lower = uri.toLowerCase(Locale.ROOT);
        if (lower.startsWith("file:")) {
            String rest = uri.substring("file:".length());
            return new LocalArtifactStore(rest.startsWith("/") ? Path.of(URI.create(uri)) : Path.of(rest));
        }
        if (SCHEME.matcher(uri).matches()) {
            throw new UnsupportedException("Cannot open artifact store " + uri
                    + ": no store for this scheme is built in (expected: a folder, file:///folder or memory:)");
        }
        return new LocalArtifactStore(Path.of(uri));
    }

    @Override
    public URI put(String path, InputStream content) {
        requireNonNull(content, "content");
        Path target = place(path);
        refuseTaken(path, target);
        if (Files.isDirectory(target, LinkOption.NOFOLLOW_LINKS)) {
            throw new ConflictException("Cannot store artifact " + path + " below " + root
                    + ": there is a folder of this name (expected: a new name, or a file to replace)");
        }
        AtomicFiles.write(target, content);
        return target.toUri();
    }

    @Override
    public boolean putIfAbsent(String path, byte[] content) {
        requireNonNull(content, "content");
        Path target = place(path);
        refuseTaken(path, target);
        return AtomicFiles.writeIfAbsent(target, content);
    }

    /** A file that stands where a folder would have to be. */
    private void refuseTaken(String path, Path target) {
        for (Path folder = target.getParent(); folder != null && folder.startsWith(root); folder = folder.getParent()) {
            if (Files.exists(folder) && !Files.isDirectory(folder)) {
                throw new ConflictException("Cannot store artifact " + path + " below " + root + ": " + folder
                        + " is a file (expected: a folder, or nothing); choose another path");
            }
        }
    }

    @Override
    public InputStream open(URI artifact) {
        Path file = inside(artifact);
        if (!Files.isRegularFile(file)) {
            throw new NotFoundException("Cannot open artifact " + artifact
                    + ": there is no such file (expected: one of those that list shows)");
        }
        try {
            return Files.newInputStream(file);
        } catch (NoSuchFileException e) {
            throw new NotFoundException("Cannot open artifact " + artifact + ": it was removed just now", e);
        } catch (IOException e) {
            throw failure("Cannot open artifact " + artifact, e);
        }
    }

    @Override
    public List<URI> list(String prefix) {
        Path folder = prefix.isEmpty() ? root : place(prefix);
        if (!Files.isDirectory(folder)) {
            return List.of();
        }
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS) && !isPart(file))
                    .sorted(Comparator.comparing(this::relative))
                    .map(Path::toUri)
                    .toList();
        } catch (IOException e) {
            throw failure("Cannot list artifacts below " + folder, e);
        } catch (UncheckedIOException e) {
            throw failure("Cannot list artifacts below " + folder, requireNonNull(e.getCause()));
        }
    }

    @Override
    public void delete(URI artifact) {
        Path file = inside(artifact);
        if (Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
            return; // a folder is no object
        }
        try {
            Files.deleteIfExists(file);
        } catch (IOException e) {
            throw failure("Cannot delete artifact " + artifact, e);
        }
    }

    /** Holds nothing open. */
    @Override
    public void close() {}

    @Override
    public String toString() {
        return "LocalArtifactStore[" + root + "]";
    }

    private Path place(String path) {
        requireNonNull(path, "path");
        Path file = root;
        if (DRIVE.matcher(path).matches() || path.indexOf('\\') >= 0 || path.indexOf('\0') >= 0) {
            throw malformed(path);
        }
        for (String segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                throw malformed(path);
            }
            file = file.resolve(segment);
        }
        if (isPart(file)) {
            throw new IllegalArgumentException(
                    "path: " + path + " (expected: not .….tmp-…, which names unfinished files)");
        }
        return guarded(file, path);
    }

    private static IllegalArgumentException malformed(String path) {
        return new IllegalArgumentException(
                "path: " + path + " (expected: relative, segments separated by /, none of them empty, . or ..)");
    }

    private Path inside(URI artifact) {
        Path file;
        try {
            file = Path.of(artifact);
        } catch (IllegalArgumentException | FileSystemNotFoundException e) {
            throw new IllegalArgumentException(
                    "artifact: " + artifact + " (expected: an address below " + root.toUri() + ")", e);
        }
        if (!file.equals(file.normalize()) || !file.startsWith(root) || file.equals(root)) {
            throw new IllegalArgumentException(
                    "artifact: " + artifact + " (expected: an address below " + root.toUri() + ")");
        }
        return guarded(file, artifact.toString());
    }

    /** Refuses a link on the way that leads out of the root. */
    private Path guarded(Path file, String asGiven) {
        Path reached = root;
        for (Path segment : root.relativize(file)) {
            reached = reached.resolve(segment);
            if (Files.isSymbolicLink(reached) && !staysInside(reached)) {
                throw new IllegalArgumentException("path: " + asGiven + " (expected: inside " + root + ", but "
                        + reached + " is a link that leads out of it)");
            }
        }
        return file;
    }

    private boolean staysInside(Path link) {
        try {
            return link.toRealPath().startsWith(root.toRealPath());
        } catch (IOException dangling) {
            return false;
        }
    }

    private String relative(Path file) {
        return root.relativize(file).toString().replace(file.getFileSystem().getSeparator(), "/");
    }

    private static boolean isPart(Path file) {
        return PART.matcher(String.valueOf(file.getFileName())).matches();
    }

    private static UnavailableException failure(String what, IOException e) {
        String reason = e instanceof AccessDeniedException
                ? "access denied to " + e.getMessage()
                : String.valueOf(e.getMessage());
        return new UnavailableException(what + ": " + reason + " (expected: a medium that is there and readable)", e);
    }
}
