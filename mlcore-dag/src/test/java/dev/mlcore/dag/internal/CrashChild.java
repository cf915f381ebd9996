package dev.mlcore.dag.internal;

import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.internal.tracking.RunCommandJson;
import dev.mlcore.api.tracking.Experiment;
import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunSink;
import dev.mlcore.api.tracking.Tracker;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.TaskContext;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A process that runs a small DAG and halts at a given event, as if killed there. Arguments: folder, number of the event (0: none). */
final class CrashChild {
    static final int HALTED = 42;

    private CrashChild() {}

    public static void main(String[] args) {
        Path home = Path.of(args[0]);
        int last = Integer.parseInt(args[1]);
        Path entries = home.resolve("entries.txt");
        DagBuilder d = Dag.builder("crash");
        Out<List<Integer>> list = d.task("list", (TaskContext context) -> {
            append(entries, "list");
            return List.of(1, 2, 3);
        });
        Many<Integer> squares = d.each("n", list)
                .map("square", (Integer n, TaskContext context) -> {
                    append(entries, "square[" + (n - 1) + "]");
                    context.run().metric("n", n);
                    if (n == 2 && context.attempt() == 1) {
                        throw new IllegalStateException("once");
                    }
                    return n * n;
                })
                .retries(1);
        Out<Integer> sum = d.task("sum", squares, (List<Integer> all, TaskContext context) -> {
            append(entries, "sum");
            context.run().metric("sum", all.size());
            return all.stream().mapToInt(i -> i).sum();
        });
        Out<String> word = d.choose("big", sum)
                .when(
                        "yes",
                        s -> s > 10,
                        t -> t.task("many", sum, s -> {
                            append(entries, "big.many");
                            return "many " + s;
                        }))
                .otherwise(t -> t.task("few", () -> "few"));
        Dag dag = d.build();
        int[] told = {0};
        try (DagEngine engine = DagEngine.builder("sqlite:" + home.resolve("dag.db"))
                .tracking(new FileTracker(home.resolve("commands.txt")))
                .listener(event -> {
                    append(home.resolve("events.txt"), event.task() + " " + event.path() + " " + event.state());
                    if (++told[0] == last) {
                        Runtime.getRuntime().halt(HALTED);
                    }
                })
                .build()) {
            DagRun run = engine.submit(dag, p -> p.key("once")).await(Duration.ofMinutes(1));
            append(home.resolve("result.txt"), run.id() + " " + run.get(word));
        }
    }

    private static void append(Path file, String line) {
        try {
            Files.writeString(file, line + "\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Keeps what it applied in a file, a line each, and knows by it what it need not apply again. */
    private static final class FileTracker implements Tracker, RunSink {
        private final Path file;
        private final Map<String, Long> seqs = new HashMap<>();

        FileTracker(Path file) {
            this.file = file;
            if (Files.exists(file)) {
                for (RunCommand command : commands(file)) {
                    seqs.merge(command.runId(), command.seq(), Math::max);
                }
            }
        }

        @Override
        public synchronized List<Refusal> apply(List<RunCommand> commands) {
            for (RunCommand command : commands) {
                Long seq = seqs.get(command.runId());
                if (command.seq() == 0 || seq == null || command.seq() > seq) {
                    seqs.put(command.runId(), command.seq());
                    append(file, RunCommandJson.encode(command));
                }
            }
            return List.of();
        }

        @Override
        public RunSink sink() {
            return this;
        }

        @Override
        public Run resume(String id) {
            throw new UnavailableException("not here");
        }

        @Override
        public Experiment experiment(String name) {
            throw new AssertionError();
        }

        @Override
        public RunInfo run(String id) {
            throw new AssertionError();
        }

        @Override
        public List<MetricPoint> metricHistory(String runId, String key) {
            throw new AssertionError();
        }
    }

    /** The whole lines of a file of commands. */
    static List<RunCommand> commands(Path file) {
        try {
            String text = Files.readString(file, StandardCharsets.UTF_8);
            String whole = text.substring(0, text.lastIndexOf('\n') + 1);
            if (!whole.equals(text)) {
                Files.writeString(file, whole); // the process died while it wrote
            }
            List<RunCommand> commands = new ArrayList<>();
            whole.lines().forEach(line -> commands.add(RunCommandJson.decode(line)));
            return commands;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
