package dev.mlcore.api.internal.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.DatasetInfo;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunStatus;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class RunCommandJsonTest {
    private static final Instant AT = Instant.parse("2026-11-24T10:00:00.123Z");
    private static final String RUN = "0123456789abcdef0123456789abcdef";

    static List<RunCommand> everyKind() {
        DatasetInfo dataset = DatasetInfo.of(
                        "penguins", "d1", new DatasetInfo.Source("local", Map.of("uri", "penguins.csv")))
                .schema(new Schema(List.of(new Schema.Column("mass", ColumnType.Scalar.FLOAT, true))))
                .profile(Map.of("num_rows", 342));
        return List.of(
                new RunCommand.Start(RUN, 1, AT, "penguins", "train[0]", Optional.of("p"), Map.of("b", "2", "a", "1")),
                new RunCommand.Start(RUN, 0, AT, "penguins", "top", Optional.empty(), Map.of()),
                new RunCommand.Status(RUN, 2, AT, RunStatus.KILLED),
                new RunCommand.Param(RUN, 3, AT, "l2", "0.1"),
                new RunCommand.Metric(RUN, 4, AT, "auc", Double.NaN, -7),
                new RunCommand.Metric(RUN, 4, AT, "auc", -0.0, Long.MAX_VALUE),
                new RunCommand.Tag(RUN, 5, AT, "note", "zwei\nZeilen \"ü\""),
                new RunCommand.Dataset(RUN, 6, AT, dataset, "training"),
                new RunCommand.Link(RUN, 7, AT, "m-1", RunCommand.Link.Role.OUTPUT, 3));
    }

    @ParameterizedTest
    @MethodSource("everyKind")
    void comesBackEqualFromOneLine(RunCommand command) {
        String json = RunCommandJson.encode(command);
        assertThat(json).doesNotContain("\n");
        assertThat(RunCommandJson.decode(json)).isEqualTo(command);
    }

    /** What 0.1 wrote is read for ever; do not change these lines, add lines. */
    @Test
    void readsWhatEveryReleaseWrote() {
        String metric = "{\"v\":1,\"k\":\"Metric\",\"run\":\"" + RUN
                + "\",\"seq\":4,\"at\":1795514400123,\"key\":\"auc\",\"value\":\"0.5\",\"step\":2}";
        assertThat(RunCommandJson.decode(metric)).isEqualTo(new RunCommand.Metric(RUN, 4, AT, "auc", 0.5, 2));
        assertThat(RunCommandJson.encode(RunCommandJson.decode(metric))).isEqualTo(metric);
    }

    @Test
    void refusesTheFuture() {
        assertThatThrownBy(() -> RunCommandJson.decode("{\"v\":2,\"k\":\"Metric\"}"))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("version is 2 (expected: at most 1)");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "[]",
                "nonsense",
                "{\"v\":1}",
                "{\"v\":1,\"k\":\"Gone\",\"run\":\"r\"}",
                "{\"v\":1,\"k\":\"Status\",\"run\":\"r\",\"status\":\"ODD\"}"
            })
    void refusesDamage(String json) {
        assertThatThrownBy(() -> RunCommandJson.decode(json)).isInstanceOf(InvalidFormatException.class);
    }
}
