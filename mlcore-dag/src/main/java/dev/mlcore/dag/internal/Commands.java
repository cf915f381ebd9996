package dev.mlcore.dag.internal;

import com.google.common.hash.Hashing;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunStatus;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * How attempts look to the tracker: ids and numbers that come out the same however often they are derived. A run's start is number 1, what its body logs counts
 * on from 2, and its end has a number beyond all of them, known without asking how much was logged.
 */
final class Commands {
    /** How many instances of a mapped task are nested runs even if they log nothing. */
    static final int NESTED_RUNS = 1000;

    static final long START_SEQ = 1;
    static final long ERROR_SEQ = (1L << 52) - 1;
    static final long END_SEQ = 1L << 52;

    private Commands() {}

    /** The tracked run of an attempt. */
    static String attemptRunId(String runId, String task, String path, int attempt) {
        return Hashing.sha256()
                .hashString(
                        String.join("\n", runId, task, path, "0", Integer.toString(attempt)), StandardCharsets.UTF_8)
                .toString()
                .substring(0, 32);
    }

    static RunCommand.Start start(Rows.Item.Started item) {
        return new RunCommand.Start(
                attemptRunId(item.runId(), item.task(), item.path(), item.attempt()),
                START_SEQ,
                item.at(),
                item.dagId(),
                Instance.display(item.task(), item.path()),
                Optional.of(item.runId()),
                Map.of(
                        "mlcore.task", item.task(),
                        "mlcore.path", item.path(),
                        "mlcore.attempt", Integer.toString(item.attempt())));
    }

    static List<RunCommand> end(Rows.Item.Ended item) {
        String id = attemptRunId(item.runId(), item.task(), item.path(), item.attempt());
        List<RunCommand> commands = new ArrayList<>();
        if (item.end() == Rows.End.FAILED && item.error() != null) {
            commands.add(new RunCommand.Tag(id, ERROR_SEQ, item.at(), "mlcore.error", cut(item.error())));
        }
        commands.add(new RunCommand.Status(
                id,
                END_SEQ,
                item.at(),
                switch (item.end()) {
                    case SUCCEEDED -> RunStatus.FINISHED;
                    case FAILED -> RunStatus.FAILED;
                    case LOST, CANCELLED -> RunStatus.KILLED;
                }));
        return commands;
    }

    /** The same command at another place in the order. */
    static RunCommand numbered(RunCommand command, long seq) {
        if (command instanceof RunCommand.Start c) {
            return new RunCommand.Start(c.runId(), seq, c.at(), c.experiment(), c.name(), c.parent(), c.tags());
        } else if (command instanceof RunCommand.Status c) {
            return new RunCommand.Status(c.runId(), seq, c.at(), c.status());
        } else if (command instanceof RunCommand.Param c) {
            return new RunCommand.Param(c.runId(), seq, c.at(), c.key(), c.value());
        } else if (command instanceof RunCommand.Metric c) {
            return new RunCommand.Metric(c.runId(), seq, c.at(), c.key(), c.value(), c.step());
        } else if (command instanceof RunCommand.Tag c) {
            return new RunCommand.Tag(c.runId(), seq, c.at(), c.key(), c.value());
        } else if (command instanceof RunCommand.Dataset c) {
            return new RunCommand.Dataset(c.runId(), seq, c.at(), c.dataset(), c.context());
        } else if (command instanceof RunCommand.Link c) {
            return new RunCommand.Link(c.runId(), seq, c.at(), c.modelId(), c.role(), c.step());
        }
        throw new IllegalArgumentException("command: " + command + " (expected: a kind that this version knows)");
    }

    /** A short and stable name of an act that an attempt may repeat. */
    static String key(@Nullable Object... parts) {
        StringBuilder text = new StringBuilder();
        for (Object part : parts) {
            text.append(part).append('\n');
        }
        return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
    }

    static String cut(String text) {
        return text.length() > 8000 ? text.substring(0, 8000) : text;
    }
}
