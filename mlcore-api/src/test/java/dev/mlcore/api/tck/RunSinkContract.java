package dev.mlcore.api.tck;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.DatasetInfo;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunSink;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.api.tracking.Tracker;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What the {@link RunSink} of every {@link Tracker} keeps: one row per command's promise, and what is refused, skipped and repeated. */
@NullUnmarked
public abstract class RunSinkContract {
    private static final Instant NOON = Instant.parse("2026-05-01T12:00:00Z");

    protected Tracker tracker;
    private RunSink sink;
    private String run;

    /**
     * Makes what is tested.
     *
     * @return a new, empty tracker; closed after each test if it can be
     */
    protected abstract Tracker newTracker();

    @BeforeEach
    final void open() {
        tracker = newTracker();
        sink = tracker.sink();
        run = newId();
    }

    @AfterEach
    final void close() throws Exception {
        if (tracker instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    @Test
    void aRunBeginsWithAllThatItsStartSays() {
        String parent = newId();
        applied(new RunCommand.Start(
                run, 0, NOON, "churn", "fit", Optional.of(parent), Map.of("team", "blue", "mlflow.user", "ada")));

        RunInfo info = tracker.run(run);
        assertThat(info.id()).isEqualTo(run);
        assertThat(info.name()).isEqualTo("fit");
        assertThat(info.experiment()).isEqualTo("churn");
        assertThat(info.status()).isEqualTo(RunStatus.RUNNING);
        assertThat(info.parent()).contains(parent);
        assertThat(info.started()).isEqualTo(NOON);
        assertThat(info.ended()).isEmpty();
        assertThat(info.tags())
                .containsEntry("team", "blue")
                .containsEntry("mlflow.user", "ada")
                .containsEntry("mlflow.runName", "fit")
                .containsEntry("mlflow.parentRunId", parent);
        assertThat(info.params()).isEmpty();
        assertThat(info.metrics()).isEmpty();
        assertThat(info.inputs()).isEmpty();
    }

    @Test
    void aRunAtTheTopHasNoParent() {
        start();

        assertThat(tracker.run(run).parent()).isEmpty();
    }

    @Test
    void aRunThatExistsIsLeftAsItIs() {
        start();
        applied(status(RunStatus.FINISHED, 0));
        applied(new RunCommand.Start(
                run, 0, NOON.plusSeconds(60), "other", "again", Optional.of(newId()), Map.of("a", "b")));

        RunInfo info = tracker.run(run);
        assertThat(info.name()).isEqualTo("run");
        assertThat(info.experiment()).isEqualTo("experiment");
        assertThat(info.started()).isEqualTo(NOON);
        assertThat(info.status()).isEqualTo(RunStatus.FINISHED);
        assertThat(info.parent()).isEmpty();
        assertThat(info.tags()).doesNotContainKey("a");
    }

    @Test
    void aTerminalStatusSetsTheEndAndAnotherClearsIt() {
        start();
        for (RunStatus status : RunStatus.values()) {
            applied(status(status, 0));

            assertThat(tracker.run(run).status()).isEqualTo(status);
            assertThat(tracker.run(run).ended())
                    .isEqualTo(status.terminal() ? Optional.of(NOON.plusSeconds(5)) : Optional.empty());
        }
    }

    @Test
    void aReplayIsToldFromAReopening() {
        applied(start(1), status(RunStatus.FINISHED, 2));
        applied(status(RunStatus.RUNNING, 3));

        applied(start(1), status(RunStatus.FINISHED, 2));

        assertThat(tracker.run(run).status()).isEqualTo(RunStatus.RUNNING);
    }

    @Test
    void commandsOutsideTheSequenceAreAlwaysAppliedAndDoNotMoveIt() {
        applied(start(1), tag("stage", "one", 5));
        applied(tag("stage", "outside", 0));
        applied(tag("stage", "old", 5), tag("stage", "older", 4));
        assertThat(tracker.run(run).tags()).containsEntry("stage", "outside");

        applied(tag("stage", "new", 6));
        assertThat(tracker.run(run).tags()).containsEntry("stage", "new");
    }

    @Test
    void eachRunHasASequenceOfItsOwn() {
        String other = newId();
        applied(start(1), tag("a", "first", 7));
        applied(
                new RunCommand.Start(other, 1, NOON, "experiment", "other", Optional.empty(), Map.of()),
                new RunCommand.Tag(other, 2, NOON, "a", "second"));

        assertThat(tracker.run(other).tags()).containsEntry("a", "second");
    }

    @Test
    void aParamIsSetOnceAndWhatFollowsARefusalIsApplied() {
        start();
        applied(param("lr", "0.1"), param("lr", "0.1"));

        RunCommand changed = param("lr", "0.2");
        List<RunSink.Refusal> refusals = sink.apply(List.of(changed, tag("after", "yes", 0), param("depth", "3")));

        assertThat(refusals).extracting(RunSink.Refusal::command).containsExactly(changed);
        assertThat(refusals.get(0).reason())
                .isEqualTo(
                        "Changing param values is not allowed. Param with key='lr' was already logged with value='0.1'"
                                + " for run ID='" + run + "'. Attempted logging new value '0.2'.");
        assertThat(tracker.run(run).params()).containsExactly(Map.entry("depth", "3"), Map.entry("lr", "0.1"));
        assertThat(tracker.run(run).tags()).containsEntry("after", "yes");
    }

    @Test
    void aRunThatDoesNotExistIsRefusedAndOthersAreNot() {
        start();
        RunCommand lost = new RunCommand.Tag(newId(), 1, NOON, "a", "b");

        List<RunSink.Refusal> refusals = sink.apply(List.of(lost, tag("a", "c", 0)));

        assertThat(refusals).extracting(RunSink.Refusal::command).containsExactly(lost);
        assertThat(refusals.get(0).reason()).contains(lost.runId());
        assertThat(tracker.run(run).tags()).containsEntry("a", "c");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a$b", "a//b", "/a", "../a", "a/./b", "a\nb", "é?", "..."})
    void malformedKeysAreRefused(String key) {
        start();
        List<RunCommand> commands =
                List.of(param(key, "v"), tag(key, "v", 0), new RunCommand.Metric(run, 0, NOON, key, 1, 0));

        assertThat(sink.apply(commands)).extracting(RunSink.Refusal::command).containsExactlyElementsOf(commands);
        assertThat(tracker.run(run).params()).isEmpty();
        assertThat(tracker.run(run).metrics()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"a", "loss/val", "A b", "größe", "x:y", "a.b-c_d", ".hidden"})
    void goodKeysAreKept(String key) {
        start();
        applied(param(key, "v"), new RunCommand.Metric(run, 0, NOON, key, 1, 0));

        assertThat(tracker.run(run).params()).containsOnlyKeys(key);
        assertThat(tracker.metricHistory(run, key)).hasSize(1);
    }

    @Test
    void lengthsCountCodePoints() {
        start();
        String wide = "\uD83D\uDC27"; // one code point, two chars
        applied(param("k".repeat(250), wide.repeat(6001)), tag("long", wide.repeat(8001), 0));
        assertThat(sink.apply(List.of(param("k".repeat(251), "v")))).hasSize(1);

        assertThat(tracker.run(run).params()).containsEntry("k".repeat(250), wide.repeat(6000));
        assertThat(tracker.run(run).tags()).containsEntry("long", wide.repeat(8000));
        applied(param("k".repeat(250), wide.repeat(6001))); // the same value again, cut the same way
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "abc",
                "../../etc/passwd",
                "0123456789ABCDEF0123456789ABCDEF",
                "0123456789abcdef0123456789abcdef0"
            })
    void runIdsThatAreNoneAreRefused(String id) {
        assertThat(sink.apply(
                        List.of(new RunCommand.Start(id, 0, NOON, "experiment", "run", Optional.empty(), Map.of()))))
                .hasSize(1);
    }

    @Test
    void anExperimentThatCannotBeIsRefused() {
        for (String name : List.of("", " ", "n".repeat(257))) {
            RunCommand start = new RunCommand.Start(newId(), 1, NOON, name, "run", Optional.empty(), Map.of());
            assertThat(sink.apply(List.of(start))).hasSize(1);
        }
    }

    @Test
    void timesBeforeTheEpochAreRefused() {
        start();
        Instant early = Instant.ofEpochMilli(-1);

        assertThat(sink.apply(List.of(
                        new RunCommand.Metric(run, 0, early, "m", 1, 0),
                        new RunCommand.Start(newId(), 0, early, "experiment", "run", Optional.empty(), Map.of()))))
                .hasSize(2);
    }

    @Test
    void theLatestMetricIsThatOfTheGreatestStepThenTimeThenValue() {
        start();
        applied(metric(0.3, 2, 10), metric(0.9, 1, 99));
        assertThat(tracker.run(run).metrics()).containsEntry("m", 0.3);
        applied(metric(0.1, 2, 11));
        assertThat(tracker.run(run).metrics()).containsEntry("m", 0.1);
        applied(metric(0.05, 2, 11));
        assertThat(tracker.run(run).metrics()).containsEntry("m", 0.1);
        applied(metric(0.2, 2, 11));
        assertThat(tracker.run(run).metrics()).containsEntry("m", 0.2);
        applied(metric(7, -5, 1_000), metric(8, Long.MIN_VALUE, 1_000));
        assertThat(tracker.run(run).metrics()).containsEntry("m", 0.2);
        applied(metric(-3, Long.MAX_VALUE, 0));
        assertThat(tracker.run(run).metrics()).containsEntry("m", -3.0);
    }

    @Test
    void nanIsKeptAndInfinitiesBecomeTheLargestFiniteDoubles() {
        start();
        applied(
                metric(Double.NaN, 3, 3),
                metric(Double.POSITIVE_INFINITY, 1, 1),
                metric(Double.NEGATIVE_INFINITY, 2, 2));

        assertThat(tracker.metricHistory(run, "m"))
                .extracting(MetricPoint::value)
                .containsExactly(Double.MAX_VALUE, -Double.MAX_VALUE, Double.NaN);
        assertThat(tracker.run(run).metrics().get("m")).isNaN();
    }

    @Test
    void historyIsByTimeThenStepThenValueWithoutDuplicates() {
        start();
        applied(metric(2, 1, 5), metric(1, 1, 5), metric(9, 0, 5), metric(4, 7, 1), metric(2, 1, 5));
        applied(metric(2, 1, 5));

        assertThat(tracker.metricHistory(run, "m"))
                .containsExactly(point(4, 7, 1), point(9, 0, 5), point(1, 1, 5), point(2, 1, 5));
        assertThat(tracker.metricHistory(run, "other")).isEmpty();
    }

    @Test
    void tagsAreReplacedAndOneOfThemIsTheName() {
        start();
        applied(tag("a", "1", 0), tag("a", "2", 0), tag("mlflow.runName", "renamed", 0));

        assertThat(tracker.run(run).tags()).containsEntry("a", "2").containsEntry("mlflow.runName", "renamed");
        assertThat(tracker.run(run).name()).isEqualTo("renamed");
    }

    @Test
    void dataSetsAreKeptInOrderEachOnce() {
        start();
        DatasetInfo.Source source = new DatasetInfo.Source("local", Map.of("uri", "data/penguins.csv"));
        DatasetInfo train = DatasetInfo.of("train", "abc", source)
                .schema(new Schema(List.of(
                        new Schema.Column("mass", ColumnType.Scalar.DOUBLE, true),
                        new Schema.Column("sex", ColumnType.Scalar.STRING, false))))
                .profile(Map.of("num_rows", 342));
        DatasetInfo test = DatasetInfo.of("test", "def", source);

        applied(
                new RunCommand.Dataset(run, 0, NOON, train, "training"),
                new RunCommand.Dataset(run, 0, NOON, test, ""),
                new RunCommand.Dataset(run, 0, NOON, train, "training"));

        assertThat(tracker.run(run).inputs())
                .containsExactly(new RunInfo.DatasetUse(train, "training"), new RunInfo.DatasetUse(test, ""));
    }

    @Test
    void aModelIsTiedToARunByIdsThatAreSome() {
        start();
        applied(new RunCommand.Link(run, 0, NOON, "m-" + newId(), RunCommand.Link.Role.INPUT, 0));

        assertThat(sink.apply(List.of(new RunCommand.Link(run, 0, NOON, "model", RunCommand.Link.Role.OUTPUT, 0))))
                .hasSize(1);
    }

    @Test
    void noCommandsAreNothing() {
        assertThat(sink.apply(List.of())).isEmpty();
    }

    @Test
    void manyMayApplyAtOnce() throws Exception {
        start();
        int writers = 4;
        int each = 200;
        ArtifactStoreContract.atOnce(writers, writer -> () -> {
            String own = newId();
            List<RunCommand> batch = new ArrayList<>();
            batch.add(
                    new RunCommand.Start(own, 1, NOON, "experiment " + writer % 2, "run", Optional.empty(), Map.of()));
            for (int i = 0; i < each; i++) {
                batch.add(new RunCommand.Metric(own, i + 2, NOON, "own", i, i));
                batch.add(new RunCommand.Metric(run, 0, NOON.plusMillis(writer), "shared", i, i));
            }
            assertThat(sink.apply(batch)).isEmpty();
            assertThat(tracker.metricHistory(own, "own")).hasSize(each);
            return own;
        });

        assertThat(tracker.metricHistory(run, "shared")).hasSize(writers * each);
        assertThat(tracker.run(run).metrics()).containsEntry("shared", each - 1.0);
    }

    private void start() {
        applied(start(0));
    }

    private RunCommand start(long seq) {
        return new RunCommand.Start(run, seq, NOON, "experiment", "run", Optional.empty(), Map.of());
    }

    private RunCommand status(RunStatus status, long seq) {
        return new RunCommand.Status(run, seq, NOON.plusSeconds(5), status);
    }

    private RunCommand param(String key, String value) {
        return new RunCommand.Param(run, 0, NOON, key, value);
    }

    private RunCommand tag(String key, String value, long seq) {
        return new RunCommand.Tag(run, seq, NOON, key, value);
    }

    private RunCommand metric(double value, long step, long millis) {
        return new RunCommand.Metric(run, 0, NOON.plusMillis(millis), "m", value, step);
    }

    private static MetricPoint point(double value, long step, long millis) {
        return new MetricPoint(value, step, NOON.plusMillis(millis));
    }

    private void applied(RunCommand... commands) {
        assertThat(sink.apply(List.of(commands))).isEmpty();
    }

    static String newId() {
        return UUID.randomUUID().toString().replace("-", "");
    }
}
