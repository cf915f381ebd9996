package dev.mlcore.api.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.api.tracking.Tracker;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.jspecify.annotations.NullUnmarked;

/** Laws of every {@link dev.mlcore.api.tracking.RunSink}: what a metric's latest value is, and that a replay is nothing. */
@NullUnmarked
public abstract class RunSinkProperties {
    private static final Instant START = Instant.parse("2026-05-01T12:00:00Z");

    /**
     * What is tested; one for all tries, since each uses runs of its own.
     *
     * @return an open tracker
     */
    protected abstract Tracker tracker();

    /** A point to be logged. */
    record Point(double value, long step, long millis) {
        /** Its place among others as one exact integer, so that the oracle compares no doubles: step, then time, then value, then number over NaN. */
        BigInteger rank() {
            BigDecimal stored = Double.isNaN(value)
                    ? BigDecimal.ZERO
                    : new BigDecimal(Math.max(-Double.MAX_VALUE, Math.min(Double.MAX_VALUE, value)));
            BigInteger exact =
                    stored.scaleByPowerOfTen(1_100).toBigIntegerExact(); // a double has at most 1074 decimals
            return BigInteger.valueOf(step)
                    .shiftLeft(64)
                    .add(BigInteger.valueOf(millis))
                    .shiftLeft(6_000)
                    .add(exact.shiftLeft(1))
                    .add(Double.isNaN(value) ? BigInteger.ZERO : BigInteger.ONE);
        }

        double kept() {
            return Double.isInfinite(value) ? Math.signum(value) * Double.MAX_VALUE : value;
        }
    }

    @Provide
    Arbitrary<List<Point>> points() {
        Arbitrary<Double> values = Arbitraries.oneOf(
                Arbitraries.of(
                        Double.NaN,
                        Double.POSITIVE_INFINITY,
                        Double.NEGATIVE_INFINITY,
                        0.0,
                        -0.0,
                        Double.MAX_VALUE,
                        Double.MIN_VALUE,
                        1.0,
                        -1.0),
                Arbitraries.doubles());
        Arbitrary<Long> steps = Arbitraries.frequencyOf(
                net.jqwik.api.Tuple.of(8, Arbitraries.longs().between(-2, 2)),
                net.jqwik.api.Tuple.of(1, Arbitraries.longs()));
        return Combinators.combine(values, steps, Arbitraries.longs().between(0, 3))
                .as(Point::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(25);
    }

    @Property(tries = 150)
    void theLatestIsTheGreatestInWhateverOrderAndBatchesThePointsCome(
            @ForAll("points") List<Point> points,
            @ForAll Random random,
            @ForAll @IntRange(min = 1, max = 6) int batch) {
        Point greatest = Collections.max(points, (a, b) -> a.rank().compareTo(b.rank()));
        for (int order = 0; order < 2; order++) {
            List<Point> shuffled = new ArrayList<>(points);
            Collections.shuffle(shuffled, random);
            String run = started();
            for (int from = 0; from < shuffled.size(); from += batch) {
                List<RunCommand> commands = shuffled.subList(from, Math.min(from + batch, shuffled.size())).stream()
                        .<RunCommand>map(p ->
                                new RunCommand.Metric(run, 0, START.plusMillis(p.millis()), "m", p.value(), p.step()))
                        .toList();
                assertThat(tracker().sink().apply(commands)).isEmpty();
            }

            assertThat(tracker().run(run).metrics().get("m") + 0.0).isEqualTo(Double.valueOf(greatest.kept() + 0.0));
            assertThat(tracker().metricHistory(run, "m").stream().map(RunSinkProperties::text))
                    .containsExactlyInAnyOrderElementsOf(new TreeSet<>(
                            points.stream().map(RunSinkProperties::text).toList()))
                    .hasSize(new TreeSet<>(points.stream().map(Point::rank).toList()).size());
        }
    }

    private static String text(Point point) {
        return point.step() + " " + (START.toEpochMilli() + point.millis()) + " " + (point.kept() + 0.0);
    }

    private static String text(MetricPoint point) {
        return point.step() + " " + point.at().toEpochMilli() + " " + (point.value() + 0.0);
    }

    @Provide
    Arbitrary<List<Integer>> kinds() {
        return Arbitraries.integers().between(0, 5).list().ofMinSize(1).ofMaxSize(20);
    }

    /** A source that crashes sends again what it is not sure of: any prefix, any number of times. */
    @Property(tries = 100)
    void replaysOfPrefixesChangeNothing(@ForAll("kinds") List<Integer> kinds, @ForAll Random random) {
        String plain = RunSinkContract.newId();
        tracker().sink().apply(commands(plain, kinds));

        String crashed = RunSinkContract.newId();
        List<RunCommand> commands = commands(crashed, kinds);
        int done = 0;
        while (done < commands.size()) {
            int from = random.nextInt(done + 1);
            int to = done + random.nextInt(commands.size() - done + 1);
            if (from < to) {
                tracker().sink().apply(commands.subList(from, to));
            }
            done = Math.max(done, to);
        }
        assertThat(seen(crashed)).isEqualTo(seen(plain));

        tracker().sink().apply(commands.subList(0, random.nextInt(commands.size() + 1)));
        assertThat(seen(crashed)).isEqualTo(seen(plain));
    }

    /** Few keys and values, so that commands contradict and undo one another. */
    private static List<RunCommand> commands(String run, List<Integer> kinds) {
        List<RunCommand> commands = new ArrayList<>();
        commands.add(new RunCommand.Start(run, 1, START, "replays", "run", Optional.empty(), Map.of("t", "start")));
        IntStream.range(0, kinds.size()).forEach(i -> {
            long seq = i + 2;
            Instant at = START.plusMillis(i);
            commands.add(
                    switch (kinds.get(i)) {
                        case 0 ->
                            new RunCommand.Status(run, seq, at, RunStatus.values()[i % RunStatus.values().length]);
                        case 1 -> new RunCommand.Tag(run, seq, at, "t", "tag " + i);
                        case 2 -> new RunCommand.Tag(run, seq, at, "mlflow.runName", "name " + i);
                        case 3 -> new RunCommand.Param(run, seq, at, "p" + i % 2, "value " + i % 3);
                        case 4 -> new RunCommand.Metric(run, seq, at, "m", i % 4 == 0 ? Double.NaN : i % 5, i % 3);
                        default -> new RunCommand.Param(run, seq, at, "malformed$", "x");
                    });
        });
        return commands;
    }

    private List<Object> seen(String run) {
        RunInfo info = tracker().run(run);
        return List.of(
                info.name(),
                info.status(),
                info.started(),
                info.ended(),
                info.params(),
                info.metrics(),
                info.tags(),
                tracker().metricHistory(run, "m").stream()
                        .map(RunSinkProperties::text)
                        .toList());
    }

    private String started() {
        String run = RunSinkContract.newId();
        tracker()
                .sink()
                .apply(List.of(new RunCommand.Start(run, 0, START, "metrics", "run", Optional.empty(), Map.of())));
        return run;
    }
}
