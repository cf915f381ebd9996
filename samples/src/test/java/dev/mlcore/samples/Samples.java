package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelSignature;
import java.net.URISyntaxException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.awaitility.Awaitility;

/** What the tests here share. */
final class Samples {
    private Samples() {}

    /** The data set as it lies among the resources. */
    static Path csv() {
        try {
            return Path.of(Samples.class.getResource("penguins.csv").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Its 342 usable rows. */
    static Rows penguins() {
        return Rows.read(csv());
    }

    /** A trained model as the quickstart packages it, its input columns in a given order. */
    static ModelPackage pack(Fitted fitted, List<String> inputs, Path directory) {
        return ModelPackage.builder()
                .onnx(fitted.onnx())
                .signature(ModelSignature.of(Penguin.class, Species.class)
                        .inputOrder(inputs)
                        .outputOrder(fitted.classes()))
                .inputExample(penguins().penguins().subList(0, 2))
                .write(directory);
    }

    /** Row by row what the trainer itself answers. */
    static void assertAsTheTrainer(Fitted fitted, List<Penguin> penguins, List<Species> answers) {
        assertThat(answers).hasSameSizeAs(penguins);
        for (int i = 0; i < answers.size(); i++) {
            Species expected = fitted.predict(penguins.get(i));
            assertThat(answers.get(i).adelie()).as("row %d", i).isCloseTo(expected.adelie(), within(1e-5f));
            assertThat(answers.get(i).chinstrap()).as("row %d", i).isCloseTo(expected.chinstrap(), within(1e-5f));
            assertThat(answers.get(i).gentoo()).as("row %d", i).isCloseTo(expected.gentoo(), within(1e-5f));
        }
    }

    /** Engines that were closed have no thread left; named threads of ours begin with {@code mlcore}. */
    static void assertNoThreadsLeft() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(10))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                                .filter(Thread::isAlive)
                                .map(Thread::getName)
                                .filter(name -> name.startsWith("mlcore")))
                        .isEmpty());
    }
}
