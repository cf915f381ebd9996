package dev.mlcore.dag.internal;

import dev.mlcore.api.UnavailableException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The operating system's lock on {@code dag.db.lock}, which also holds its owner's pid: one engine works on a store at a time. The system drops the lock when
 * the process ends, however it ends, so a stale file means nothing.
 *
 * <p>The lock covers one byte far beyond the text, so that others can read the pid where locks are mandatory. POSIX drops all locks of a process on a file when
 * any of its descriptors is closed; therefore the files held by this JVM are remembered, and no second channel is ever opened on one.
 */
final class EngineLock implements AutoCloseable {
    private static final long LOCKED_BYTE = 1L << 40;
    private static final Set<Path> HELD = new HashSet<>(); // guarded by itself

    private final Path file;
    private final FileChannel channel;
    private final FileLock lock;
    private boolean closed;

    private EngineLock(Path file, FileChannel channel, FileLock lock) {
        this.file = file;
        this.channel = channel;
        this.lock = lock;
    }

    /** Takes the lock of a store in an existing folder, at once or not at all. */
    static EngineLock take(Path store) {
        Path file;
        try {
            Path folder = store.toAbsolutePath().normalize().getParent();
            if (folder == null) {
                throw new IOException("it has no folder");
            }
            file = folder.toRealPath().resolve(store.getFileName() + ".lock");
        } catch (IOException e) {
            throw new UnavailableException(
                    "Cannot open DAG store " + store + ": its folder cannot be read (" + e + "); create it", e);
        }
        synchronized (HELD) {
            if (HELD.contains(file)) {
                throw taken(store, Long.toString(ProcessHandle.current().pid()) + ", this process");
            }
            EngineLock lock = open(store, file);
            HELD.add(file);
            return lock;
        }
    }

    private static EngineLock open(Path store, Path file) {
        FileChannel channel = null;
        try {
            channel = FileChannel.open(
                    file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
            FileLock lock = channel.tryLock(LOCKED_BYTE, 1, false);
            if (lock == null) {
                throw taken(store, pid(channel));
            }
            channel.truncate(0);
            channel.write(
                    ByteBuffer.wrap((ProcessHandle.current().pid() + "\n").getBytes(StandardCharsets.US_ASCII)), 0);
            EngineLock held = new EngineLock(file, channel, lock);
            channel = null;
            return held;
        } catch (OverlappingFileLockException e) {
            throw taken(store, Long.toString(ProcessHandle.current().pid()) + ", this process");
        } catch (IOException e) {
            throw new UnavailableException(
                    "Cannot open DAG store " + store + ": lock file " + file + " cannot be written (" + e
                            + "); make the folder writable",
                    e);
        } finally {
            closeQuietly(channel);
        }
    }

    private static UnavailableException taken(Path store, String pid) {
        return new UnavailableException("Cannot open DAG store " + store + ": an engine of process " + pid
                + " holds it (expected: one engine at a time); close that engine, or end that process, and try again");
    }

    private static String pid(FileChannel channel) throws IOException {
        ByteBuffer text = ByteBuffer.allocate(32);
        channel.read(text, 0);
        String pid = new String(text.array(), 0, text.position(), StandardCharsets.US_ASCII).strip();
        return pid.isEmpty() ? "(pid not yet written)" : pid;
    }

    private static void closeQuietly(@Nullable FileChannel channel) {
        if (channel != null) {
            try {
                channel.close();
            } catch (IOException ignored) {
                // nothing was written through it
            }
        }
    }

    /** Gives the store free. The file stays: removing it would race with the next holder. */
    @Override
    public void close() {
        synchronized (HELD) {
            if (closed) {
                return;
            }
            closed = true;
            try {
                channel.truncate(0);
                lock.release();
            } catch (IOException ignored) {
                // closing the channel drops the lock in any case
            }
            closeQuietly(channel);
            HELD.remove(file);
        }
    }
}
