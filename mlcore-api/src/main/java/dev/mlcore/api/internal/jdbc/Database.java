package dev.mlcore.api.internal.jdbc;

import static java.util.Objects.requireNonNull;

import com.google.common.util.concurrent.Uninterruptibles;
import dev.mlcore.api.UnavailableException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A SQLite file with one writer thread that commits in groups, and a few reading connections.
 *
 * <p>SQLite has one writer, and a commit costs far more than a statement; so all writes of a process go through one thread, which runs what has queued up in
 * one {@code BEGIN IMMEDIATE} transaction, each piece of work in a savepoint of its own: work that fails takes nothing else with it. A future completes after the
 * commit, never before. The file is in WAL mode and never locked exclusively: other processes, stock MLflow among them, may read and write it meanwhile.
 *
 * <p>Thread-safe. Starts one daemon thread. What the medium refuses is an {@link UnavailableException}, what is damaged an
 * {@link dev.mlcore.api.InvalidFormatException}; any other {@link SQLException} is a bug or a changed schema, and is the cause of an
 * {@link IllegalStateException}.
 */
public final class Database implements AutoCloseable {
    private static final int GROUP = 512;
    private static final int READERS = 4;
    private static final Duration LONGEST_CLOSE = Duration.ofSeconds(30);

    /** What a committed write survives. */
    public enum Durability {
        /** Kill -9 of the JVM ({@code synchronous=NORMAL}). */
        PROCESS,
        /** Power loss ({@code synchronous=FULL}). */
        POWER
    }

    /**
     * Statements on one connection, whose transaction is not theirs to end.
     *
     * @param <T> of the result
     */
    @FunctionalInterface
    public interface Work<T extends @Nullable Object> {
        /**
         * Does the work.
         *
         * @param connection in a transaction
         * @return the result
         * @throws SQLException what the database refuses
         */
        T on(Connection connection) throws SQLException;
    }

    /** A queued write; its future completes outside the transaction. */
    private static final class Job<T extends @Nullable Object> {
        private final Work<T> work;
        private final CompletableFuture<T> future = new CompletableFuture<>();
        private @Nullable T result;
        private @Nullable Throwable failure;

        Job(Work<T> work) {
            this.work = work;
        }

        /** In a savepoint: false if the whole transaction is gone. */
        boolean run(Connection connection) {
            try {
                Sqlite.execute(connection, "SAVEPOINT work");
                result = work.on(connection);
                Sqlite.execute(connection, "RELEASE work");
                return true;
            } catch (Throwable e) {
                failure = e;
                try {
                    Sqlite.execute(connection, "ROLLBACK TO work");
                    Sqlite.execute(connection, "RELEASE work");
                    return true;
                } catch (SQLException gone) {
                    e.addSuppressed(gone); // on a full disk SQLite rolls back the transaction by itself
                    return false;
                }
            }
        }

        @SuppressWarnings("NullAway") // the result is null only where T is nullable
        void complete(@Nullable RuntimeException groupFailure, String what) {
            if (failure instanceof SQLException e) {
                future.completeExceptionally(Sqlite.failure(what, e));
            } else if (failure != null) {
                future.completeExceptionally(failure);
            } else if (groupFailure != null) {
                future.completeExceptionally(groupFailure);
            } else {
                future.complete(result);
            }
        }
    }

    private final Path file;
    private final Durability durability;
    private final Connection writer;
    private final Thread thread;
    private final BlockingQueue<Job<?>> queue = new LinkedBlockingQueue<>();
    private final Semaphore readers = new Semaphore(READERS);
    private final Deque<Connection> idle = new ArrayDeque<>();
    private final Object gate = new Object();
    private boolean closed; // guarded by gate

    private Database(Path file, Durability durability, String name, Connection writer) {
        this.file = file;
        this.durability = durability;
        this.writer = writer;
        this.thread = new Thread(this::drain, name);
        thread.setDaemon(true);
        thread.start();
    }

    /**
     * Opens or creates a file.
     *
     * @param file in an existing folder
     * @param durability what a committed write survives
     * @param name of the writer thread
     * @return the open database
     * @throws UnavailableException if it cannot be written
     * @throws dev.mlcore.api.InvalidFormatException if it is not a SQLite database
     */
    public static Database sqlite(Path file, Durability durability, String name) {
        Path absolute = file.toAbsolutePath().normalize();
        Path folder = absolute.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw new UnavailableException("Cannot open database " + absolute + ": folder " + folder
                    + " does not exist (expected: an existing folder); create it");
        }
        if (Files.isDirectory(absolute)) {
            throw new UnavailableException(
                    "Cannot open database " + absolute + ": it is a folder (expected: a file); name a file in it");
        }
        Connection connection = Sqlite.open(absolute, durability, false);
        try {
            Sqlite.execute(connection, "BEGIN IMMEDIATE"); // a read-only medium shows here, not at the first write
            Sqlite.execute(connection, "ROLLBACK");
        } catch (SQLException e) {
            Sqlite.closeQuietly(connection);
            throw Sqlite.failure("open database " + absolute, e);
        }
        return new Database(absolute, durability, name, connection);
    }

    /**
     * Where it lies.
     *
     * @return absolute
     */
    public Path file() {
        return file;
    }

    /**
     * Queues a write. Writes are executed in the order they were queued.
     *
     * @param <T> of the result
     * @param work run on the writer thread; must not call {@link #write}
     * @return completes after the commit, with the result or what kept it from being stored
     * @throws IllegalStateException if the database is closed
     */
    public <T extends @Nullable Object> CompletableFuture<T> submit(Work<T> work) {
        Job<T> job = new Job<>(requireNonNull(work, "work"));
        synchronized (gate) {
            if (closed) {
                throw new IllegalStateException("Cannot write to " + file + ": it is closed");
            }
            queue.add(job);
        }
        return job.future;
    }

    /**
     * Writes and waits for the commit, also when the thread is interrupted: the flag stays set.
     *
     * @param <T> of the result
     * @param work run on the writer thread
     * @return its result
     * @throws UnavailableException if nothing was stored because the medium refused
     */
    public <T extends @Nullable Object> T write(Work<T> work) {
        if (Thread.currentThread() == thread) {
            throw new IllegalStateException("Cannot wait for a write on the writer thread of " + file);
        }
        try {
            return Uninterruptibles.getUninterruptibly(submit(work));
        } catch (ExecutionException e) {
            throw rethrown(e.getCause() == null ? e : e.getCause());
        }
    }

    /**
     * Reads in one snapshot. At most four reads go on at a time; others wait.
     *
     * @param <T> of the result
     * @param work run on the calling thread; cannot write
     * @return its result
     */
    public <T extends @Nullable Object> T read(Work<T> work) {
        readers.acquireUninterruptibly();
        Connection connection = null;
        boolean sound = false;
        try {
            connection = reader();
            Sqlite.execute(connection, "BEGIN");
            T result = work.on(connection);
            Sqlite.execute(connection, "COMMIT");
            sound = true;
            return result;
        } catch (SQLException e) {
            throw Sqlite.failure("read database " + file, e);
        } finally {
            release(connection, sound);
            readers.release();
        }
    }

    /** Waits for the writes queued so far (at most 30 s), then closes all connections. A second call does nothing. */
    @Override
    public void close() {
        synchronized (gate) {
            if (closed) {
                return;
            }
            closed = true;
            queue.add(new Job<@Nullable Void>(connection -> null)); // wakes the thread
        }
        if (Thread.currentThread() != thread) {
            Uninterruptibles.joinUninterruptibly(thread, LONGEST_CLOSE);
        }
        synchronized (idle) {
            idle.forEach(Sqlite::closeQuietly);
            idle.clear();
        }
    }

    private Connection reader() {
        synchronized (gate) {
            if (closed) {
                throw new IllegalStateException("Cannot read " + file + ": it is closed");
            }
        }
        synchronized (idle) {
            Connection connection = idle.poll();
            if (connection != null) {
                return connection;
            }
        }
        return Sqlite.open(file, durability, true);
    }

    private void release(@Nullable Connection connection, boolean sound) {
        if (connection == null) {
            return;
        }
        synchronized (gate) {
            if (sound && !closed) {
                synchronized (idle) {
                    idle.push(connection);
                }
                return;
            }
        }
        Sqlite.closeQuietly(connection); // ends a transaction that is still open
    }

    private void drain() {
        List<Job<?>> group = new ArrayList<>(GROUP);
        while (true) {
            group.clear();
            group.add(Uninterruptibles.takeUninterruptibly(queue));
            queue.drainTo(group, GROUP - 1);
            commit(group);
            synchronized (gate) {
                if (closed && queue.isEmpty()) {
                    break;
                }
            }
        }
        Sqlite.closeQuietly(writer); // the last connection to close folds the WAL into the file
    }

    private void commit(List<Job<?>> group) {
        String what = "write to database " + file;
        RuntimeException failure = null;
        try {
            Sqlite.execute(writer, "BEGIN IMMEDIATE");
            for (Job<?> job : group) {
                if (!job.run(writer)) {
                    throw new SQLException(
                            "the transaction was rolled back", null, Sqlite.code(job.failure), job.failure);
                }
            }
            Sqlite.execute(writer, "COMMIT");
        } catch (SQLException e) {
            failure = Sqlite.failure(what, e);
            Sqlite.rollbackQuietly(writer);
        }
        for (Job<?> job : group) {
            job.complete(failure, what);
        }
    }

    /** Keeps the type of what was thrown on the writer thread, with a stack trace that shows both threads. */
    private static RuntimeException rethrown(Throwable e) {
        e.addSuppressed(new IllegalStateException("called here"));
        if (e instanceof Error error) {
            throw error;
        }
        return e instanceof RuntimeException runtime ? runtime : new IllegalStateException(e);
    }
}
