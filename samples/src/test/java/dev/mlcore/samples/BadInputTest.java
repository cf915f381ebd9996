package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.serving.InferenceEngine;
import dev.mlcore.serving.ServedModel;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whatever is wrong: one line that says what, where and what was expected, an exit code that tells kinds apart, no stack trace unless asked. */
class BadInputTest {
    @TempDir
    Path dir;

    private record Ended(int exit, String err) {}

    @AfterAll
    static void nothingIsLeft() {
        Samples.assertNoThreadsLeft();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "--colour              | --colour: unknown (expected: --home, --csv, --port, --keep-serving, --stacktrace or --help)",
                "--port                | --port: nothing follows it (expected: a port, 0 to 65535)",
                "--port 65536          | --port: '65536' (expected: 0 to 65535)",
                "--port eighty         | --port: 'eighty' (expected: 0 to 65535)",
                "--home                | --home: nothing follows it (expected: a path)",
            })
    void wrongOptions(String args, String message) {
        assertThat(start(args.split(" "))).isEqualTo(new Ended(2, "quickstart: " + message + "\n"));
    }

    @Test
    void aPortThatIsTaken() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Ended ended = start("--home", dir.resolve("home").toString(), "--port", "" + taken.getLocalPort());
            assertThat(ended.exit()).isEqualTo(69);
            assertThat(ended.err())
                    .isEqualTo(
                            "quickstart: cannot listen on port " + taken.getLocalPort()
                                    + ": another process does (expected: a free port; choose one with --port N, or 0 for any)\n");
            assertThat(dir.resolve("home")).doesNotExist();
        }
    }

    @Test
    void aDataSetThatIsNotThere() {
        Path csv = dir.resolve("none.csv");
        Ended ended = start("--home", dir.resolve("home").toString(), "--port", "0", "--csv", csv.toString());
        assertThat(ended.err()).contains(csv + ": no such file").hasLineCount(1).doesNotContain("\tat ");
        assertThat(ended.exit()).isEqualTo(66);
    }

    @Test
    void aRaggedDataSetAndAStackTraceThatWasAskedFor() throws Exception {
        Path csv = Files.writeString(dir.resolve("ragged.csv"), "species,island\nAdelie\n");
        Ended ended = start("--home", dir.resolve("home").toString(), "--port", "0", "--csv", csv.toString());
        assertThat(ended.err())
                .contains(csv + ", line 2: 1 values (expected: 2, as many as the header names)")
                .hasLineCount(1);
        assertThat(ended.exit()).isEqualTo(65);
        Ended traced =
                start("--home", dir.resolve("home").toString(), "--port", "0", "--csv", csv.toString(), "--stacktrace");
        assertThat(traced.err()).contains(csv + ", line 2", "\tat ");
        assertThat(traced.exit()).isEqualTo(65);
    }

    @ParameterizedTest
    @CsvSource({"mlflow.db", "dag.db"})
    void aDamagedDatabase(String name) throws Exception {
        Path home = Files.createDirectories(dir.resolve("home"));
        Path file = Files.writeString(
                home.resolve(name), "this is no database, although it lies where one should be".repeat(200));
        Ended ended = start("--home", home.toString(), "--port", "0");
        assertThat(ended.err()).contains(file.toString()).hasLineCount(1).doesNotContain("\tat ");
        assertThat(ended.exit()).isEqualTo(65);
    }

    @Test
    void aHomeThatCannotBeWritten() {
        Path home = Path.of("/proc/mlcore");
        assumeTrue(Files.isDirectory(Path.of("/proc")), "no /proc on this system");
        Ended ended = start("--home", home.toString(), "--port", "0");
        assertThat(ended.err())
                .contains("cannot prepare the home " + home, "expected: a folder that can be written")
                .hasLineCount(1);
        assertThat(ended.exit()).isEqualTo(74);
    }

    @Test
    void aModelFileWithOneByteChanged() throws Exception {
        Fitted fitted = Samples.penguins().fit(0.1);
        var model = Samples.pack(fitted, fitted.features(), dir.resolve("model"));
        Path file = model.onnx().orElseThrow();
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes);
        try (InferenceEngine engine = InferenceEngine.builder().build()) {
            assertThatThrownBy(() ->
                            engine.serve(ModelUri.of(model.directory().toUri().toString())))
                    .isInstanceOf(InvalidFormatException.class)
                    .hasMessageContaining(file.getFileName().toString());
        }
    }

    record Tall(float billLengthMm, float billDepthMm, float flipperLengthMm, float wingSpanMm) {}

    @Test
    void aRecordThatDoesNotFitTheModel() {
        Fitted fitted = Samples.penguins().fit(0.1);
        var model = Samples.pack(fitted, fitted.features(), dir.resolve("model"));
        try (InferenceEngine engine = InferenceEngine.builder().build()) {
            ServedModel served =
                    engine.serve(ModelUri.of(model.directory().toUri().toString()));
            assertThatThrownBy(() -> served.predictor(Tall.class, Species.class).predict(new Tall(1, 2, 3, 4)))
                    .isInstanceOf(MlcoreException.class)
                    .hasMessageContaining("bodyMassG");
        }
    }

    @Test
    void aHomeThatAnotherProcessHolds() throws Exception {
        Path home = Files.createDirectories(dir.resolve("home"));
        Process other = Jvm.start(
                dir.resolve("log"), Quickstart.class, "--home", home.toString(), "--port", "0", "--keep-serving");
        try {
            org.awaitility.Awaitility.await()
                    .atMost(Duration.ofSeconds(60))
                    .until(() -> Files.readString(dir.resolve("log")).contains("serving until"));
            ByteArrayOutputStream err = new ByteArrayOutputStream();
            Path data = home.resolve("penguins.csv");
            Options options = Options.parse("--home", home.toString(), "--port", "0");
            PrintStream print = new PrintStream(err, true, StandardCharsets.UTF_8);
            assertThatThrownBy(() -> Start.patiently(
                            home,
                            Duration.ofSeconds(2),
                            print,
                            () -> Quickstart.journey(home, data, 0, new Report(options, data, print, false))))
                    .isInstanceOf(Failures.InUse.class)
                    .hasMessageContaining("process " + other.pid() + " has held it for 2 s")
                    .satisfies(e -> assertThat(Failures.report("quickstart", e, false, print))
                            .isEqualTo(75));
            assertThat(err.toString(StandardCharsets.UTF_8))
                    .contains("is held by process " + other.pid() + "; trying again for 2 s")
                    .hasLineCount(2);
        } finally {
            other.destroy();
        }
        assertThat(Jvm.end(other, Duration.ofSeconds(30))).isEqualTo(143);
        assertThat(List.of(dir.toFile().list())).noneMatch(name -> name.startsWith("hs_err"));
    }

    private static Ended start(String... args) {
        ByteArrayOutputStream err = new ByteArrayOutputStream();
        int exit = Start.run(
                args,
                new PrintStream(new ByteArrayOutputStream(), true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        return new Ended(exit, err.toString(StandardCharsets.UTF_8));
    }
}
