package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** The ONNX file that leaves the trainer says what the trainer says; judged by ONNX Runtime itself, nothing of mlcore between. */
class FittedTest {
    private static final Rows ROWS = Samples.penguins();

    @Test
    void theFileAnswersAsTheTrainerDoesOnEveryRow() throws Exception {
        Fitted fitted = ROWS.split(0.8, 42).train().fit(0.1);
        float[][] answers = answers(fitted, fitted.features());
        for (int i = 0; i < ROWS.size(); i++) {
            Species expected = fitted.predict(ROWS.penguins().get(i));
            Species actual = species(answers[i], fitted.classes());
            assertThat(actual.adelie()).isCloseTo(expected.adelie(), within(1e-5f));
            assertThat(actual.chinstrap()).isCloseTo(expected.chinstrap(), within(1e-5f));
            assertThat(actual.gentoo()).isCloseTo(expected.gentoo(), within(1e-5f));
        }
    }

    @Test
    void twoSwappedColumnsGiveOtherAnswers() throws Exception {
        Fitted fitted = ROWS.split(0.8, 42).train().fit(0.1);
        List<String> f = fitted.features();
        float[][] right = answers(fitted, f);
        float[][] wrong = answers(fitted, List.of(f.get(1), f.get(0), f.get(2), f.get(3)));
        assertThat(Arrays.deepEquals(wrong, right)).isFalse();
    }

    @Test
    void aFasterRateLearnsBetterAndTheBestIsRightOnNearlyAll() {
        Rows.Split split = ROWS.split(0.8, 42);
        double[] accuracies = List.of(0.001, 0.01, 0.1).stream()
                .mapToDouble(rate -> split.test().accuracy(split.train().fit(rate)))
                .toArray();
        assertThat(accuracies).isSorted();
        assertThat(accuracies[0]).isGreaterThan(0.8).isLessThan(accuracies[2]);
        assertThat(accuracies[2]).isGreaterThanOrEqualTo(0.95);
    }

    @Test
    void trainingAgainMakesTheSameBytes() {
        Rows train = ROWS.split(0.8, 42).train();
        assertThat(train.fit(0.1).onnx()).isEqualTo(train.fit(0.1).onnx());
        assertThat(new String(train.fit(0.1).onnx(), StandardCharsets.ISO_8859_1))
                .doesNotContain("provenance");
    }

    private static float[][] answers(Fitted fitted, List<String> order) throws Exception {
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        float[][] in = new float[ROWS.size()][];
        for (int i = 0; i < in.length; i++) {
            Penguin p = ROWS.penguins().get(i);
            Map<String, Float> byName = Map.of(
                    "billLengthMm", p.billLengthMm(),
                    "billDepthMm", p.billDepthMm(),
                    "flipperLengthMm", p.flipperLengthMm(),
                    "bodyMassG", p.bodyMassG());
            in[i] = new float[] {
                byName.get(order.get(0)), byName.get(order.get(1)), byName.get(order.get(2)), byName.get(order.get(3))
            };
        }
        try (OrtSession session = environment.createSession(fitted.onnx());
                OnnxTensor tensor = OnnxTensor.createTensor(environment, in);
                OrtSession.Result result = session.run(Map.of("input", tensor))) {
            return (float[][]) result.get("output").orElseThrow().getValue();
        }
    }

    private static Species species(float[] row, List<String> classes) {
        return new Species(
                row[classes.indexOf("adelie")], row[classes.indexOf("chinstrap")], row[classes.indexOf("gentoo")]);
    }
}
