package dev.mlcore.samples;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.model.ModelPackage;
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
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * Kills the quickstart after one of its events, starts it again, and looks with plain SQL and plain files whether anything was lost, done twice or left half
 * done.
 */
final class Crash {
    private static final String INSTANCE =
            "run_id || ' ' || task || ' ' || path FROM attempt_history a JOIN run USING (run_no)";

    private Crash() {}

    /**
     * How many events a quickstart tells that nobody kills.
     *
     * @param work a folder to use
     */
    static int events(Path work) throws Exception {
        Path home = Files.createDirectories(work.resolve("whole home"));
        Path notes = work.resolve("whole.notes");
        int exit = Jvm.run(work.resolve("whole.log"), CrashChild.class, home.toString(), notes.toString(), "0");
        if (exit != 0) {
            throw new IllegalStateException(
                    "the quickstart that nobody killed: exit " + exit + "; see " + work.resolve("whole.log"));
        }
        List<String> wrong = wrong(home, notes, Set.of());
        if (!wrong.isEmpty()) {
            throw new IllegalStateException("the quickstart that nobody killed: " + wrong);
        }
        return (int) Files.readAllLines(notes).stream()
                .filter(line -> line.startsWith("event "))
                .count();
    }

    /**
     * Kills one after an event and starts it again. If the run's own end was committed by then, the second start makes a run of its own, as it does for any
     * finished run; everything else must hold for both.
     *
     * @param work an empty folder to use
     * @param event from 1
     * @return what was wrong afterwards; empty if nothing was
     */
    static List<String> at(Path work, int event) throws Exception {
        Path home = Files.createDirectories(work.resolve("a home"));
        Path notes = work.resolve("notes");
        Path log = work.resolve("log");
        int exit = Jvm.run(log, CrashChild.class, home.toString(), notes.toString(), Integer.toString(event));
        if (exit != CrashChild.DIED) {
            return List.of("first start: exit " + exit + " (expected: " + CrashChild.DIED + "); see " + log);
        }
        Path dag = home.resolve("dag.db");
        List<String> before = column(dag, "SELECT run_id FROM run");
        List<String> open = column(dag, "SELECT run_id FROM run WHERE ended_at IS NULL");
        Set<String> committed = new TreeSet<>(column(dag, "SELECT " + INSTANCE + " WHERE a.state = 'SUCCEEDED'"));
        exit = Jvm.run(log, CrashChild.class, home.toString(), notes.toString(), "0");
        if (exit != 0) {
            return List.of("second start: exit " + exit + " (expected: 0); see " + log);
        }
        List<String> wrong = wrong(home, notes, committed);
        List<String> after = column(dag, "SELECT run_id FROM run");
        int runs = before.isEmpty() || !open.isEmpty() ? 1 : 2;
        if (after.size() != runs || !after.containsAll(before)) {
            wrong.add("runs: " + before + ", of them unfinished " + open + ", became " + after + " (expected: " + runs
                    + ")");
        }
        return wrong;
    }

    private static List<String> wrong(Path home, Path notes, Set<String> committed) throws Exception {
        List<String> wrong = new ArrayList<>();
        Path dag = home.resolve("dag.db");
        Path mlflow = home.resolve("mlflow.db");
        List<String> runs = column(dag, "SELECT run_id FROM run ORDER BY 1");

        expect(
                wrong,
                "runs that did not succeed",
                column(dag, "SELECT run_id FROM run WHERE state <> 'SUCCEEDED'"),
                List.of());
        expect(wrong, "tasks", column(dag, "SELECT state FROM task_instance WHERE state <> 'SUCCEEDED'"), List.of());
        expect(
                wrong,
                "successful attempts of each task",
                column(
                        dag,
                        "SELECT count(*) FROM attempt_history WHERE state = 'SUCCEEDED' GROUP BY run_no, task, path"),
                Collections.nCopies(6 * runs.size(), "1"));
        expect(
                wrong,
                "open attempts",
                column(dag, "SELECT task FROM attempt_history WHERE ended_no IS NULL"),
                List.of());
        expect(wrong, "outbox", column(dag, "SELECT command FROM outbox"), List.of());

        String parent = "SELECT value FROM tags t WHERE t.run_uuid = r.run_uuid AND t.key = 'mlflow.parentRunId'";
        expect(
                wrong,
                "runs at the top",
                column(
                        mlflow,
                        "SELECT run_uuid || ' ' || status FROM runs r WHERE NOT EXISTS (" + parent + ") ORDER BY 1"),
                runs.stream().map(run -> run + " FINISHED").toList());
        expect(wrong, "unfinished runs", column(mlflow, "SELECT name FROM runs WHERE status = 'RUNNING'"), List.of());
        expect(
                wrong,
                "nested runs, beside the engine's attempts",
                column(
                        mlflow,
                        "SELECT (" + parent
                                + ") || ' ' || t.value || ' ' || p.value || ' ' || a.value || ' ' || r.status FROM runs r"
                                + " JOIN tags t ON t.run_uuid = r.run_uuid AND t.key = 'mlcore.task'"
                                + " JOIN tags p ON p.run_uuid = r.run_uuid AND p.key = 'mlcore.path'"
                                + " JOIN tags a ON a.run_uuid = r.run_uuid AND a.key = 'mlcore.attempt' ORDER BY 1"),
                column(
                        dag,
                        "SELECT run_id || ' ' || task || ' ' || path || ' ' || attempt || ' ' || CASE a.state WHEN 'SUCCEEDED' THEN 'FINISHED'"
                                + " WHEN 'FAILED' THEN 'FAILED' ELSE 'KILLED' END FROM attempt_history a JOIN run USING (run_no) ORDER BY 1"));
        for (String run : runs) {
            expect(
                    wrong,
                    "rates and points of accuracy of finished runs",
                    column(
                            mlflow,
                            "SELECT p.value || ' ' || (SELECT count(*) FROM metrics m WHERE m.run_uuid = r.run_uuid AND m.key = 'accuracy')"
                                    + " FROM runs r JOIN params p ON p.run_uuid = r.run_uuid AND p.key = 'rate' WHERE status = 'FINISHED' AND ("
                                    + parent + ") = '" + run + "' ORDER BY 1"),
                    List.of("0.001 1", "0.01 1", "0.1 1"));
        }
        expect(
                wrong,
                "versions",
                column(mlflow, "SELECT name || ' ' || version FROM model_versions ORDER BY version"),
                IntStream.rangeClosed(1, runs.size())
                        .mapToObj(version -> "penguins " + version)
                        .toList());
        expect(
                wrong,
                "aliases",
                column(mlflow, "SELECT name || ' ' || alias || ' ' || version FROM registered_model_aliases"),
                List.of("penguins champion " + runs.size()));
        packages(wrong, home, runs.size());
        entered(wrong, dag, notes, committed);
        return wrong;
    }

    /** Whatever calls itself a package is whole. */
    private static void packages(List<String> wrong, Path home, int runs) throws IOException {
        List<Path> models;
        try (Stream<Path> files = Files.walk(home.resolve("artifacts"))) {
            models = files.filter(file -> file.endsWith("MLmodel")).toList();
        }
        if (models.size() < 3 * runs) {
            wrong.add("packages: " + models.size() + " (expected: at least " + 3 * runs + ")");
        }
        for (Path model : models) {
            try {
                ModelPackage.openStrict(model.resolveSibling(""));
            } catch (MlcoreException e) {
                wrong.add("package " + model.getParent() + ": " + e.getMessage());
            }
        }
    }

    /** Each body as often as its attempts at most; once if its end had been committed before the crash. */
    private static void entered(List<String> wrong, Path dag, Path notes, Set<String> committed) throws Exception {
        Map<String, Integer> entered = new HashMap<>();
        for (String line : Files.readAllLines(notes)) {
            if (line.startsWith("enter ")) {
                entered.merge(line.substring("enter ".length()), 1, Integer::sum);
            }
        }
        Map<String, Integer> attempts = new TreeMap<>();
        for (String instance : column(dag, "SELECT " + INSTANCE)) {
            attempts.merge(instance, 1, Integer::sum);
        }
        if (entered.size() != attempts.size()) {
            wrong.add("bodies entered: " + entered + " (expected: one key for each of " + attempts.keySet() + ")");
        }
        int bodies = entered.values().stream().mapToInt(Integer::intValue).sum();
        int begun = attempts.values().stream().mapToInt(Integer::intValue).sum();
        if (bodies > begun) {
            wrong.add("bodies entered: " + bodies + " times (expected: at most " + begun + ", the attempts)");
        }
        long once = entered.values().stream().filter(times -> times == 1).count();
        if (once < committed.size()) {
            wrong.add("bodies entered once: " + once + " (expected: at least those committed before the crash, "
                    + committed + ")");
        }
        for (String instance : committed) {
            if (attempts.getOrDefault(instance, 0) != 1) {
                wrong.add(instance + ": " + attempts.get(instance)
                        + " attempts (expected: 1, its end was committed before the crash)");
            }
        }
    }

    private static void expect(List<String> wrong, String what, List<String> actual, List<String> expected) {
        if (!actual.equals(expected)) {
            wrong.add(what + ": " + actual + " (expected: " + expected + ")");
        }
    }

    private static List<String> column(Path database, String query) throws SQLException {
        if (!Files.exists(database)) {
            return List.of();
        }
        List<String> values = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + database);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(query)) {
            while (rows.next()) {
                String value = rows.getString(1);
                values.add(value == null ? "" : value);
            }
        }
        return values;
    }
}
