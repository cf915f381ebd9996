package dev.mlcore.samples;

import ai.onnxruntime.OrtEnvironment;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * The doctor's look at native libraries. Each is loaded in a child JVM: a library that does not suit the machine may end the process that
 * loads it, and the doctor has to tell so.
 */
final class Natives {
    private static final long SECONDS = 60;

    private Natives() {}

    static Check sqlite(Path temporary) {
        Trial trial = inChild(temporary, "sqlite", "");
        return trial.works()
                ? Check.ok("SQLite " + trial.said() + " loads.")
                : Check.fail(
                        "SQLite's native library does not load (" + trial.said()
                                + "), so that tracking and workflows cannot"
                                + " store anything; if the temporary folder is in order, use a machine that sqlite-jdbc is built for.");
    }

    static Check onnxRuntime(Path temporary) {
        Trial trial = inChild(temporary, "onnx", "");
        return trial.works()
                ? Check.ok("ONNX Runtime " + trial.said() + " loads.")
                : Check.fail(
                        "ONNX Runtime's native library does not load (" + trial.said()
                                + "), so that no ONNX model can be served;"
                                + " it needs Linux x64 or arm64 with glibc, macOS arm64, or Windows x64 with the Visual C++ runtime.");
    }

    /** A write-ahead log is what lets MLflow read while a run writes; it is tried beside the home if that does not exist yet. */
    static Check home(Path home, Path temporary) {
        Path there = Folders.nearest(home);
        if (!Files.isDirectory(there)) {
            return Check.fail(
                    "The home " + home + " cannot be made, since " + there + " is a file; choose another with --home.");
        }
        Path trialFolder;
        try {
            trialFolder = Files.createTempDirectory(there, "mlcore-doctor");
        } catch (IOException e) {
            return Check.fail("The home " + home + " cannot be written (" + e
                    + "); choose another with --home, or mend its permissions.");
        }
        Trial trial;
        try {
            trial = inChild(temporary, "wal", trialFolder.toString());
        } finally {
            delete(trialFolder);
        }
        if (!trial.works()) {
            return Check.fail("A database with a write-ahead log cannot be kept in " + home + " (" + trial.said()
                    + "); choose a folder on a local disk with --home.");
        }
        return Folders.network(there)
                ? Check.warn("The home " + home
                        + " lies on a network file system, where a write-ahead log is safe for one machine only;"
                        + " choose a folder on a local disk with --home.")
                : Check.ok("The home " + home + " can hold databases with a write-ahead log.");
    }

    /**
     * How a child JVM fared.
     *
     * @param works whether it did what it was to try
     * @param said what it found, or why it failed
     */
    record Trial(boolean works, String said) {}

    static Trial inChild(Path temporary, String what, String argument) {
        Path own = null;
        try {
            own = Files.createTempDirectory(
                    temporary, "mlcore-doctor"); // takes all that the child leaves, and goes with it
            List<String> command = new ArrayList<>(List.of(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-Xmx128m",
                    "-XX:+UseSerialGC",
                    "-XX:-CreateCoredumpOnCrash",
                    "-XX:ErrorFile=" + own.resolve("crash.log"),
                    "-Djava.io.tmpdir=" + own,
                    Natives.class.getName(),
                    what,
                    argument));
            Path said = own.resolve("said");
            ProcessBuilder child =
                    new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
            child.environment().put("CLASSPATH", System.getProperty("java.class.path"));
            child.environment().put("ORT_DISABLE_TELEMETRY", "1"); // see Machine.telemetry
            Process process = child.start();
            if (!process.waitFor(SECONDS, TimeUnit.SECONDS)) {
                process.destroyForcibly().waitFor();
                return new Trial(false, "not done after " + SECONDS + " s");
            }
            return trial(process.exitValue(), Files.readString(said, StandardCharsets.UTF_8));
        } catch (IOException e) {
            return new Trial(false, e.toString());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Trial(false, "interrupted");
        } finally {
            if (own != null) {
                delete(own);
            }
        }
    }

    /** The child's last line is what it has to tell; before it the JVM may have put warnings. */
    static Trial trial(int exitCode, String output) {
        List<String> lines = output.lines().filter(line -> !line.isBlank()).toList();
        String last = lines.isEmpty() ? "" : lines.get(lines.size() - 1);
        if (exitCode == 0) {
            return new Trial(true, last);
        }
        return exitCode == 1
                ? new Trial(false, last)
                : new Trial(
                        false,
                        "the JVM that tried ended with exit code " + exitCode + (exitCode > 128 ? ", a crash" : ""));
    }

    /**
     * The child's side: tries one thing, prints one line, and ends with 0 if it works, else 1.
     *
     * @param args what to try, and on what
     */
    public static void main(String... args) {
        int exitCode = 0;
        try {
            System.out.println(
                    switch (args[0]) {
                        case "sqlite" -> ask("jdbc:sqlite::memory:", "SELECT sqlite_version()");
                        case "onnx" -> OrtEnvironment.getEnvironment().getVersion();
                        case "wal" -> writeAheadLog(Path.of(args[1]).resolve("trial.db"));
                        default ->
                            throw new IllegalArgumentException("what: " + args[0] + " (expected: sqlite, onnx or wal)");
                    });
        } catch (Exception | LinkageError e) {
            Throwable root = e;
            while (root.getCause() != null) {
                root = root.getCause();
            }
            System.out.println(root.toString().replaceAll("\\s*\\R\\s*", "; "));
            exitCode = 1;
        }
        System.exit(
                exitCode); // not halt: ONNX Runtime must be closed by its exit hook, or the process crashes at its end
    }

    private static String ask(String url, String sql) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            return row.next() ? row.getString(1) : "";
        }
    }

    private static String writeAheadLog(Path file) throws SQLException {
        String url = "jdbc:sqlite:" + file;
        try (Connection writer = DriverManager.getConnection(url);
                Statement statement = writer.createStatement()) {
            statement.execute("PRAGMA synchronous=FULL");
            try (ResultSet mode = statement.executeQuery("PRAGMA journal_mode=WAL")) {
                if (!mode.next() || !"wal".equals(mode.getString(1))) {
                    throw new SQLException("the file system does not allow a write-ahead log");
                }
            }
            statement.execute("CREATE TABLE trial (value TEXT)");
            statement.execute("INSERT INTO trial VALUES ('kept')");
            if (!"kept".equals(ask(url, "SELECT value FROM trial"))) {
                throw new SQLException("a second connection does not see what the first has written");
            }
            return "wal";
        }
    }

    private static void delete(Path folder) {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.deleteIfExists(file);
            }
        } catch (IOException e) {
            // the temporary folder's own keeper will clear it
        }
    }
}
