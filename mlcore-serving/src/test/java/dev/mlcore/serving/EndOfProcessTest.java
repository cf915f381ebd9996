package dev.mlcore.serving;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The end of a process with models loading and running in it: the usual exit code, and no crash report. Counts are multiplied by {@code -Dmlcore.races}. */
class EndOfProcessTest {
    private static final int TIMES = Integer.getInteger("mlcore.races", 1);

    @TempDir
    Path folder;

    private final Random random = new Random(Long.getLong("mlcore.seed", 1));

    @ParameterizedTest
    @CsvSource({"running, 143, 3", "exiting, 7, 3", "slow, 143, 1", "loading, 143, 4", "closing, 143, 2"})
    void endsCleanly(String program, int code, int times) throws Exception {
        for (int i = 0; i < times * TIMES; i++) {
            long delay =
                    program.equals("loading") ? (long) (1500 * Math.pow(random.nextDouble(), 2)) : random.nextInt(300);
            String ended = run(program, delay);

            assertThat(ended).as("%s, ended after %d ms", program, delay).isEqualTo("exit " + code);
        }
    }

    /** How it ended, with the names of crash reports. */
    private String run(String program, long delay) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:-CreateCoredumpOnCrash",
                "-XX:ErrorFile=" + folder.resolve("hs_err_%p.log"),
                "-Djava.io.tmpdir=" + folder,
                "-Ddelay=" + delay,
                // A long command line once ended the process before the first model was loaded.
                "-Dpadding=" + "x".repeat(20_000),
                "-cp",
                classPath(),
                EndOfProcess.class.getName(),
                program,
                folder.toString()));
        Path errors = folder.resolve("stderr.txt");
        Process process = new ProcessBuilder(command)
                .directory(folder.toFile())
                .redirectError(errors.toFile())
                .start();
        try (BufferedReader out = process.inputReader()) {
            assertThat(out.readLine()).as(Files.readString(errors)).isEqualTo("go");
            if (!program.equals("exiting")) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(delay));
                process.destroy();
            }
            if (!process.waitFor(60, TimeUnit.SECONDS)) {
                return "still runs after 60 s";
            }
        } finally {
            process.destroyForcibly();
        }
        StringBuilder ended = new StringBuilder("exit " + process.exitValue());
        try (DirectoryStream<Path> reports = Files.newDirectoryStream(folder, "hs_err*")) {
            reports.forEach(report -> ended.append(", ").append(report.getFileName()));
        }
        return ended.toString();
    }

    /** Whether the tests run on the class path or the module path, the child runs on the class path. */
    private static String classPath() {
        Set<String> parts = new LinkedHashSet<>();
        parts.add(Path.of("target", "test-classes").toAbsolutePath().toString());
        parts.add(Path.of("target", "classes").toAbsolutePath().toString());
        for (String property : List.of("java.class.path", "jdk.module.path", "surefire.test.class.path")) {
            String paths = System.getProperty(property);
            if (paths != null) {
                parts.add(paths);
            }
        }
        return String.join(System.getProperty("path.separator"), parts);
    }
}
