package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.TaskFailedException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagApp;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

/** What the store does to the engine: refusing, breaking, being held by another process, remembering crashes. */
class EngineStoreTest extends EngineFixture {
    private Connection connection() throws SQLException {
        return DriverManager.getConnection("jdbc:sqlite:" + home.resolve("dag.db"));
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    @Test
    void aBodyIsEnteredOnlyAfterItsRowIsCommitted() {
        DagBuilder d = Dag.builder("before");
        Out<List<String>> first = d.task("first", () -> committed("first"));
        Out<List<String>> second = d.task("second", first, f -> committed("second"));
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag).await(SOON);
            assertThat(run.get(first)).containsExactly("first RUNNING");
            assertThat(run.get(second)).containsExactly("second RUNNING");
        }
    }

    /** What another connection sees of a task. */
    private List<String> committed(String task) throws SQLException {
        try (Connection connection = connection();
                Statement statement = connection.createStatement();
                var row = statement.executeQuery("SELECT state FROM task_instance WHERE task = '" + task + "'")) {
            return row.next() ? List.of(task + " " + row.getString(1)) : List.of();
        }
    }

    @Test
    void aStoreThatRefusesForAWhileDelaysTheRun() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch locked = new CountDownLatch(1);
        DagBuilder d = Dag.builder("refusing");
        Out<Integer> t = d.task("t", () -> {
            entered.countDown();
            locked.await();
            return 1;
        });
        Out<Integer> u = d.task("u", t, i -> i + 1);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag);
            entered.await();
            try (Connection connection = connection();
                    Statement statement = connection.createStatement()) {
                statement.execute("BEGIN IMMEDIATE");
                locked.countDown();
                Awaitility.await()
                        .atMost(java.time.Duration.ofSeconds(90))
                        .untilAsserted(() -> assertThat(events)
                                .anySatisfy(event -> assertThat(event.state()).isEqualTo("STORE_FAILING")));
                assertThat(heard("u")).isEmpty();
                statement.execute("ROLLBACK");
            }
            assertThat(run.await(SOON).get(u)).isEqualTo(2);
        }
        assertThat(events.stream().filter(event -> event.state().equals("STORE_FAILING")))
                .hasSize(1);
    }

    @Test
    void aStoreBeyondHelpFailsWhoeverWaits() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch dropped = new CountDownLatch(1);
        DagBuilder d = Dag.builder("broken");
        d.task("t", () -> {
            entered.countDown();
            dropped.await();
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag);
            entered.await();
            execute("DROP TABLE value");
            dropped.countDown();
            assertThatThrownBy(() -> run.await(SOON))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("dag.db");
            assertThatThrownBy(() -> engine.submit(dag))
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("store failed");
        }
    }

    @Test
    void aProcessThatHoldsTheStoreIsNamedAndItsDeathFreesIt() throws Exception {
        ProcessBuilder builder = ChildProcess.of(LockChild.class, home.toString());
        Process process =
                builder.redirectError(ProcessBuilder.Redirect.DISCARD).start(); // JDK 24 warns of native access there
        try (BufferedReader out =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            assertThat(out.readLine()).isEqualTo("open");
            assertThatThrownBy(this::engine)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining("process " + process.pid());
        } finally {
            process.destroyForcibly().waitFor();
        }
        engine().close();
    }

    /** Opens an engine and says so, and keeps it until it is killed. */
    static final class LockChild {
        private LockChild() {}

        public static void main(String[] args) throws InterruptedException {
            try (DagEngine engine = DagEngine.open("sqlite:" + args[0] + "/dag.db")) {
                System.out.println("open"); // the parent reads it
                new CountDownLatch(engine == null ? 0 : 1).await();
            }
        }
    }

    @Test
    void anInstanceLostTooOftenIsFailedAsPoison() throws Exception {
        AtomicInteger entered = new AtomicInteger();
        CountDownLatch inside = new CountDownLatch(1);
        DagBuilder d = Dag.builder("poison");
        Out<Integer> t = d.task("t", () -> {
            entered.incrementAndGet();
            inside.countDown();
            new CountDownLatch(1).await();
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            engine.submit(dag, p -> p.key("k"));
            inside.await();
        }
        execute("UPDATE task_instance SET recoveries = 10, state = 'RUNNING'");
        execute("UPDATE attempt_history SET state = 'RUNNING', ended_no = NULL, ended_at = NULL"); // as a crash leaves
        // it
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag, p -> p.key("k"));
            assertThatThrownBy(() -> run.await(SOON))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("the process died 11 times");
            assertThat(run.explain(t)).contains("POISON");
        }
        assertThat(entered).hasValue(1);
    }

    @Test
    void mappingOverWhatIsNoCollectionFailsTheTaskAndNotTheEngine() {
        DagBuilder d = Dag.builder("null");
        Out<List<Integer>> none = d.task("none", () -> null);
        Many<Integer> mapped = d.each("n", none).map("m", i -> i);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag);
            assertThatThrownBy(() -> run.await(SOON))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("'none'")
                    .hasMessageContaining("collection");
            assertThat(run.explain(mapped)).startsWith("upstream failed");
        }
    }

    @Test
    void aRunThatCannotBeReadAnyMoreKeepsNoEngineFromStarting() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        DagBuilder d = Dag.builder("unreadable");
        Out<List<Integer>> list = d.task("list", () -> List.of(1));
        Many<Integer> slow = d.each("n", list).map("slow", n -> {
            entered.countDown();
            new CountDownLatch(1).await();
            return n;
        });
        Dag dag = d.build();
        String id;
        try (DagEngine engine = engine()) {
            id = engine.submit(dag).id();
            entered.await();
        }
        execute("UPDATE value SET inline = x'00'");
        try (DagEngine engine =
                builder().app(DagApp.builder().dags(dag).build()).build()) {
            Awaitility.await()
                    .atMost(SOON)
                    .untilAsserted(() -> assertThat(heard("")).contains("NOT_RESUMED"));
            assertThatThrownBy(() -> engine.run(id)).hasMessageContaining("SHA-256");
            assertThat(slow).isNotNull();
        }
    }
}
