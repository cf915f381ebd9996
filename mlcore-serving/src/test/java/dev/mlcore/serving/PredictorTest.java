package dev.mlcore.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.ModelFailedException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Name;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelSignature;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.serving.backend.Backend;
import dev.mlcore.serving.backend.JavaFunctions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Records in, records out: by name, in the model's own order, of types that lose nothing. */
@SuppressWarnings("ArrayRecordComponent")
class PredictorTest {
    record Flower(float sepal, float petal, float stem) {}

    record Odds(float rose, float lily) {}

    // The model's own order: stem, sepal, petal; lily, rose. No two weights are alike, so that any swap shows.
    private static final List<String> COLUMNS = List.of("stem", "sepal", "petal");
    private static final List<String> CLASSES = List.of("lily", "rose");
    private static final float[] WEIGHTS = {0.1f, -0.2f, 0.7f, 0.3f, -0.5f, 0.9f};
    private static final float[] BIAS = {0.25f, -0.125f};

    @TempDir
    Path folder;

    private final List<InferenceEngine> engines = new ArrayList<>();

    @AfterEach
    void close() {
        engines.forEach(InferenceEngine::close);
    }

    private InferenceEngine engine(Backend... backends) {
        InferenceEngine.Builder builder = InferenceEngine.builder();
        for (Backend backend : backends) {
            builder.backend(backend);
        }
        InferenceEngine engine = builder.build();
        engines.add(engine);
        return engine;
    }

    private ServedModel serve(ModelPackage.Builder model) {
        Path directory = folder.resolve("model-" + engines.size());
        model.write(directory);
        return engine().serve(ModelUri.of(directory));
    }

    private ServedModel flowers(Object rows) {
        return serve(ModelPackage.builder()
                .onnx(OnnxFile.softmax(WEIGHTS, BIAS, rows))
                .signature(ModelSignature.of(Flower.class, Odds.class)
                        .inputOrder(COLUMNS)
                        .outputOrder(CLASSES)));
    }

    /** Written from the definition, with names in place of positions. */
    private static Odds oracle(Flower f) {
        double lily = 0.1f * f.stem() + 0.7f * f.sepal() + -0.5f * f.petal() + 0.25f;
        double rose = -0.2f * f.stem() + 0.3f * f.sepal() + 0.9f * f.petal() + -0.125f;
        double sum = Math.exp(lily) + Math.exp(rose);
        return new Odds((float) (Math.exp(rose) / sum), (float) (Math.exp(lily) / sum));
    }

    private static void assertClose(Odds given, Odds expected) {
        assertThat(given.rose()).isCloseTo(expected.rose(), within(1e-5f));
        assertThat(given.lily()).isCloseTo(expected.lily(), within(1e-5f));
    }

    @Test
    void columnsGoWhereTheModelHasThem() {
        Predictor<Flower, Odds> predictor = flowers("batch").predictor(Flower.class, Odds.class);
        for (Flower f : List.of(new Flower(1, 0, 0), new Flower(0, 1, 0), new Flower(0, 0, 1), new Flower(3, -2, 5))) {
            assertClose(predictor.predict(f), oracle(f));
        }
    }

    @Test
    void theRecordsOwnOrderIsNoMatter() {
        record Turned(float stem, float petal, float sepal) {}
        record Half(float lily) {}
        Predictor<Turned, Half> predictor = flowers("batch").predictor(Turned.class, Half.class);

        assertThat(predictor.predict(new Turned(5, -2, 3)).lily())
                .isCloseTo(oracle(new Flower(3, -2, 5)).lily(), within(1e-5f));
    }

    @Test
    void manyRowsAreAnsweredInTheirOrder() {
        for (Object rows : List.of("batch", 1)) {
            Predictor<Flower, Odds> predictor = flowers(rows).predictor(Flower.class, Odds.class);
            List<Flower> flowers = new ArrayList<>();
            for (int i = 0; i < 50; i++) {
                flowers.add(new Flower(i % 7 - 3, i % 5, -i / 10f));
            }

            List<Odds> odds = predictor.predictAll(flowers);

            assertThat(odds).hasSize(50);
            for (int i = 0; i < 50; i++) {
                assertClose(odds.get(i), oracle(flowers.get(i)));
            }
            assertThat(predictor.predictAll(List.of())).isEmpty();
        }
    }

    @Test
    void notANumberIsAValue() {
        Predictor<Flower, Odds> predictor = flowers("batch").predictor(Flower.class, Odds.class);

        assertThat(predictor.predict(new Flower(Float.NaN, 1, 1)).rose()).isNaN();
        assertClose(predictor.predict(new Flower(1, 1, 1)), oracle(new Flower(1, 1, 1)));
    }

    @Test
    void aPredictionTellsWhereItCameFrom() {
        ServedModel model = flowers("batch");
        Prediction<Odds> prediction = model.predictor(Flower.class, Odds.class)
                .prediction(new Flower(1, 2, 3), Call.within(Duration.ofSeconds(30)));

        assertClose(prediction.value(), oracle(new Flower(1, 2, 3)));
        assertThat(prediction.model()).isEqualTo(model.name());
        assertThat(prediction.version()).isEqualTo("1");
        assertThat(prediction.runId()).isEmpty();
        assertThat(prediction.batchRows()).isEqualTo(1);
        assertThat(prediction.computed()).isPositive();
        assertThat(prediction.queued().isNegative()).isFalse();
    }

    @Test
    void allThatDoesNotFitIsSaidAtOnce() {
        record Wrong(float sepal, double petal, float colour) {}
        record Gone(float tulip) {}
        ServedModel model = flowers("batch");

        assertThatThrownBy(() -> model.predictor(Wrong.class, Gone.class))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("Wrong -> Gone")
                .hasMessageContaining("input component petal is double (expected: FLOAT in tensor x)")
                .hasMessageContaining("input component colour names no column (expected: one of [stem, sepal, petal])")
                .hasMessageContaining("input column stem has no component")
                .hasMessageContaining(
                        "output component tulip names no column (expected: one of [lily, rose, probabilities])");
    }

    @Test
    void labelNameAndProbabilities() {
        record Row(float[] x) {}
        record Answer(long label, String name, float[] probabilities) {}
        Predictor<Row, Answer> predictor = serve(
                        ModelPackage.builder().onnx(OnnxFile.classifier(WEIGHTS, BIAS, "lily", "rose")))
                .predictor(Row.class, Answer.class);

        List<Answer> answers =
                predictor.predictAll(List.of(new Row(new float[] {0, 5, 0}), new Row(new float[] {0, 0, 5})));

        assertThat(answers.get(0).name()).isEqualTo("lily");
        assertThat(answers.get(0).label()).isZero();
        assertThat(answers.get(1).name()).isEqualTo("rose");
        assertThat(answers.get(1).label()).isEqualTo(1);
        Odds expected = oracle(new Flower(0, 5, 0));
        assertThat(answers.get(1).probabilities()[1]).isCloseTo(expected.rose(), within(1e-5f));
        assertThatThrownBy(() -> predictor.predict(new Row(new float[] {1, 2})))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("column x: 2 values (expected: 3)");
    }

    private static Backend echo(DataType type, Object... dims) {
        List<String> shape = java.util.Arrays.stream(dims).map(Object::toString).toList();
        return JavaFunctions.of(
                "echo",
                List.of(new TensorSpec("x", type, shape, false)),
                List.of(new TensorSpec("y", type, shape, false)),
                in -> Map.of("y", in.get("x")));
    }

    private ServedModel served(Backend backend) {
        return engine(backend).serve(ModelUri.of("java:echo"));
    }

    @Test
    void narrowerTypesAreWidenedAndWiderOnesRefused() {
        record Int(int x) {}
        record Long1(@Name("y") long z) {}
        record Long2(long x) {}
        record Double1(double x) {}
        record DoubleOut(double y) {}
        record IntOut(int y) {}

        assertThat(served(echo(DataType.INT64, "n"))
                        .predictor(Int.class, Long1.class)
                        .predict(new Int(-7)))
                .isEqualTo(new Long1(-7));
        assertThat(served(echo(DataType.FLOAT64, "n", 1))
                        .predictor(Int.class, DoubleOut.class)
                        .predict(new Int(3)))
                .isEqualTo(new DoubleOut(3));
        for (var wrong : List.<Runnable>of(
                () -> served(echo(DataType.INT32, "n")).predictor(Long2.class, IntOut.class),
                () -> served(echo(DataType.INT64, "n")).predictor(Double1.class, Long1.class),
                () -> served(echo(DataType.FLOAT32, "n")).predictor(Double1.class, DoubleOut.class),
                () -> served(echo(DataType.INT64, "n")).predictor(Int.class, IntOut.class))) {
            assertThatThrownBy(wrong::run).isInstanceOf(IncompatibleException.class);
        }
    }

    @Test
    void nullIsNotANumberWhereThereIsOne() {
        record Maybe(@Nullable Double x) {}
        record Number1(double y) {}
        record MaybeInt(@Nullable Integer x) {}
        record Text(@Nullable String x) {}
        record TextOut(String y) {}
        record LongOut(long y) {}

        assertThat(served(echo(DataType.FLOAT64, "n"))
                        .predictor(Maybe.class, Number1.class)
                        .predict(new Maybe(null))
                        .y())
                .isNaN();
        assertThatThrownBy(() -> served(echo(DataType.INT64, "n"))
                        .predictor(MaybeInt.class, LongOut.class)
                        .predict(new MaybeInt(null)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("column x: null");
        assertThatThrownBy(() -> served(echo(DataType.STRING, "n"))
                        .predictor(Text.class, TextOut.class)
                        .predict(new Text(null)))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    void submittedRowsAreReadAtOnce() throws Exception {
        record Row(float[] x) {}
        record Answer(float[] y) {}
        CompletableFuture<String> thread = new CompletableFuture<>();
        CompletableFuture<Void> go = new CompletableFuture<>();
        UnaryOperator<Map<String, Tensor>> slow = in -> {
            thread.complete(Thread.currentThread().getName());
            go.join();
            return Map.of("y", in.get("x"));
        };
        ServedModel model = engine(JavaFunctions.of(
                        "echo",
                        List.of(new TensorSpec("x", DataType.FLOAT32, List.of("n", "2"), false)),
                        List.of(new TensorSpec("y", DataType.FLOAT32, List.of("n", "2"), false)),
                        slow))
                .serve(ModelUri.of("java:echo"), o -> o.instances(1));
        Predictor<Row, Answer> predictor = model.predictor(Row.class, Answer.class);
        float[] first = {1, 2};
        float[] second = {3, 4};

        CompletableFuture<Prediction<Answer>> a = predictor.submit(new Row(first), Call.of());
        CompletableFuture<Prediction<Answer>> b = predictor.submit(new Row(second), Call.of());
        first[0] = 100;
        second[0] = 100;
        go.complete(null);

        assertThat(a.get(10, TimeUnit.SECONDS).value().y()).containsExactly(1, 2);
        assertThat(b.get(10, TimeUnit.SECONDS).value().y()).containsExactly(3, 4);
        assertThat(thread.get()).startsWith("mlcore-serving-call-");
    }

    @Test
    void aSignatureThatDoesNotFitTheGraphIsRefusedAtLoad() {
        record Two(float sepal, float petal) {}
        assertThatThrownBy(() -> serve(ModelPackage.builder()
                        .onnx(OnnxFile.softmax(WEIGHTS, BIAS, "batch"))
                        .signature(ModelSignature.of(Two.class, Odds.class)
                                .inputOrder(List.of("petal", "sepal"))
                                .outputOrder(CLASSES))))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("tensor x is 3 wide, the signature packs 2 columns into it: [petal, sepal]");
        assertThatThrownBy(() -> serve(ModelPackage.builder()
                        .onnx(OnnxFile.softmax(WEIGHTS, BIAS, "batch"))
                        .signature(ModelSignature.of(Flower.class, Odds.class)
                                .packInputs("features", COLUMNS)
                                .outputOrder(CLASSES))))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("tensor features (expected: one of [x])");
        assertThatThrownBy(() -> serve(ModelPackage.builder()
                        .onnx(OnnxFile.add())
                        .signature(ModelSignature.of(Two.class, Odds.class))))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("tensor a is fed by no column")
                .hasMessageContaining("column sepal is no tensor");
    }

    @Test
    void theExampleIsAnsweredBeforeAnybodyElseIs() throws Exception {
        record Index(long index) {}
        record Value(float value) {}
        ModelSignature signature = ModelSignature.of(Index.class, Value.class);
        ServedModel good = serve(ModelPackage.builder()
                .onnx(OnnxFile.table())
                .signature(signature)
                .inputExample(List.of(new Index(1), new Index(0))));
        assertThat(good.predictor(Index.class, Value.class)
                        .predict(new Index(0))
                        .value())
                .isEqualTo(10);

        assertThatThrownBy(() -> serve(ModelPackage.builder()
                        .onnx(OnnxFile.table())
                        .signature(signature)
                        .inputExample(List.of(new Index(1), new Index(9)))))
                .isInstanceOf(ModelFailedException.class)
                .hasMessageContaining("own example failed");
        assertThat(Files.exists(folder)).isTrue();
    }
}
