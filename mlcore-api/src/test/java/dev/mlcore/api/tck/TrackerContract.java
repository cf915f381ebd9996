package dev.mlcore.api.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.data.DatasetInfo;
import dev.mlcore.api.tracking.Experiment;
import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.api.tracking.Tracker;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicReference;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What every {@link Tracker} and the {@link Run} handles it gives out keep. */
@NullUnmarked
public abstract class TrackerContract {
    protected Tracker tracker;

    /**
     * Makes what is tested.
     *
     * @return a new, empty tracker; closed after each test if it can be
     */
    protected abstract Tracker newTracker();

    @BeforeEach
    final void open() {
        tracker = newTracker();
    }

    @AfterEach
    final void close() throws Exception {
        if (tracker instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    @Test
    void anExperimentIsCreatedOnFirstUse() {
        Experiment churn = tracker.experiment("churn");

        assertThat(churn.name()).isEqualTo("churn");
        assertThat(churn.id()).matches("[0-9]+");
        assertThat(tracker.experiment("churn").id()).isEqualTo(churn.id());
        assertThat(tracker.experiment("other").id()).isNotEqualTo(churn.id());
    }

    @Test
    void experimentNamesHaveLimits() {
        assertThatThrownBy(() -> tracker.experiment(" ")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> tracker.experiment("n".repeat(257)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("257");
        assertThat(tracker.experiment("\uD83D\uDC27".repeat(256)).id()).isNotEmpty();
    }

    @Test
    void aBlockThatReturnsIsAFinishedRun() {
        AtomicReference<String> id = new AtomicReference<>();
        tracker.experiment("churn").run("fit", run -> {
            id.set(run.id());
            assertThat(tracker.run(run.id()).status()).isEqualTo(RunStatus.RUNNING);
            run.param("depth", 3).metric("auc", 0.91).tag("team", "blue");
        });

        RunInfo info = tracker.run(id.get());
        assertThat(info.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(info.ended()).hasValueSatisfying(end -> assertThat(end).isAfterOrEqualTo(info.started()));
        assertThat(info.name()).isEqualTo("fit");
        assertThat(info.experiment()).isEqualTo("churn");
        assertThat(info.params()).isEqualTo(Map.of("depth", "3"));
        assertThat(info.metrics()).isEqualTo(Map.of("auc", 0.91));
        assertThat(info.tags()).containsEntry("team", "blue").containsKeys("mlflow.user", "mlflow.source.type");
    }

    @Test
    void callAnswersWhatTheBodyDid() {
        assertThat(tracker.experiment("churn").<Integer>call("fit", run -> 42)).isEqualTo(42);
    }

    @Test
    void aBlockThatThrowsIsAFailedRunAndThrowsTheSame() {
        IllegalStateException thrown = new IllegalStateException("out of cheese");
        AssertionError error = new AssertionError("worse");

        assertThat(failing(thrown)).isSameAs(thrown);
        assertThat(failing(error)).isSameAs(error);
    }

    @Test
    void aCheckedExceptionComesWrapped() {
        IOException checked = new IOException("no data");

        assertThat(failing(checked)).isInstanceOf(CompletionException.class).hasCause(checked);
    }

    @Test
    void anInterruptIsKept() {
        assertThat(failing(new InterruptedException("stop"))).hasCauseInstanceOf(InterruptedException.class);

        assertThat(Thread.interrupted()).isTrue();
    }

    private Throwable failing(Throwable thrown) {
        AtomicReference<String> id = new AtomicReference<>();
        Throwable caught = catchThrowable(() -> tracker.experiment("churn").run("fit", run -> {
            id.set(run.id());
            run.metric("before", 1);
            if (thrown instanceof Error error) {
                throw error;
            }
            throw (Exception) thrown;
        }));
        RunInfo info = tracker.run(id.get());
        assertThat(info.status()).isEqualTo(RunStatus.FAILED);
        assertThat(info.ended()).isPresent();
        assertThat(info.tags().get("mlcore.error")).contains(thrown.getMessage());
        assertThat(info.metrics()).containsEntry("before", 1.0);
        return caught;
    }

    @Test
    void aBlockWhoseWritesAreRefusedIsAFailedRun() {
        AtomicReference<String> id = new AtomicReference<>();
        assertThatThrownBy(() -> tracker.experiment("churn").run("fit", run -> {
                    id.set(run.id());
                    run.param("lr", 1).param("lr", 2);
                }))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("key='lr'");

        assertThat(tracker.run(id.get()).status()).isEqualTo(RunStatus.FAILED);
    }

    @Test
    void aStartedRunIsThereAtOnce() {
        try (Run run = tracker.experiment("churn").start("long")) {
            assertThat(run.id()).matches("[0-9a-f]{32}");
            assertThat(tracker.run(run.id()).status()).isEqualTo(RunStatus.RUNNING);
            assertThat(tracker.run(run.id()).parent()).isEmpty();
            run.finish();
        }
    }

    @Test
    void closingWithoutFinishingFails() {
        Run run = tracker.experiment("churn").start("long");
        run.metric("m", 1);
        run.close();
        run.close();

        assertThat(tracker.run(run.id()).status()).isEqualTo(RunStatus.FAILED);
        assertThat(tracker.run(run.id()).metrics()).containsEntry("m", 1.0);
    }

    @Test
    void theFirstEndCounts() {
        Run finished = tracker.experiment("churn").start("finished");
        finished.finish();
        finished.fail(new IllegalStateException("late"));
        finished.close();
        Run failed = tracker.experiment("churn").start("failed");
        failed.fail(new IllegalStateException("bad luck"));
        failed.finish();
        failed.close();

        assertThat(tracker.run(finished.id()).status()).isEqualTo(RunStatus.FINISHED);
        assertThat(tracker.run(finished.id()).tags()).doesNotContainKey("mlcore.error");
        assertThat(tracker.run(failed.id()).status()).isEqualTo(RunStatus.FAILED);
        assertThat(tracker.run(failed.id()).tags().get("mlcore.error")).contains("bad luck");
    }

    @Test
    void finishIsDurableBeforeTheHandleIsClosed() {
        try (Run run = tracker.experiment("churn").start("long")) {
            run.metric("m", 1);
            run.finish();

            assertThat(tracker.run(run.id()).status()).isEqualTo(RunStatus.FINISHED);
            assertThat(tracker.run(run.id()).metrics()).containsEntry("m", 1.0);
        }
    }

    @Test
    void aChildIsNestedAndEndsByItself() {
        Run outer = tracker.experiment("churn").start("outer");
        Run inner = outer.child("inner");
        Run innermost = inner.child("innermost");
        outer.finish();
        outer.close();

        RunInfo info = tracker.run(inner.id());
        assertThat(info.parent()).contains(outer.id());
        assertThat(info.experiment()).isEqualTo("churn");
        assertThat(info.name()).isEqualTo("inner");
        assertThat(info.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(tracker.run(innermost.id()).parent()).contains(inner.id());
        innermost.close();
        inner.close();
    }

    @Test
    void aResumedHandleWritesAndDoesNotEndTheRun() {
        Run run = tracker.experiment("churn").start("long");
        try (Run again = tracker.resume(run.id())) {
            again.metric("m", 7);
        }

        assertThat(tracker.run(run.id()).status()).isEqualTo(RunStatus.RUNNING);
        assertThat(tracker.run(run.id()).metrics()).containsEntry("m", 7.0);
        Run third = tracker.resume(run.id());
        third.finish();
        third.close();
        assertThat(tracker.run(run.id()).status()).isEqualTo(RunStatus.FINISHED);
        assertThatThrownBy(() -> tracker.resume(run.id()))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining(run.id())
                .hasMessageContaining("FINISHED");
    }

    /** So many that the store cannot have stored them by itself by the time close is called. */
    @Test
    void closeWaitsForTheLastBatch() {
        int points = 3_000;
        try (Run run = tracker.experiment("churn").start("long")) {
            try (Run again = tracker.resume(run.id())) {
                for (int i = 0; i < points; i++) {
                    again.metric("m", i, i);
                }
            }
            assertThat(tracker.metricHistory(run.id(), "m")).hasSize(points);
            run.finish();
        }
    }

    @Test
    void whatIsNotThereIsNotFound() {
        String none = "0".repeat(32);
        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> tracker.run(none), () -> tracker.resume(none), () -> tracker.metricHistory(none, "m"))) {
            assertThatThrownBy(call).isInstanceOf(NotFoundException.class).hasMessageContaining(none);
        }
    }

    @Test
    void flushMakesWritesVisibleAndThrowsWhatWasRefusedOnce() {
        try (Run run = tracker.experiment("churn").start("long")) {
            run.param("lr", "0.1").flush();
            assertThat(tracker.run(run.id()).params()).containsEntry("lr", "0.1");

            run.param("lr", "0.2").metric("after", 1);
            assertThatThrownBy(run::flush)
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("'lr'")
                    .hasMessageContaining("0.2");
            assertThat(tracker.run(run.id()).metrics()).containsEntry("after", 1.0);
            run.flush();
            run.finish();
        }
    }

    @Test
    void closeThrowsWhatWasRefusedAndClosesAllTheSame() {
        Run run = tracker.experiment("churn").start("long");
        run.param("lr", "0.1").param("lr", "0.2");
        run.finish();

        assertThatThrownBy(run::close).isInstanceOf(ConflictException.class);
        run.close();
        assertThatThrownBy(() -> run.metric("m", 1)).isInstanceOf(IllegalStateException.class);
        assertThat(tracker.run(run.id()).status()).isEqualTo(RunStatus.FINISHED);
    }

    @Test
    void aClosedHandleTakesNothing(@org.junit.jupiter.api.io.TempDir Path folder) throws IOException {
        Run run = tracker.experiment("churn").start("long");
        run.finish();
        run.close();
        Path file = java.nio.file.Files.writeString(folder.resolve("a.txt"), "a");

        for (ThrowingCallable call : List.<ThrowingCallable>of(
                () -> run.param("a", 1),
                () -> run.metric("a", 1),
                () -> run.metric("a", 1, 1),
                () -> run.tag("a", "b"),
                () -> run.params(Map.of("a", 1)),
                () -> run.input(dataset(), ""),
                () -> run.text("a.txt", "a"),
                () -> run.artifact(file),
                () -> run.child("inner"),
                run::flush)) {
            assertThatThrownBy(call).isInstanceOf(IllegalStateException.class).hasMessageContaining(run.id());
        }
    }

    @Test
    void malformedKeysAndPathsAreRefusedAtOnce() {
        try (Run run = tracker.experiment("churn").start("long")) {
            assertThatThrownBy(() -> run.param("a$b", 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> run.metric("a//b", 1)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> run.tag("", "x")).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> run.params(Map.of("good", 1, "b?d", 2)))
                    .isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> run.text("../a", "x")).isInstanceOf(IllegalArgumentException.class);
            run.flush();
            assertThat(tracker.run(run.id()).params()).isEmpty();
            run.finish();
        }
    }

    record Optimizer(String name, double lr) {}

    record Settings(int depth, Optimizer optimizer) {}

    @Test
    void aRecordIsOneParamPerComponent() {
        try (Run run = tracker.experiment("churn").start("long")) {
            run.params(new Settings(3, new Optimizer("adam", 0.5))).flush();

            assertThat(tracker.run(run.id()).params())
                    .containsEntry("depth", "3")
                    .containsEntry("optimizer.name", "adam")
                    .containsEntry("optimizer.lr", "0.5");
            run.finish();
        }
    }

    @Test
    void metricsHaveTheTimeTheyWereMeasuredAt() {
        Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
        try (Run run = tracker.experiment("churn").start("long")) {
            run.metric("loss", 0.5, 1)
                    .metric("loss", 0.25, 2)
                    .metric("other", 1)
                    .flush();

            List<MetricPoint> history = tracker.metricHistory(run.id(), "loss");
            assertThat(history).extracting(MetricPoint::value).containsExactly(0.5, 0.25);
            assertThat(history).extracting(MetricPoint::step).containsExactly(1L, 2L);
            assertThat(history).allSatisfy(point -> assertThat(point.at()).isBetween(before, Instant.now()));
            assertThat(tracker.metricHistory(run.id(), "other").get(0).step()).isZero();
            run.finish();
        }
    }

    @Test
    void whatARunReadIsNoted() {
        try (Run run = tracker.experiment("churn").start("long")) {
            run.input(dataset(), "training").flush();

            assertThat(tracker.run(run.id()).inputs()).containsExactly(new RunInfo.DatasetUse(dataset(), "training"));
            run.finish();
        }
    }

    /** More than any queue holds, from several threads, so that writers have to wait for the store. */
    @Test
    void nothingIsLostWhenManyWriteFasterThanTheStore() throws Exception {
        int writers = 4;
        int each = 6_000;
        try (Run run = tracker.experiment("churn").start("busy")) {
            ArtifactStoreContract.atOnce(writers, writer -> () -> {
                for (int i = 0; i < each; i++) {
                    run.metric("w" + writer, i, i);
                }
                return writer;
            });
            run.finish();

            for (int writer = 0; writer < writers; writer++) {
                assertThat(tracker.metricHistory(run.id(), "w" + writer))
                        .hasSize(each)
                        .extracting(MetricPoint::step)
                        .startsWith(0L)
                        .endsWith(each - 1L);
            }
        }
    }

    @Test
    void thereIsOneSink() {
        assertThat(tracker.sink()).isSameAs(tracker.sink());
    }

    private static DatasetInfo dataset() {
        return DatasetInfo.of("penguins", "abc", new DatasetInfo.Source("local", Map.of("uri", "data/penguins.csv")));
    }
}
