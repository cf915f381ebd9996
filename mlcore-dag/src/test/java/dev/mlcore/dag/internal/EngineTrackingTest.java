package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.TaskFailedException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.ModelVersion;
import dev.mlcore.api.tracking.ResolvedModel;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.Param;
import dev.mlcore.dag.TaskContext;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Test;

class EngineTrackingTest extends EngineFixture {
    private final FakeTracker tracker = new FakeTracker();

    private DagEngine tracked() {
        return builder().tracking(tracker).build();
    }

    private void settled() {
        Awaitility.await().atMost(SOON).untilAsserted(() -> {
            assertThat(tracker.all()).isNotEmpty();
            assertThat(tracker.all())
                    .allSatisfy(run -> assertThat(run.status.terminal()).isTrue());
        });
    }

    @Test
    void everyTaskIsANestedRunOfTheTrackedDagRun() {
        DagBuilder d = Dag.builder("penguins");
        Param<Integer> seed = d.param("seed", Integer.class);
        Many<Integer> tried = d.each("n", List.of(10, 20)).map("train", (Integer n, TaskContext context) -> {
            context.run().param("n", n).metric("loss", n / 2.0, 3);
            return n;
        });
        Out<Integer> best = d.task("best", tried, all -> all.get(0));
        d.choose("way", best)
                .when("a", b -> true, t -> t.task("then", () -> 1))
                .otherwise(t -> t.task("else", () -> 2));
        Dag dag = d.build();
        String parent = "0123456789abcdef0123456789abcdef";
        String id;
        try (DagEngine engine = tracked()) {
            id = engine.submit(dag, p -> p.set(seed, 42).parent(parent))
                    .await(SOON)
                    .id();
        }
        assertThat(tracker.all())
                .extracting(run -> run.name)
                .containsExactlyInAnyOrder("penguins", "train[0]", "train[1]", "best", "way.a.then");
        assertThat(tracker.all()).allSatisfy(run -> assertThat(run.status).isEqualTo(RunStatus.FINISHED));
        FakeTracker.Tracked top = tracker.tracked(id);
        assertThat(top.experiment).isEqualTo("penguins");
        assertThat(top.parent).contains(parent);
        assertThat(top.params).containsEntry("seed", "42");
        FakeTracker.Tracked second = tracker.named("train[1]").get(0);
        assertThat(second.parent).contains(id);
        assertThat(second.params).containsEntry("n", "20");
        assertThat(second.metrics).containsExactly("loss=10.0@3");
        assertThat(second.tags)
                .containsEntry("mlcore.task", "train")
                .containsEntry("mlcore.path", "1")
                .containsEntry("mlcore.attempt", "1");
    }

    @Test
    void eachAttemptIsARunOfItsOwn() {
        AtomicInteger calls = new AtomicInteger();
        DagBuilder d = Dag.builder("retried");
        Out<Integer> flaky = d.task("flaky", (TaskContext context) -> {
                    context.run().metric("m", context.attempt());
                    if (calls.incrementAndGet() == 1) {
                        throw new IllegalStateException("once");
                    }
                    return 1;
                })
                .retries(1);
        Out<Integer> bad = d.task("bad", flaky, i -> {
            throw new IllegalStateException("for good");
        });
        Dag dag = d.build();
        assertThat(bad).isNotNull();
        try (DagEngine engine = tracked()) {
            DagRun run = engine.submit(dag);
            assertThatThrownBy(() -> run.await(SOON)).isInstanceOf(TaskFailedException.class);
        }
        assertThat(tracker.named("flaky"))
                .extracting(run -> run.status)
                .containsExactly(RunStatus.FAILED, RunStatus.FINISHED);
        assertThat(tracker.named("flaky"))
                .extracting(run -> run.metrics)
                .containsExactly(List.of("m=1.0@0"), List.of("m=2.0@0"));
        assertThat(tracker.named("flaky").get(0).tags.get("mlcore.error")).contains("once");
        assertThat(tracker.named("retried").get(0).status).isEqualTo(RunStatus.FAILED);
        assertThat(tracker.named("retried").get(0).tags.get("mlcore.error")).contains("'bad'");
    }

    @Test
    void aDeadTrackerDelaysTrackingAndNoRun() {
        tracker.away = true;
        DagBuilder d = Dag.builder("away");
        Out<Integer> t = d.task("t", (TaskContext context) -> {
            context.run().metric("m", 1).flush();
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            assertThat(engine.submit(dag).await(SOON).get(t)).isEqualTo(1);
            assertThat(tracker.all()).isEmpty();
        }
        tracker.away = false;
        try (DagEngine engine = tracked()) {
            settled();
            assertThat(engine).isNotNull();
        }
        assertThat(tracker.named("t").get(0).metrics).containsExactly("m=1.0@0");
        assertThat(tracker.named("away").get(0).status).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void anAnswerThatWasLostDoublesNothing() {
        DagBuilder d = Dag.builder("lost");
        Out<Integer> t = d.task("t", (TaskContext context) -> {
            for (int i = 0; i < 100; i++) {
                context.run().metric("m", i, i);
                if (i % 30 == 0) {
                    tracker.crashAfterApply = true;
                    context.run().flush();
                }
            }
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            engine.submit(dag).await(SOON).get(t);
            settled();
        }
        assertThat(tracker.named("t").get(0).metrics).hasSize(100).doesNotHaveDuplicates();
    }

    @Test
    void replayFromTheVeryBeginningChangesNothing() throws Exception {
        DagBuilder d = Dag.builder("replay");
        Many<Integer> t = d.each("n", List.of(1, 2, 3)).map("t", (Integer n, TaskContext context) -> {
            context.run().metric("m", n).tag("a", "b");
            return n;
        });
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            engine.submit(dag).await(SOON).get(t);
        }
        int applied = tracker.applied;
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + home.resolve("dag.db"));
                var statement = connection.createStatement()) {
            statement.execute("UPDATE pump SET cursor = 0");
        }
        try (DagEngine engine = tracked()) {
            assertThat(engine).isNotNull();
        }
        assertThat(tracker.applied).as("commands that changed something").isEqualTo(applied);
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + home.resolve("dag.db"));
                var statement = connection.createStatement();
                var row = statement.executeQuery("SELECT cursor, (SELECT count(*) FROM outbox) FROM pump")) {
            assertThat(row.getLong(1)).as("the cursor moved").isPositive();
            assertThat(row.getLong(2)).as("told and forgotten").isZero();
        }
    }

    @Test
    void nothingIsPassedOverWhileMuchIsCommitted() {
        DagBuilder d = Dag.builder("busy");
        Many<Integer> t = d.each("n", IntStream.range(0, 400).boxed().toList())
                .map("t", (Integer n, TaskContext context) -> {
                    context.run().metric("m", n);
                    return n;
                });
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            engine.submit(dag).await(SOON).get(t);
        }
        assertThat(tracker.named("t[0]")).hasSize(1);
        assertThat(tracker.all()).hasSize(401).allSatisfy(run -> {
            assertThat(run.status).isEqualTo(RunStatus.FINISHED);
            assertThat(run.metrics).hasSize(run.name.equals("busy") ? 0 : 1);
        });
    }

    @Test
    void whatIsRefusedIsToldAndHoldsNothingUp() {
        tracker.refuses = command ->
                command instanceof RunCommand.Param param && param.key().equals("bad");
        DagBuilder d = Dag.builder("refusing");
        Out<Integer> t = d.task("t", (TaskContext context) -> {
            context.run().param("bad", 1).param("good", 2);
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            engine.submit(dag).await(SOON).get(t);
            settled();
            Awaitility.await()
                    .atMost(SOON)
                    .untilAsserted(() -> assertThat(events)
                            .filteredOn(event -> event.state().equals("TRACKING_REFUSED"))
                            .singleElement()
                            .satisfies(event -> {
                                assertThat(event.task()).isEqualTo("t");
                                assertThat(event.reason()).isEqualTo("not this one");
                            }));
        }
        assertThat(tracker.named("t").get(0).params).containsOnlyKeys("good");
    }

    @Test
    void textGoesToTheTrackerAfterAllThatWasLoggedBefore() {
        DagBuilder d = Dag.builder("text");
        Out<Integer> t = d.task("t", (TaskContext context) -> {
            context.run().metric("a", 1).metric("b", 2).text("notes.txt", "hello");
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            engine.submit(dag).await(SOON).get(t);
        }
        assertThat(tracker.named("t").get(0).texts).containsExactly("notes.txt: hello after [a=1.0@0, b=2.0@0]");
    }

    @Test
    void anArtifactFailsRetryablyWhileTheTrackerIsAway() {
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        DagBuilder d = Dag.builder("text-away");
        Out<Integer> t = d.task("t", (TaskContext context) -> {
                    if (context.attempt() == 1) {
                        tracker.away = true;
                        try {
                            context.run().metric("a", 1).text("notes.txt", "hello");
                        } catch (UnavailableException e) {
                            thrown.add(e);
                            throw e;
                        } finally {
                            tracker.away = false;
                        }
                    }
                    context.run().text("notes.txt", "again");
                    return context.attempt();
                })
                .retries(1);
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            assertThat(engine.submit(dag).await(SOON).get(t)).isEqualTo(2);
        }
        assertThat(thrown).hasSize(1);
    }

    @Test
    void aThousandInstancesAreNestedRunsAndBeyondThemThoseThatLog() {
        DagBuilder d = Dag.builder("wide");
        Many<Integer> all = d.each("n", IntStream.range(0, 1010).boxed().toList())
                .map("t", (Integer n, TaskContext context) -> {
                    if (n == 1005) {
                        context.run().metric("m", n);
                    }
                    return n;
                });
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            assertThat(engine.submit(dag).await(SOON).get(all)).hasSize(1010);
            Awaitility.await()
                    .atMost(SOON)
                    .untilAsserted(() -> assertThat(tracker.all()).hasSize(1 + 1000 + 1));
            settled();
        }
        assertThat(tracker.named("t[1005]").get(0).metrics).containsExactly("m=1005.0@0");
        assertThat(tracker.named("t[1005]").get(0).status).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void anAttemptTakenBackIsKilledAndTheDagRunStaysOpen() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        DagBuilder d = Dag.builder("open");
        Out<Integer> t = d.task("t", () -> {
            if (calls.incrementAndGet() == 1) {
                entered.countDown();
                new CountDownLatch(1).await();
            }
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            engine.submitOrResume(dag, p -> {});
            entered.await();
        }
        assertThat(tracker.named("t")).extracting(run -> run.status).containsExactly(RunStatus.KILLED);
        assertThat(tracker.named("open").get(0).status).isEqualTo(RunStatus.RUNNING);
        try (DagEngine engine = tracked()) {
            engine.submitOrResume(dag, p -> {}).await(SOON).get(t);
        }
        assertThat(tracker.named("t"))
                .extracting(run -> run.status)
                .containsExactly(RunStatus.KILLED, RunStatus.FINISHED);
        assertThat(tracker.named("open").get(0).status).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void aCancelledRunIsKilled() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        DagBuilder d = Dag.builder("cancelled");
        d.task("t", () -> {
            entered.countDown();
            new CountDownLatch(1).await();
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            engine.submit(dag).cancel();
            settled();
        }
        assertThat(tracker.all()).allSatisfy(run -> assertThat(run.status).isEqualTo(RunStatus.KILLED));
    }

    @Test
    void registeringCarriesTheSameKeyInEveryAttempt() {
        List<String> keys = new CopyOnWriteArrayList<>();
        DagBuilder d = Dag.builder("registering");
        Out<Integer> t = d.task("t", (TaskContext context) -> {
                    context.registry().register("m", ModelUri.of("models:/m-0123456789abcdef0123456789abcdef"));
                    context.registry().register("other", ModelUri.of("models:/m-0123456789abcdef0123456789abcdef"));
                    if (context.attempt() == 1) {
                        throw new IllegalStateException("after registering");
                    }
                    return 1;
                })
                .retries(1);
        Out<Integer> u = d.task("u", (TaskContext context) -> {
            context.registry().register("m", ModelUri.of("models:/m-0123456789abcdef0123456789abcdef"));
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = builder().registry(new Keys(keys)).build()) {
            DagRun run = engine.submit(dag).await(SOON);
            assertThat(run.get(t) + run.get(u)).isEqualTo(2);
        }
        assertThat(keys).hasSize(5);
        assertThat(keys.stream().distinct()).as("two names in t, one in u").hasSize(3);
    }

    private record Keys(List<String> keys) implements ModelRegistry {
        @Override
        public ModelVersion register(String name, ModelUri source) {
            throw new AssertionError("without a key");
        }

        @Override
        @SuppressWarnings("NullAway") // nobody looks at the version
        public ModelVersion register(String name, ModelUri source, String key) {
            keys.add(key);
            return null;
        }

        @Override
        public ModelVersion version(String name, String aliasOrNumber) {
            throw new AssertionError();
        }

        @Override
        public List<ModelVersion> versions(String name) {
            throw new AssertionError();
        }

        @Override
        public ResolvedModel resolve(ModelUri uri) {
            throw new AssertionError();
        }

        @Override
        public AutoCloseable onChange(String name, Consumer<ModelVersion> listener) {
            throw new AssertionError();
        }
    }

    @Test
    void withoutATrackerLoggingIsTakenAndWithoutARegistrySaidSo() {
        DagBuilder d = Dag.builder("none");
        Out<Optional<String>> t = d.task("t", (TaskContext context) -> {
            context.run().metric("m", 1).param("p", 2).text("a", "b").flush();
            assertThatThrownBy(() -> context.run().metric(" bad\nkey", 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(context::registry)
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("registry(");
            return context.run().serverId();
        });
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            assertThat(engine.submit(dag).await(SOON).get(t)).isEmpty();
        }
    }

    @Test
    void logsAfterTheEndAreRefused() {
        List<TaskContext> kept = new CopyOnWriteArrayList<>();
        DagBuilder d = Dag.builder("late");
        Out<Integer> t = d.task("t", (TaskContext context) -> {
            kept.add(context);
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = tracked()) {
            engine.submit(dag).await(SOON).get(t);
            assertThatThrownBy(() -> kept.get(0).run().metric("m", 1)).isInstanceOf(IllegalStateException.class);
        }
    }
}
