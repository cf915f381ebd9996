package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagApp;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.Param;
import dev.mlcore.tracking.Tracking;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A workflow whose engine is closed and opened again after every task ends as one that ran in one go. */
class RestartTest {
    @TempDir
    Path dir;

    private final AtomicInteger entered = new AtomicInteger();

    record Scored(double rate, double accuracy, int digest) {}

    private record Flow(Dag dag, Param<Path> csv, Many<Scored> tried, Out<Integer> best) {}

    @AfterAll
    static void nothingIsLeft() {
        Samples.assertNoThreadsLeft();
    }

    private Flow flow() {
        DagBuilder d = Dag.builder("restarted");
        Param<Path> csv = d.param("csv", Path.class);
        Out<Rows.Split> split = d.task("split", csv, path -> {
            entered.incrementAndGet();
            return Rows.read(path).split(0.8, 7);
        });
        Many<Scored> tried = d.each("rate", List.of(0.001, 0.01, 0.1))
                .with(split)
                .map("train", (rate, s, ctx) -> {
                    entered.incrementAndGet();
                    Fitted fitted = s.train().fit(rate);
                    ctx.run().metric("accuracy", s.test().accuracy(fitted));
                    return new Scored(rate, s.test().accuracy(fitted), Arrays.hashCode(fitted.onnx()));
                });
        Out<Integer> best = d.task("best", tried, all -> {
            entered.incrementAndGet();
            return all.stream()
                    .max(Comparator.comparingDouble(Scored::accuracy))
                    .orElseThrow()
                    .digest();
        });
        return new Flow(d.build(), csv, tried, best);
    }

    @Test
    void theResultIsTheSame() throws Exception {
        Flow flow = flow();
        List<Scored> scores;
        int best;
        try (DagEngine engine = DagEngine.open("sqlite:" + dir.resolve("whole.db"))) {
            DagRun run = engine.submit(flow.dag(), p -> p.set(flow.csv(), Samples.csv()))
                    .await(Duration.ofMinutes(1));
            scores = run.get(flow.tried());
            best = run.get(flow.best());
        }
        assertThat(entered.getAndSet(0)).isEqualTo(5);

        Path home = Files.createDirectories(dir.resolve("home"));
        Set<String> runs = new HashSet<>();
        AtomicBoolean ended = new AtomicBoolean();
        int starts = 0;
        while (!ended.get()) {
            starts++;
            assertThat(starts).isLessThan(50);
            Flow again = flow();
            CountDownLatch oneMore = new CountDownLatch(1);
            try (Tracking tracking = Tracking.open("sqlite:" + home.resolve("mlflow.db"));
                    DagEngine engine = DagEngine.builder("sqlite:" + home.resolve("dag.db"))
                            .tracking(tracking)
                            .listener(event -> {
                                if (event.task().isEmpty() && event.state().equals("SUCCEEDED")) {
                                    ended.set(true);
                                }
                                if (event.state().equals("SUCCEEDED")) {
                                    oneMore.countDown();
                                }
                            })
                            .build()) {
                runs.add(engine.submitOrResume(again.dag(), p -> p.set(again.csv(), Samples.csv()))
                        .id());
                assertThat(oneMore.await(60, TimeUnit.SECONDS)).isTrue();
            }
        }
        assertThat(starts).isGreaterThan(1);
        assertThat(runs).hasSize(1);
        Flow again = flow();
        try (DagEngine engine = DagEngine.builder("sqlite:" + home.resolve("dag.db"))
                .app(DagApp.builder().dags(again.dag()).build())
                .build()) {
            DagRun run = engine.run(runs.iterator().next()).await(Duration.ofSeconds(1));
            assertThat(run.get(again.tried())).isEqualTo(scores);
            assertThat(run.get(again.best())).isEqualTo(best);
        }
    }
}
