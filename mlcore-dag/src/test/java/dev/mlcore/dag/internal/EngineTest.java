package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.OperationTimeoutException;
import dev.mlcore.api.TaskFailedException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagApp;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagEvent;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Fn0;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.Param;
import dev.mlcore.dag.TaskContext;
import dev.mlcore.dag.TaskInterceptor;
import dev.mlcore.dag.TriggerRule;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class EngineTest extends EngineFixture {
    record Pair(String left, int right) {}

    @Test
    void runsTasksInOrderAndAnswersTheirValues() {
        DagBuilder d = Dag.builder("sum");
        Param<Integer> start = d.param("start", Integer.class).orElse(1);
        Out<Integer> plus = d.task("plus", start, i -> i + 1);
        Out<Integer> twice = d.task("twice", plus, i -> i * 2);
        Out<String> text = d.task("text", plus, twice, (a, b) -> a + "/" + b);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag, p -> p.set(start, 20)).await(SOON);
            assertThat(run.get(text)).isEqualTo("21/42");
            assertThat(run.get(start)).isEqualTo(20);
            assertThat(run.id()).matches("[0-9a-f]{32}");
            assertThat(run.explain(text)).isEqualTo("succeeded at attempt 1");
            assertThat(engine.submit(dag).await(SOON).get(text)).isEqualTo("2/4");
        }
        assertThat(events.stream().limit(8).map(e -> e.task() + " " + e.state()))
                .containsExactly(
                        " RUNNING",
                        "plus RUNNING",
                        "plus SUCCEEDED",
                        "twice RUNNING",
                        "twice SUCCEEDED",
                        "text RUNNING",
                        "text SUCCEEDED",
                        " SUCCEEDED");
    }

    @Test
    void bodiesOfAMappedTaskMeetAtABarrier() {
        CyclicBarrier barrier = new CyclicBarrier(4);
        DagBuilder d = Dag.builder("parallel");
        Many<Integer> met = d.each("n", List.of(1, 2, 3, 4)).map("meet", n -> {
            barrier.await(10, TimeUnit.SECONDS);
            return n * n;
        });
        Out<Integer> sum =
                d.task("sum", met, all -> all.stream().mapToInt(i -> i).sum());
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag).await(SOON);
            assertThat(run.get(met)).containsExactly(1, 4, 9, 16);
            assertThat(run.get(sum)).isEqualTo(30);
        }
    }

    @Test
    void resultsOfAMapComeInTheOrderOfItsElements() {
        CountDownLatch last = new CountDownLatch(1);
        DagBuilder d = Dag.builder("ordered");
        Many<String> all = d.each("n", List.of("a", "b", "c")).map("slow", s -> {
            if (s.equals("a")) {
                last.await();
            } else if (s.equals("c")) {
                last.countDown();
            }
            return s + s;
        });
        Many<String> again = all.map("more", s -> s + "!");
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            assertThat(engine.submit(dag).await(SOON).get(again)).containsExactly("aa!", "bb!", "cc!");
        }
    }

    @Test
    void aMapOverNothingIsSkippedAndItsReducerGetsAnEmptyList() {
        DagBuilder d = Dag.builder("empty");
        Out<List<String>> none = d.task("none", () -> List.<String>of());
        Many<String> mapped = d.each("items", none).map("each", s -> s);
        Out<Integer> size = d.task("size", mapped, List::size);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag).await(SOON);
            assertThat(run.get(size)).isZero();
            assertThat(run.get(mapped)).isEmpty();
            assertThat(run.explain(mapped)).isEqualTo("skipped (SKIP_EMPTY_MAP)");
        }
    }

    @Test
    void aFailedAttemptIsRetriedAndEachOneIsToldApart() {
        AtomicInteger calls = new AtomicInteger();
        DagBuilder d = Dag.builder("flaky");
        Out<Integer> flaky = d.task("flaky", (TaskContext context) -> {
                    if (calls.incrementAndGet() < 3) {
                        throw new IOException("try " + context.attempt());
                    }
                    return context.attempt();
                })
                .retries(2);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            assertThat(engine.submit(dag).await(SOON).get(flaky)).isEqualTo(3);
        }
        assertThat(heard("flaky")).containsExactly("RUNNING", "RETRY", "RUNNING", "RETRY", "RUNNING", "SUCCEEDED");
    }

    @Test
    void aRunWhoseTaskFailsSaysWhichAndWhyNowAndLater() {
        DagBuilder d = Dag.builder("failing");
        Many<Integer> bad = d.each("n", List.of(1, 2)).map("bad", n -> {
            if (n == 2) {
                throw new IllegalStateException("no " + n);
            }
            return n;
        });
        bad.retries(1);
        Out<Integer> after = d.task("after", bad, List::size);
        Dag dag = d.build();
        String id;
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag);
            id = run.id();
            assertThatThrownBy(() -> run.await(SOON))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("'bad' at path 1 failed after 2 attempts")
                    .hasMessageContaining("no 2")
                    .hasCauseInstanceOf(IllegalStateException.class);
            assertThat(run.explain(after)).contains("upstream failed");
            assertThatThrownBy(() -> run.get(after)).isInstanceOf(NotFoundException.class);
        }
        try (DagEngine engine =
                builder().app(DagApp.builder().dags(dag).build()).build()) {
            assertThatThrownBy(() -> engine.run(id).await(SOON))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("no 2");
            assertThat(engine.submitOrResume(dag, p -> {}).id())
                    .as("a failed run has ended")
                    .isNotEqualTo(id);
        }
        try (DagEngine engine = engine()) {
            assertThatThrownBy(() -> engine.run(id).await(SOON)).hasMessageContaining("no 2");
            assertThatThrownBy(() -> engine.run("f".repeat(32))).isInstanceOf(NotFoundException.class);
        }
    }

    @Test
    void choosesABranchAndJoinsWhatWasChosen() {
        DagBuilder d = Dag.builder("choice");
        Param<Integer> n = d.param("n", Integer.class);
        List<String> entered = new CopyOnWriteArrayList<>();
        Out<String> word = d.choose("size", n)
                .when(
                        "big",
                        i -> i > 10,
                        t -> t.task("shout", n, i -> {
                            entered.add("shout");
                            return "BIG " + i;
                        }))
                .otherwise(t -> t.task("whisper", n, i -> {
                    entered.add("whisper");
                    return "small " + i;
                }));
        Out<String> end = d.task("end", word, w -> w + ".");
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            assertThat(engine.submit(dag, p -> p.set(n, 11)).await(SOON).get(end))
                    .isEqualTo("BIG 11.");
            assertThat(engine.submit(dag, p -> p.set(n, 3)).await(SOON).get(end))
                    .isEqualTo("small 3.");
        }
        assertThat(entered).containsExactly("shout", "whisper");
    }

    @Test
    void aConsumerThatTakesItAsMaybeRunsAfterAFailure() {
        DagBuilder d = Dag.builder("maybe");
        Out<String> bad = d.task("bad", () -> {
            throw new IOException("gone");
        });
        Out<String> good = d.task("good", () -> "here");
        Out<String> both = d.task(
                        "both", bad.maybe(), good.maybe(), (a, b) -> a.orElse("none") + " " + b.orElse("none"))
                .trigger(TriggerRule.ALL_DONE);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag);
            assertThatThrownBy(() -> run.await(SOON)).isInstanceOf(TaskFailedException.class);
            assertThat(run.get(both)).isEqualTo("none here");
            assertThat(run.get(bad.maybe())).isEqualTo(Optional.empty());
        }
    }

    @Test
    void consumersGetTheirOwnCopyAndPartsOfRecords() {
        DagBuilder d = Dag.builder("copies");
        Out<double[]> made = d.task("made", () -> new double[] {1, 2});
        Out<Double> spoilt = d.task("spoil", made, array -> array[0] = 99);
        Out<Double> read = d.task("read", made, array -> array[0]);
        Out<Pair> pair = d.task("pair", () -> new Pair("l", 7));
        Out<Integer> part = d.task("part", pair.get(Pair::right), i -> i + 1);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag).await(SOON);
            assertThat(run.get(spoilt)).isEqualTo(99.0);
            assertThat(run.get(read)).isEqualTo(1.0);
            assertThat(run.get(part)).isEqualTo(8);
            run.get(made)[0] = -1;
            assertThat(run.get(made)).containsExactly(1, 2);
        }
    }

    @Test
    void aLargeValueLiesInTheArtifactStoreAndAChangedOneIsFound() throws IOException {
        DagBuilder d = Dag.builder("large");
        Out<byte[]> large = d.task("large", () -> new byte[200_000]);
        Out<Integer> size = d.task("size", large, bytes -> bytes.length);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag).await(SOON);
            assertThat(run.get(size)).isEqualTo(200_000);
            Path file;
            try (var files = Files.walk(home.resolve("artifacts"))) {
                file = files.filter(Files::isRegularFile)
                        .filter(f -> f.toString().contains("large"))
                        .findFirst()
                        .orElseThrow();
            }
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
            assertThatThrownBy(() -> run.get(large))
                    .isInstanceOf(InvalidFormatException.class)
                    .hasMessageContaining("SHA-256");
        }
    }

    @Test
    void parametersAreCheckedAllAtOnce() {
        DagBuilder d = Dag.builder("params");
        Param<Integer> a = d.param("a", Integer.class).check("even", i -> i % 2 == 0);
        Param<String> b = d.param("b", String.class);
        d.task("use", a, b, (x, y) -> x + y);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            assertThatThrownBy(() -> engine.submit(dag, p -> p.set(a, 3)))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'a': 3 (expected: even)")
                    .hasMessageContaining("'b' is not set");
            assertThatThrownBy(() -> engine.submit(dag, p -> p.set(a, 2).set(a, 4)))
                    .hasMessageContaining("twice");
        }
        assertThat(events).isEmpty();
    }

    @Test
    void theSameKeyAnswersTheSameRun() {
        DagBuilder d = Dag.builder("keyed");
        Param<Integer> n = d.param("n", Integer.class);
        d.task("use", n, i -> i);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag, p -> p.set(n, 1).key("monday")).await(SOON);
            assertThat(engine.submit(dag, p -> p.set(n, 1).key("monday")).id()).isEqualTo(run.id());
            assertThat(engine.submit(dag, p -> p.set(n, 1)).id()).isNotEqualTo(run.id());
            assertThatThrownBy(() -> engine.submit(dag, p -> p.set(n, 2).key("monday")))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining(run.id());
        }
    }

    @Test
    void closeLeavesTheRunOpenAndTheNextEngineGoesOnWithoutSpendingARetry() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicInteger first = new AtomicInteger();
        AtomicInteger calls = new AtomicInteger();
        DagBuilder d = Dag.builder("closing");
        Out<Integer> one = d.task("one", () -> first.incrementAndGet());
        Out<Integer> slow = d.task("slow", one, (Integer i, TaskContext context) -> {
                    if (calls.incrementAndGet() == 1) {
                        entered.countDown();
                        try {
                            new CountDownLatch(1).await();
                        } finally {
                            assertThat(context.cancelled()).isTrue();
                        }
                    }
                    if (calls.get() == 2) {
                        throw new IllegalStateException("spends the one retry there is");
                    }
                    return i + context.attempt();
                })
                .retries(1);
        Dag dag = d.build();
        String id;
        DagRun left;
        try (DagEngine engine = engine()) {
            left = engine.submitOrResume(dag, p -> {});
            id = left.id();
            entered.await();
            assertThat(engine.submitOrResume(dag, p -> {}).id()).isEqualTo(id);
            assertThatThrownBy(() -> engine.run(id).await(Duration.ofMillis(20)))
                    .isInstanceOf(OperationTimeoutException.class)
                    .hasMessageContaining("'slow' (attempt 1)");
        }
        assertThatThrownBy(() -> left.await(SOON)).isInstanceOf(OperationCancelledException.class);
        assertThat(heard("slow")).containsExactly("RUNNING", "LOST");
        try (DagEngine engine = engine()) {
            DagRun run = engine.submitOrResume(dag, p -> {}).await(SOON);
            assertThat(run.id()).isEqualTo(id);
            assertThat(run.get(slow)).isEqualTo(1 + 3);
        }
        assertThat(first).as("entered once").hasValue(1);
        assertThat(home.resolve("work").resolve(id)).doesNotExist();
    }

    @Test
    void anEngineStartedAfterEveryTaskGivesTheSameResult() {
        DagBuilder d = Dag.builder("restarts");
        AtomicInteger entered = new AtomicInteger();
        Out<List<Integer>> list = d.task("list", () -> {
            entered.incrementAndGet();
            return List.of(1, 2, 3);
        });
        Many<Integer> squares = d.each("n", list).map("square", n -> {
            entered.incrementAndGet();
            return n * n;
        });
        Out<Integer> sum = d.task("sum", squares, all -> {
            entered.incrementAndGet();
            return all.stream().mapToInt(i -> i).sum();
        });
        Dag dag = d.build();
        String id = null;
        int engines = 0;
        while (true) {
            engines++;
            CountDownLatch ended = new CountDownLatch(1);
            try (DagEngine engine = builder()
                    .listener(event -> {
                        if (event.state().equals("SUCCEEDED")) {
                            ended.countDown();
                        }
                    })
                    .executor(Executors.newSingleThreadExecutor(DAEMON))
                    .build()) {
                DagRun run = engine.submit(dag, p -> p.key("the one"));
                if (id != null) {
                    assertThat(run.id()).isEqualTo(id);
                }
                id = run.id();
                if (!heard("").contains("SUCCEEDED")) {
                    await(ended);
                } else {
                    assertThat(run.await(SOON).get(sum)).isEqualTo(14);
                    break;
                }
            }
        }
        assertThat(engines).isGreaterThan(1);
        assertThat(entered.get()).isBetween(5, 5 + 2 * engines);
    }

    private static final ThreadFactory DAEMON = task -> {
        Thread thread = new Thread(task, "test-executor");
        thread.setDaemon(true);
        return thread;
    };

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(20, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void goesOnWithOtherCodeAndRefusesAnotherShape() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        Fn0<Integer> never = () -> {
            entered.countDown();
            new CountDownLatch(1).await();
            return 1;
        };
        Dag before = one("t", never);
        Dag code = one("t", () -> 2);
        Dag shape = one("other", () -> 3);
        String id;
        try (DagEngine engine = engine()) {
            id = engine.submitOrResume(before, p -> {}).id();
            entered.await();
        }
        try (DagEngine engine = engine()) {
            assertThatThrownBy(() -> engine.submitOrResume(shape, p -> {}))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining(id)
                    .hasMessageContaining("hash");
            assertThatThrownBy(() -> engine.run(id).await(SOON))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("DagApp");
            assertThat(engine.submitOrResume(code, p -> {}).await(SOON).id()).isEqualTo(id);
        }
    }

    @Test
    void aRunOfAnUnknownShapeCanBeCancelledAndMakesRoom() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        Dag before = one("t", () -> {
            entered.countDown();
            new CountDownLatch(1).await();
            return 1;
        });
        Dag shape = one("other", () -> 3);
        String id;
        try (DagEngine engine = engine()) {
            id = engine.submitOrResume(before, p -> {}).id();
            entered.await();
        }
        try (DagEngine engine = engine()) {
            engine.run(id).cancel();
            assertThatThrownBy(() -> engine.run(id).await(SOON)).isInstanceOf(OperationCancelledException.class);
            assertThat(engine.submitOrResume(shape, p -> {}).await(SOON).id()).isNotEqualTo(id);
        }
    }

    /** The end of a run needs the reason of a failure that an earlier process saw. */
    @Test
    void aRunThatFailedBeforeARestartEndsWithItsReason() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch failed = new CountDownLatch(1);
        AtomicBoolean hold = new AtomicBoolean(true);
        DagBuilder d = Dag.builder("beside");
        d.task("bad", () -> {
            throw new IllegalStateException("no");
        });
        d.task("slow", () -> held(entered, hold, "slow"));
        Dag dag = d.build();
        String id;
        try (DagEngine engine = builder()
                .listener(event -> {
                    if (event.state().equals("FAILED")) {
                        failed.countDown();
                    }
                })
                .build()) {
            id = engine.submit(dag).id();
            entered.await();
            failed.await();
        }
        hold.set(false);
        try (DagEngine engine = engine()) {
            assertThatThrownBy(() -> engine.submitOrResume(dag, p -> {}).await(SOON))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining(id)
                    .hasMessageContaining("Task 'bad'")
                    .hasMessageContaining("no");
        }
    }

    /** The hash does not see the order of declaration, so nothing may rest on it. */
    @Test
    void parametersAreFoundByNameWhateverTheOrderOfTheirDeclaration() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicBoolean hold = new AtomicBoolean(true);
        DagBuilder d = Dag.builder("order");
        Param<String> a = d.param("a", String.class);
        Param<String> b = d.param("b", String.class);
        Out<String> both = d.task("both", a, b, (x, y) -> held(entered, hold, x + y));
        Dag first = d.build();
        DagBuilder e = Dag.builder("order");
        Param<String> b2 = e.param("b", String.class);
        Param<String> a2 = e.param("a", String.class);
        Out<String> both2 = e.task("both", a2, b2, (x, y) -> held(entered, hold, x + y));
        Dag second = e.build();
        assertThat(second.hash()).isEqualTo(first.hash());
        String id;
        try (DagEngine engine = engine()) {
            id = engine.submit(first, p -> p.set(a, "A").set(b, "B")).id();
            entered.await();
        }
        hold.set(false);
        try (DagEngine engine = engine()) {
            DagRun run = engine.submitOrResume(second, p -> p.set(b2, "B").set(a2, "A"))
                    .await(SOON);
            assertThat(run.id()).isEqualTo(id);
            assertThat(run.get(both2)).isEqualTo("AB");
            assertThat(run.get(a2) + run.get(b2)).isEqualTo("AB");
            assertThat(both).isNotSameAs(both2);
        }
    }

    private static String held(CountDownLatch entered, AtomicBoolean hold, String value) throws InterruptedException {
        entered.countDown();
        if (hold.get()) {
            new CountDownLatch(1).await();
        }
        return value;
    }

    @Test
    void anExecutorThatRunsOnTheCallerIsRefused() {
        try (DagEngine engine = builder().executor(Runnable::run).build()) {
            assertThatThrownBy(() -> engine.submit(one("t", () -> 1)).await(SOON))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("executor with threads of its own");
        }
    }

    private static Dag one(String task, Fn0<Integer> body) {
        DagBuilder d = Dag.builder("versions");
        d.task(task, body);
        return d.build();
    }

    @Test
    void runsOfAKnownDagAreTakenUpAtTheStart() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        AtomicInteger calls = new AtomicInteger();
        DagBuilder d = Dag.builder("known");
        Out<Integer> t = d.task("t", () -> {
            if (calls.incrementAndGet() == 1) {
                entered.countDown();
                new CountDownLatch(1).await();
            }
            return calls.get();
        });
        Dag dag = d.build();
        String id;
        try (DagEngine engine = engine()) {
            id = engine.submit(dag).id();
            entered.await();
        }
        try (DagEngine engine =
                builder().app(DagApp.builder().dags(dag).build()).build()) {
            assertThat(engine.run(id).await(SOON).get(t)).isEqualTo(2);
        }
    }

    @Test
    void cancelInterruptsAndEndsTheRun() throws InterruptedException {
        CountDownLatch entered = new CountDownLatch(1);
        DagBuilder d = Dag.builder("cancel");
        Out<Integer> slow = d.task("slow", () -> {
            entered.countDown();
            new CountDownLatch(1).await();
            return 1;
        });
        Out<Integer> after = d.task("after", slow, i -> i);
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag);
            entered.await();
            run.cancel();
            assertThatThrownBy(() -> run.await(SOON))
                    .isInstanceOf(OperationCancelledException.class)
                    .hasMessageContaining("cancelled");
            assertThat(run.explain(after)).startsWith("cancelled");
            run.cancel();
            assertThat(engine.submitOrResume(dag, p -> {}).id()).isNotEqualTo(run.id());
        }
        assertThat(heard("slow").subList(0, 2)).containsExactly("RUNNING", "CANCELLED");
        assertThat(heard("").subList(0, 2)).containsExactly("RUNNING", "CANCELLED");
    }

    @Test
    void interceptorsAndResourcesAreTheApplications() {
        List<String> around = new CopyOnWriteArrayList<>();
        AtomicInteger made = new AtomicInteger();
        DagBuilder d = Dag.builder("app");
        Out<String> a = d.task("a", (TaskContext context) -> context.resource("greeting", String.class));
        Out<String> b =
                d.task("b", a, (String s, TaskContext context) -> s + context.resource("greeting", String.class));
        Dag dag = d.build();
        DagApp app = DagApp.builder()
                .dags(dag)
                .resource("greeting", () -> "hello" + made.incrementAndGet())
                .intercept(new TaskInterceptor() {
                    @Override
                    public <R> R around(TaskContext context, Fn0<R> body) throws Exception {
                        around.add("in");
                        R result = body.apply();
                        around.add("out");
                        return result;
                    }
                })
                .build();
        try (DagEngine engine = builder().app(app).build()) {
            assertThat(engine.submit(dag).await(SOON).get(b)).isEqualTo("hello1hello1");
        }
        assertThat(around).containsExactly("in", "out", "in", "out");
    }

    @Test
    void aPathIntoTheWorkFolderIsRefusedAndAStoredFileTravels() {
        DagBuilder d = Dag.builder("files");
        Out<Path> lost =
                d.task("lost", (TaskContext context) -> context.workDir().resolve("x"));
        Dag bad = d.build();
        DagBuilder e = Dag.builder("files2");
        List<Path> dirs = new CopyOnWriteArrayList<>();
        var stored = e.task("store", (TaskContext context) -> {
            dirs.add(context.workDir());
            return context.store(Files.writeString(context.workDir().resolve("x.txt"), "content"));
        });
        Out<String> read = e.task("read", stored, (ref, context) -> {
            dirs.add(context.workDir());
            return Files.readString(context.fetch(ref));
        });
        Dag good = e.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(bad);
            assertThatThrownBy(() -> run.await(SOON)).hasMessageContaining("context.store");
            assertThat(run.explain(lost)).startsWith("failed");
            assertThat(engine.submit(good).await(SOON).get(read)).isEqualTo("content");
        }
        assertThat(dirs).hasSize(2).allSatisfy(dir -> assertThat(dir).doesNotExist());
    }

    @Test
    void aListenerThatThrowsOrCallsBackHoldsNothingUp() {
        List<Throwable> thrown = new CopyOnWriteArrayList<>();
        DagBuilder d = Dag.builder("listener");
        Out<Integer> t = d.task("t", () -> 1);
        Dag dag = d.build();
        DagRun[] run = new DagRun[1];
        try (DagEngine engine = builder()
                .listener(event -> {
                    if (event.task().equals("t") && run[0] != null) {
                        try {
                            run[0].await(SOON);
                        } catch (RuntimeException e) {
                            thrown.add(e);
                        }
                    }
                    throw new IllegalStateException("from a test's listener");
                })
                .build()) {
            run[0] = engine.submit(dag);
            assertThat(run[0].await(SOON).get(t)).isEqualTo(1);
        }
        assertThat(thrown).allSatisfy(e -> assertThat(e).hasMessageContaining("DagListener"));
    }

    @Test
    void anInterruptedWaiterKeepsItsFlagAndTheRunGoesOn() throws InterruptedException {
        CountDownLatch go = new CountDownLatch(1);
        DagBuilder d = Dag.builder("interrupt");
        Out<Integer> t = d.task("t", () -> {
            go.await();
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            DagRun run = engine.submit(dag);
            Thread.currentThread().interrupt();
            assertThatThrownBy(() -> run.await(SOON)).isInstanceOf(OperationCancelledException.class);
            assertThat(Thread.interrupted()).isTrue();
            go.countDown();
            assertThat(run.await(SOON).get(t)).isEqualTo(1);
        }
    }

    @Test
    void theApplicationsExecutorIsUsedAndNeverShutDown() {
        ExecutorService executor = Executors.newFixedThreadPool(2, DAEMON);
        DagBuilder d = Dag.builder("executor");
        Out<String> t = d.task("t", () -> Thread.currentThread().getName());
        Dag dag = d.build();
        try (DagEngine engine = builder().executor(executor).build()) {
            assertThat(engine.submit(dag).await(SOON).get(t)).isEqualTo("test-executor");
        }
        assertThat(executor.isShutdown()).isFalse();
        executor.shutdown();
    }

    @Test
    void manyRunsAtOnceAndAWideMap() {
        DagBuilder d = Dag.builder("wide");
        Many<Integer> all = d.each(
                        "n", java.util.stream.IntStream.range(0, 1500).boxed().toList())
                .map("inc", n -> n + 1);
        Out<Long> sum =
                d.task("sum", all, list -> list.stream().mapToLong(i -> i).sum());
        Dag dag = d.build();
        try (DagEngine engine = engine()) {
            List<DagRun> runs = new ArrayList<>();
            for (int i = 0; i < 3; i++) {
                runs.add(engine.submit(dag));
            }
            for (DagRun run : runs) {
                assertThat(run.await(Duration.ofMinutes(1)).get(sum)).isEqualTo(1500L * 1501 / 2);
            }
        }
        assertThat(events.stream().map(DagEvent::state).filter("SUCCEEDED"::equals))
                .hasSize(3 * (1500 + 2));
    }

    @Test
    void aCorruptStoreAndANewerOneAreRefused() throws Exception {
        Path file = home.resolve("dag.db");
        Files.writeString(file, "this is no database, and it is long enough to have a header ........................");
        assertThatThrownBy(this::engine)
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining("dag.db");
        Files.delete(file);
        engine().close();
        try (var connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file);
                var statement = connection.createStatement()) {
            statement.execute("UPDATE mlcore_schema SET version = 99 WHERE component = 'dag'");
        }
        assertThatThrownBy(this::engine)
                .isInstanceOf(dev.mlcore.api.IncompatibleException.class)
                .hasMessageContaining("99");
    }

    @Test
    void aSecondEngineIsRefusedAtOnceNamingThePid() throws IOException {
        try (DagEngine engine = engine()) {
            assertThatThrownBy(this::engine)
                    .isInstanceOf(UnavailableException.class)
                    .hasMessageContaining(Long.toString(ProcessHandle.current().pid()));
            assertThat(Files.readString(home.resolve("dag.db.lock")).strip())
                    .isEqualTo(Long.toString(ProcessHandle.current().pid()));
        }
        engine().close();
    }

    @Test
    void aClosedEngineSaysSo() {
        DagEngine engine = engine();
        engine.close();
        engine.close();
        assertThatThrownBy(() -> engine.submit(one("t", () -> 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
