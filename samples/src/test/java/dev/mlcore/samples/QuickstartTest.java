package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.tracking.ModelVersion;
import dev.mlcore.tracking.Tracking;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class QuickstartTest {
    @TempDir
    Path dir;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final ByteArrayOutputStream err = new ByteArrayOutputStream();

    @AfterAll
    static void nothingIsLeft() {
        Samples.assertNoThreadsLeft();
    }

    @Test
    void eachStartMakesAVersionAndAnswersBothWays() throws Exception {
        Path home = dir.resolve("a home");
        String trainersOwn = Report.describe(
                Samples.penguins().split(0.8, 42).train().fit(0.1).predict(new Penguin(39.1f, 18.7f, 181f, 3750f)));
        for (int version = 1; version <= 2; version++) {
            String text = start("--home", home.toString(), "--port", "0");
            assertThat(text)
                    .contains("rate 0.1    accuracy 1.0000   <- champion: penguins v" + version)
                    .contains("champion: penguins v" + version)
                    .contains("in process   adelie ")
                    .contains("over HTTP    adelie ")
                    .contains("/v2/models/penguins/infer")
                    .contains("mlflow ui --backend-store-uri \"sqlite:///" + home.resolve("mlflow.db") + "\"");
            assertThat(answer(text, "in process")).isEqualTo(trainersOwn);
            assertThat(answer(text, "over HTTP")).isEqualTo(trainersOwn);
        }
        try (Tracking tracking = Tracking.open("sqlite:" + home.resolve("mlflow.db"))) {
            assertThat(tracking.registry().versions("penguins"))
                    .extracting(ModelVersion::version)
                    .containsExactly(1, 2);
            assertThat(tracking.registry().version("penguins", "champion").version())
                    .isEqualTo(2);
        }
        try (Stream<Path> files = Files.list(home)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .contains("mlflow.db", "dag.db", "artifacts", "penguins.csv")
                    .noneMatch(name -> name.endsWith(".tmp"));
        }
    }

    @Test
    void helpNamesEveryOption() {
        assertThat(start("--help"))
                .contains("--home", "--csv", "--port", "--keep-serving", "--stacktrace", "Exit codes");
    }

    private String start(String... args) {
        out.reset();
        err.reset();
        int exit = Start.run(
                args,
                new PrintStream(out, true, StandardCharsets.UTF_8),
                new PrintStream(err, true, StandardCharsets.UTF_8));
        assertThat(err.toString(StandardCharsets.UTF_8)).isEmpty();
        assertThat(exit).isZero();
        return out.toString(StandardCharsets.UTF_8);
    }

    private static String answer(String text, String way) {
        return text.lines()
                .filter(line -> line.strip().startsWith(way))
                .map(line -> line.substring(line.indexOf(way) + way.length()).strip())
                .findFirst()
                .orElseThrow();
    }
}
