package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Kills a process at its events: three drawn ones, or all with {@code -Dmlcore.dag.crash=all}. */
class CrashTest {
    @TempDir
    Path temp;

    @Test
    void aProcessKilledAtAnyEventLosesNothingAndDoesNothingTwice() throws Exception {
        Path whole = Files.createDirectory(temp.resolve("whole"));
        assertThat(child(whole, 0)).isZero();
        int events = Files.readAllLines(whole.resolve("events.txt")).size();
        assertThat(events)
                .as("the same DAG tells the same number of events")
                .isEqualTo(2 + 2 + 6 + 2 + 2 + 2 + 2 + 1 + 2);
        check(whole);
        List<Integer> points =
                new ArrayList<>(IntStream.rangeClosed(1, events).boxed().toList());
        if (!"all".equals(System.getProperty("mlcore.dag.crash"))) {
            Collections.shuffle(points, new Random());
            points = points.subList(0, 3);
        }
        for (int point : points) {
            Path home = Files.createDirectory(temp.resolve("at" + point));
            assertThat(child(home, point)).as("halted at event %d", point).isEqualTo(CrashChild.HALTED);
            List<String> committed = query(
                    home,
                    "SELECT task || CASE path WHEN '-' THEN '' ELSE '[' || path || ']' END FROM task_instance WHERE state = 'SUCCEEDED'");
            Map<String, Integer> before = entries(home);
            assertThat(child(home, 0)).as("after the halt at event %d", point).isZero();
            Map<String, Integer> after = entries(home);
            for (String task : committed) {
                assertThat(after.get(task))
                        .as("%s, committed before the halt at event %d", task, point)
                        .isEqualTo(before.get(task));
            }
            check(home);
        }
    }

    @Test
    void aProcessKilledAgainAndAgainStillArrives() throws Exception {
        Path home = Files.createDirectory(temp.resolve("again"));
        int starts = 0;
        // More events than a life without progress has: one resumed, and a lost and a started attempt for each of three
        // instances.
        while (child(home, 9) == CrashChild.HALTED) {
            assertThat(++starts).isLessThan(20);
        }
        check(home);
    }

    private static void check(Path home) throws Exception {
        assertThat(Files.readString(home.resolve("result.txt"))).matches("(?s)[0-9a-f]{32} many 14\n");
        assertThat(query(home, "SELECT count(*) FROM run")).containsExactly("1");
        assertThat(query(home, "SELECT state FROM run")).containsExactly("SUCCEEDED");
        assertThat(query(home, "SELECT count(*) FROM attempt_history WHERE ended_no IS NULL"))
                .containsExactly("0");
        assertThat(query(home, "SELECT count(*) FROM outbox")).containsExactly("0");
        int attempts = Integer.parseInt(query(home, "SELECT count(*) FROM attempt_history WHERE tracked = 1")
                .get(0));
        Map<String, RunStatus> status = new HashMap<>();
        Map<String, String> names = new HashMap<>();
        Map<String, List<String>> metrics = new HashMap<>();
        for (RunCommand command : CrashChild.commands(home.resolve("commands.txt"))) {
            if (command instanceof RunCommand.Start start) {
                assertThat(names.put(start.runId(), start.name()))
                        .as("a run begins once")
                        .isNull();
            } else if (command instanceof RunCommand.Status ended) {
                assertThat(status.put(ended.runId(), ended.status()))
                        .as("a run ends once")
                        .isNull();
            } else if (command instanceof RunCommand.Metric metric) {
                metrics.computeIfAbsent(metric.runId(), id -> new ArrayList<>()).add(metric.key());
            }
        }
        assertThat(names).hasSize(1 + attempts);
        assertThat(status.keySet()).as("no run left RUNNING").isEqualTo(names.keySet());
        assertThat(metrics.values()).allSatisfy(keys -> assertThat(keys).hasSize(1));
        assertThat(names.entrySet().stream()
                        .filter(run -> run.getValue().equals("sum") && status.get(run.getKey()) == RunStatus.FINISHED)
                        .map(run -> metrics.get(run.getKey())))
                .containsExactly(List.of("sum"));
        try (var left = Files.walk(home.resolve("work"))) {
            assertThat(left.filter(Files::isRegularFile)).isEmpty();
        } catch (java.nio.file.NoSuchFileException none) {
            // no attempt asked for a folder
        }
    }

    private static Map<String, Integer> entries(Path home) throws IOException {
        Map<String, Integer> counts = new HashMap<>();
        Path file = home.resolve("entries.txt");
        if (Files.exists(file)) {
            Files.readAllLines(file).forEach(line -> counts.merge(line, 1, Integer::sum));
        }
        return counts;
    }

    private static List<String> query(Path home, String sql) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + home.resolve("dag.db"));
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            while (row.next()) {
                rows.add(row.getString(1));
            }
        }
        return rows;
    }

    private int child(Path home, int event) throws IOException, InterruptedException {
        Path output = home.resolve("output" + event + ".txt");
        ProcessBuilder builder = ChildProcess.of(CrashChild.class, home.toString(), Integer.toString(event))
                .redirectErrorStream(true)
                .redirectOutput(output.toFile());
        Process process = builder.start();
        if (!process.waitFor(60, TimeUnit.SECONDS)) {
            process.destroyForcibly().waitFor();
            throw new AssertionError("the process hangs: " + Files.readString(output));
        }
        if (process.exitValue() != 0 && process.exitValue() != CrashChild.HALTED) {
            throw new AssertionError("the process failed: " + Files.readString(output));
        }
        return process.exitValue();
    }
}
