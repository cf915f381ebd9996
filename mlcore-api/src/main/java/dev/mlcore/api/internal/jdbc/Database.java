package dev.mlcore.api.internal.jdbc;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.CompletableFuture;

/** SQLite file with one writer thread that commits in groups, and a pool of reading connections. Placeholder being written now. */
public final class Database implements AutoCloseable {
    /** What a committed write survives. */
    public enum Durability {
        /** Kill -9 of the JVM ({@code synchronous=NORMAL}). */
        PROCESS,
        /** Power loss ({@code synchronous=FULL}). */
        POWER
    }

    /** Statements on one connection; its transaction is not theirs to end. */
    @FunctionalInterface
    public interface Work<T> {
        /** Does the work. */
        T on(Connection connection) throws SQLException;
    }

    private Database() {}

    /** Opens or creates a file in WAL mode; {@code name} names the writer thread. */
    public static Database sqlite(Path file, Durability durability, String name) {
        throw new UnsupportedOperationException();
    }

    /** Queues a write; it shares a transaction with others, in a savepoint of its own, and the future completes after the commit. */
    public <T> CompletableFuture<T> submit(Work<T> work) {
        throw new UnsupportedOperationException();
    }

    /** The same, waiting for the commit. */
    public <T> T write(Work<T> work) {
        throw new UnsupportedOperationException();
    }

    /** Reads in one snapshot. */
    public <T> T read(Work<T> work) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void close() {
        throw new UnsupportedOperationException();
    }
}
