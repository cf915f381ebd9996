package dev.mlcore.api.internal.jdbc;

import static dev.mlcore.api.internal.jdbc.Database.Durability.PROCESS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.UnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DatabaseTest {
    @TempDir
    Path folder;

    private Path file;
    private Database database;

    @BeforeEach
    void open() {
        file = folder.resolve("with space.db");
        database = Database.sqlite(file, PROCESS, "mlcore-test-writer");
        database.write(c -> {
            Sqlite.execute(c, "CREATE TABLE t (n INTEGER PRIMARY KEY)");
            return null;
        });
    }

    @AfterEach
    void leavesNoThread() {
        database.close();
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain("mlcore-test-writer");
    }

    private static Database.Work<Integer> insert(int n) {
        return c -> {
            Sqlite.execute(c, "INSERT INTO t VALUES (" + n + ")");
            return n;
        };
    }

    /** As another process would see it: through a connection of its own. */
    private List<Integer> committed() throws SQLException {
        try (Connection other = DriverManager.getConnection("jdbc:sqlite:" + file);
                ResultSet rows = other.createStatement().executeQuery("SELECT n FROM t ORDER BY n")) {
            List<Integer> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getInt(1));
            }
            return found;
        }
    }

    @Test
    void aWriteIsCommittedWhenItReturns() throws SQLException {
        assertThat(database.write(insert(7))).isEqualTo(7);
        assertThat(committed()).containsExactly(7);
    }

    /** The rest of the group is committed although one of it fails half-way. */
    @Test
    void workThatFailsTakesNothingElseWithIt() throws Exception {
        CountDownLatch queued = new CountDownLatch(1);
        CompletableFuture<Void> held = database.submit(c -> {
            await(queued);
            return null;
        });
        CompletableFuture<Integer> before = database.submit(insert(1));
        CompletableFuture<Integer> failing = database.submit(c -> {
            Sqlite.execute(c, "INSERT INTO t VALUES (2)");
            throw new IllegalArgumentException("no");
        });
        CompletableFuture<Integer> twice = database.submit(insert(1));
        CompletableFuture<Integer> after = database.submit(insert(3));
        queued.countDown();
        held.join();
        assertThat(before.join()).isEqualTo(1);
        assertThat(after.join()).isEqualTo(3);
        assertThatThrownBy(failing::join).hasRootCauseMessage("no");
        assertThatThrownBy(twice::join).hasStackTraceContaining("UNIQUE");
        assertThat(committed()).containsExactly(1, 3);
    }

    /** A future that completed early would let a crash lose what was acknowledged. */
    @Test
    void nothingCompletesBeforeTheCommit() throws Exception {
        CountDownLatch inGroup = new CountDownLatch(1);
        CountDownLatch checked = new CountDownLatch(1);
        CountDownLatch held = new CountDownLatch(1);
        database.submit(c -> {
            await(held);
            return null;
        });
        CompletableFuture<Integer> first = database.submit(insert(1));
        CompletableFuture<Void> second = database.submit(c -> {
            inGroup.countDown();
            await(checked);
            return null;
        });
        held.countDown();
        inGroup.await();
        boolean groupedTogether = !committed().contains(1); // else the first was committed in a group before
        assertThat(first.isDone()).isEqualTo(!groupedTogether);
        checked.countDown();
        second.join();
        assertThat(first.join()).isEqualTo(1);
    }

    @Test
    void closeWaitsForWhatWasQueued() throws Exception {
        List<CompletableFuture<Integer>> all = new ArrayList<>();
        for (int n = 0; n < 2000; n++) {
            all.add(database.submit(insert(n)));
        }
        database.close();
        assertThat(all).allMatch(f -> f.isDone() && !f.isCompletedExceptionally());
        assertThat(committed()).hasSize(2000);
        assertThat(folder).isDirectoryNotContaining(p -> p.toString().endsWith("-wal"));
        assertThatThrownBy(() -> database.write(insert(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("is closed");
    }

    @Test
    void anInterruptedWriterStillLearnsTheOutcome() throws SQLException {
        Thread.currentThread().interrupt();
        assertThat(database.write(insert(5))).isEqualTo(5);
        assertThat(Thread.interrupted()).isTrue();
        assertThat(committed()).containsExactly(5);
    }

    @Test
    void aReaderSeesOneSnapshotAndCannotWrite() {
        database.write(insert(1));
        int[] counts = database.read(c -> {
            int first = count(c);
            database.write(insert(2));
            return new int[] {first, count(c)};
        });
        assertThat(counts).containsExactly(1, 1);
        assertThatThrownBy(() -> database.read(insert(3))).hasMessageContaining("Cannot");
        assertThat(database.<Integer>read(DatabaseTest::count)).isEqualTo(2);
    }

    @Test
    void whatCannotBeOpenedSaysWhy() throws IOException {
        assertThatThrownBy(() -> Database.sqlite(folder.resolve("no/such.db"), PROCESS, "w"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("does not exist");
        assertThatThrownBy(() -> Database.sqlite(folder, PROCESS, "w"))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("is a folder");
        Path text = Files.writeString(
                folder.resolve("text.db"), "not a database, but long enough to look like the header of one".repeat(20));
        assertThatThrownBy(() -> Database.sqlite(text, PROCESS, "w"))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining("not a SQLite database");
    }

    @Test
    void migrationsRunOnceAndRefuseTheFuture() {
        List<String> one = List.of("CREATE TABLE own (a INTEGER);\nINSERT INTO own VALUES (1);");
        List<String> two = List.of(one.get(0), "INSERT INTO own VALUES (2)");
        for (List<String> steps : List.of(one, one, two, two)) {
            database.write(c -> {
                Migrations.migrate(c, "own", steps);
                return null;
            });
        }
        int rows = database.read(c -> {
            try (ResultSet r = c.createStatement().executeQuery("SELECT count(*) FROM own")) {
                return r.getInt(1);
            }
        });
        assertThat(rows).isEqualTo(2);
        assertThatThrownBy(() -> database.write(c -> {
                    Migrations.migrate(c, "own", one);
                    return null;
                }))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("their version is 2 (expected: at most 1)");
    }

    private static int count(Connection c) throws SQLException {
        try (ResultSet r = c.createStatement().executeQuery("SELECT count(*) FROM t")) {
            return r.getInt(1);
        }
    }

    private static void await(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }
}
