package dev.mlcore.api.internal;

import dev.mlcore.api.AlreadyExistsException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnavailableException;
import java.io.ByteArrayInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.channels.FileChannel;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.UUID;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Files and folders that are there whole or not at all, also after a crash: everything is written under a hidden name beside its place, synced, and moved
 * there in one step. Between two renames a crash can leave only such hidden leftovers ({@code .name.tmp-…}), which no reader takes for the real thing and
 * {@link #temporaryDirectory} sweeps once they are a day old.
 *
 * <p>Failures of the medium (full, read-only, gone) are {@link UnavailableException} that name the path; the leftover is removed before it is thrown. An
 * interrupt neither stops a write half-way nor is lost. Thread-safe: two writers of one place both succeed or one is told that it exists.
 */
public final class AtomicFiles {
    private static final boolean WINDOWS =
            System.getProperty("os.name", "").toLowerCase(Locale.ROOT).startsWith("windows");
    private static final Duration STALE = Duration.ofDays(1);

    private AtomicFiles() {}

    /** What is written into a file that is not yet in its place. */
    @FunctionalInterface
    public interface Content {
        /** Writes everything; the stream is closed by the caller. */
        void writeTo(FileOutputStream out) throws IOException;
    }

    /** Writes a file, replacing what is there. Missing parent folders are made. */
    public static void write(Path file, byte[] content) {
        write(file, new ByteArrayInputStream(content));
    }

    /** The same from a stream, read to its end and not closed; what it throws itself comes out as {@link UnavailableException} too. */
    public static void write(Path file, InputStream content) {
        write(file, content::transferTo);
    }

    /** The same from whatever writes it. */
    public static void write(Path file, Content content) {
        Path temp = sibling(file);
        try {
            makeParent(file);
            writeSynced(temp, content);
            move(temp, file);
        } catch (IOException e) {
            throw unavailable("write", file, e);
        } finally {
            deleteQuietly(temp);
        }
    }

    /** Writes a file unless there is one; of several callers exactly one is told true, and no one ever sees part of it. */
    public static boolean writeIfAbsent(Path file, byte[] content) {
        if (Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return false;
        }
        Path temp = sibling(file);
        try {
            makeParent(file);
            writeSynced(temp, out -> out.write(content));
            return linkOrCreate(temp, file, content);
        } catch (IOException e) {
            throw unavailable("write", file, e);
        } finally {
            deleteQuietly(temp);
        }
    }

    /** A hard link is the one step that both publishes a whole file and fails if the name is taken. */
    private static boolean linkOrCreate(Path temp, Path file, byte[] content) throws IOException {
        try {
            Files.createLink(file, temp);
        } catch (FileAlreadyExistsException e) {
            return false;
        } catch (UnsupportedOperationException | FileSystemException e) {
            // A file system without links: the claim is still exclusive, but a crash now can leave the marker short.
            try {
                Files.write(file, content, StandardOpenOption.CREATE_NEW, StandardOpenOption.SYNC);
            } catch (FileAlreadyExistsException taken) {
                return false;
            }
        }
        syncDirectory(file.toAbsolutePath().getParent());
        return true;
    }

    /**
     * Makes an empty folder beside a place, to be filled and given to {@link #publishDirectory}.
     *
     * @param place the folder that is to be
     * @return a hidden folder in the same parent, so that it can be moved in one step
     */
    public static Path temporaryDirectory(Path place) {
        Path temp = sibling(place);
        try {
            makeParent(place);
            sweep(place);
            return Files.createDirectory(temp);
        } catch (IOException e) {
            throw unavailable("write", place, e);
        }
    }

    /**
     * Syncs a filled folder and moves it to its place in one step. On failure the folder is removed.
     *
     * @param temporary as {@link #temporaryDirectory} made it
     * @param place must not exist or be an empty folder
     * @throws AlreadyExistsException if there is something else
     */
    public static void publishDirectory(Path temporary, Path place) {
        try {
            refuseTaken(place);
            syncTree(temporary);
            Files.deleteIfExists(place); // an empty folder, which not every system replaces by a move
            move(temporary, place);
        } catch (DirectoryNotEmptyException | FileAlreadyExistsException e) {
            throw taken(place, e);
        } catch (IOException e) {
            if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
                throw taken(place, e);
            }
            throw unavailable("write", place, e);
        } finally {
            deleteQuietly(temporary);
        }
    }

    /**
     * Copies a folder with all below it; it is there whole or not at all.
     *
     * @param source a folder of folders and regular files
     * @param place must not exist or be an empty folder
     * @throws NotFoundException if there is no source
     * @throws InvalidFormatException if the source holds a link or something that is neither file nor folder
     * @throws AlreadyExistsException if there is something in the place
     */
    public static void copyDirectory(Path source, Path place) {
        refuseTaken(place);
        Path temp = temporaryDirectory(place);
        try {
            copyTree(source, temp);
            publishDirectory(temp, place);
        } finally {
            deleteQuietly(temp);
        }
    }

    /**
     * Copies what lies in a folder into another, not atomically; for filling a temporary folder.
     *
     * @param source a folder of folders and regular files
     * @param target an existing folder; a file that is in the way is {@link AlreadyExistsException}
     */
    public static void copyTree(Path source, Path target) {
        if (!Files.isDirectory(source)) {
            throw new NotFoundException("Cannot copy folder " + source + ": there is none");
        }
        try {
            Files.walkFileTree(source, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                        throws IOException {
                    Files.createDirectories(target.resolve(source.relativize(directory)));
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    if (!attributes.isRegularFile()) {
                        throw new InvalidFormatException("Cannot copy " + file + ": it is "
                                + (attributes.isSymbolicLink() ? "a link" : "no regular file")
                                + " (expected: files and folders only; put the file itself there)");
                    }
                    Files.copy(file, target.resolve(source.relativize(file)), LinkOption.NOFOLLOW_LINKS);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (FileAlreadyExistsException e) {
            throw new AlreadyExistsException(
                    "Cannot copy " + source + " to " + target + ": " + e.getFile() + " exists", e);
        } catch (IOException e) {
            throw unavailable("copy " + source + " to", target, e);
        }
    }

    /** Removes a file or a folder with all below it, following no links; nothing happens if there is none. */
    public static void delete(Path path) {
        try {
            deleteTree(path);
        } catch (IOException e) {
            throw unavailable("delete", path, e);
        }
    }

    /** Writes a file, neither atomically nor synced; for filling a temporary folder, which is synced when it is published. */
    public static void fill(Path file, Content content) {
        try {
            makeParent(file);
            try (FileOutputStream out = new FileOutputStream(file.toFile())) {
                content.writeTo(out);
            }
        } catch (IOException e) {
            throw unavailable("write", file, e);
        }
    }

    /**
     * The exception for a medium that fails, with what the system says and what to do.
     *
     * @param verb for example {@code write}
     * @param path the thing
     */
    public static UnavailableException unavailable(String verb, Path path, Exception cause) {
        String reason =
                cause instanceof FileSystemException f && f.getReason() != null ? f.getReason() : cause.getMessage();
        if (reason == null || cause instanceof NoSuchFileException) {
            reason = cause.getClass().getSimpleName() + (cause.getMessage() == null ? "" : " " + cause.getMessage());
        }
        String place = path.toAbsolutePath().toString();
        return new UnavailableException(
                "Cannot " + verb + " " + place + ": " + reason
                        + ". Check that the folder is there and writable and that its disk has room, then try again",
                cause);
    }

    private static void writeSynced(Path file, Content content) throws IOException {
        // A plain stream: a channel would be closed under us by an interrupt.
        try (FileOutputStream out = new FileOutputStream(file.toFile())) {
            content.writeTo(out);
            out.getFD().sync();
        }
    }

    private static void syncTree(Path root) throws IOException {
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                try (FileOutputStream out = new FileOutputStream(file.toFile(), true)) {
                    out.getFD().sync();
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                syncDirectory(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }

    /** Makes names in a folder durable; Windows does that by itself and cannot open a folder. */
    private static void syncDirectory(@Nullable Path directory) throws IOException {
        if (directory == null || WINDOWS) {
            return;
        }
        boolean interrupted = false;
        try {
            while (true) {
                interrupted |= Thread.interrupted();
                try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
                    channel.force(true);
                    return;
                } catch (ClosedByInterruptException e) {
                    interrupted = true;
                }
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private static void move(Path from, Path to) throws IOException {
        try {
            Files.move(from, to, StandardCopyOption.ATOMIC_MOVE);
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("the file system cannot move a file in one step", e);
        }
        syncDirectory(to.toAbsolutePath().getParent());
    }

    private static void makeParent(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent != null && !Files.isDirectory(parent)) {
            Files.createDirectories(parent);
        }
    }

    private static void refuseTaken(Path place) {
        if (!Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (Files.isDirectory(place, LinkOption.NOFOLLOW_LINKS)) {
            try (Stream<Path> content = Files.list(place)) {
                if (content.findAny().isEmpty()) {
                    return;
                }
            } catch (IOException e) {
                throw unavailable("read", place, e);
            }
        }
        throw taken(place, null);
    }

    private static AlreadyExistsException taken(Path place, @Nullable Exception cause) {
        return new AlreadyExistsException(
                "Cannot write " + place.toAbsolutePath()
                        + ": there is something already (expected: nothing, or an empty folder). Choose another place or delete it",
                cause);
    }

    private static Path sibling(Path place) {
        Path absolute = place.toAbsolutePath();
        Path name = absolute.getFileName();
        if (name == null) {
            throw new IllegalArgumentException("place: " + place + " (expected: not a root)");
        }
        return absolute.resolveSibling(
                prefix(name) + UUID.randomUUID().toString().substring(0, 13));
    }

    private static String prefix(Path name) {
        return "." + name + ".tmp-";
    }

    /** Leftovers of writers that were killed; young ones may be another writer's. */
    private static void sweep(Path place) throws IOException {
        Path absolute = place.toAbsolutePath();
        Path parent = absolute.getParent();
        Path name = absolute.getFileName();
        if (parent == null || name == null) {
            return;
        }
        Instant before = Instant.now().minus(STALE);
        try (Stream<Path> siblings = Files.list(parent)) {
            for (Path sibling : (Iterable<Path>) siblings::iterator) {
                if (String.valueOf(sibling.getFileName()).startsWith(prefix(name))
                        && Files.getLastModifiedTime(sibling, LinkOption.NOFOLLOW_LINKS)
                                .toInstant()
                                .isBefore(before)) {
                    deleteQuietly(sibling);
                }
            }
        } catch (NoSuchFileException | UncheckedIOException e) {
            // a sibling that another writer has just moved; sweeping can wait
        }
    }

    /** Removes what is left of something; a failure is not reported, since there is a better one to report. */
    public static void deleteQuietly(Path path) {
        try {
            deleteTree(path);
        } catch (IOException e) {
            // The failure that led here is the one to report; the leftover is hidden and swept later.
        }
    }

    private static void deleteTree(Path root) throws IOException {
        if (!Files.exists(root, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.deleteIfExists(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                if (e != null) {
                    throw e;
                }
                Files.deleteIfExists(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
