package dev.mlcore.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.model.ModelUri;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Plain ONNX files through the engine: metadata, tensors in and out, what is refused. */
@NullUnmarked // what is looked up in a map here is there
class OnnxServingTest {
    @TempDir
    Path folder;

    private final InferenceEngine engine = InferenceEngine.builder().build();

    @AfterEach
    void close() {
        engine.close();
    }

    private ServedModel serve(byte[] model) throws IOException {
        Path file = Files.write(folder.resolve("model-" + Arrays.hashCode(model) + ".onnx"), model);
        return engine.serve(ModelUri.of(file));
    }

    @Test
    void metadataComesFromTheGraph() throws IOException {
        ServedVersion version =
                serve(OnnxFile.softmax(new float[8], new float[2], "batch")).current();

        assertThat(version.platform()).isEqualTo("onnxruntime_onnx");
        assertThat(version.version()).isEqualTo("1");
        assertThat(version.state()).isEqualTo(ServedVersion.State.READY);
        assertThat(version.signature()).isEmpty();
        assertThat(version.inputs())
                .containsExactly(new TensorSpec("x", DataType.FLOAT32, List.of("batch", "4"), false));
        assertThat(version.outputs())
                .containsExactly(new TensorSpec("probabilities", DataType.FLOAT32, List.of("batch", "2"), false));
    }

    @Test
    void unnamedDimensionsAreMinusOne() throws IOException {
        assertThat(serve(OnnxFile.identity(DataType.INT64, "", 3)).current().inputs())
                .containsExactly(new TensorSpec("x", DataType.INT64, List.of("-1", "3"), false));
    }

    @ParameterizedTest
    @EnumSource(
            value = DataType.class,
            names = {"BOOL", "UINT8", "INT8", "INT16", "INT32", "INT64", "FLOAT32", "FLOAT64"})
    void everyTypeComesBackAsItWent(DataType type) throws IOException {
        ServedModel model = serve(OnnxFile.identity(type, "n", 2));
        for (int rows : new int[] {1, 3, 1, 2, 40, 3, 3}) { // slots grow, prepared shapes are used again
            byte[] bytes = new byte[rows * 2 * type.sizeBytes()];
            for (int i = 0; i < bytes.length; i++) {
                bytes[i] = (byte) (type == DataType.BOOL ? i % 2 : i * 31 + rows);
            }
            Tensor x = Tensor.of(type, ByteBuffer.wrap(bytes), rows, 2);

            assertThat(model.infer(Map.of("x", x))).containsExactly(Map.entry("y", x));
        }
    }

    @Test
    void anAnswerIsNotTouchedByLaterRuns() throws IOException {
        ServedModel model = serve(OnnxFile.identity(DataType.FLOAT32, "n"));
        model.infer(Map.of("x", Tensor.of(new float[] {0, 0}, 2)));
        Tensor first =
                model.infer(Map.of("x", Tensor.of(new float[] {1, 2}, 2))).get("y");
        model.infer(Map.of("x", Tensor.of(new float[] {8, 9}, 2)));

        assertThat(first.toFloats()).containsExactly(1, 2);
    }

    @Test
    void noRowsAreAnswered() throws IOException {
        ServedModel model = serve(OnnxFile.softmax(new float[8], new float[2], "batch"));

        Tensor none = model.infer(Map.of("x", Tensor.of(new float[0], 0, 4))).get("probabilities");

        assertThat(none.shape()).containsExactly(0, 2);
    }

    @Test
    void textComesBackAsItWent() throws IOException {
        ServedModel model = serve(OnnxFile.identity(DataType.STRING, "n"));
        Tensor words = Tensor.of(new String[] {"", "a", "öß€", "日本"}, 4);

        assertThat(model.infer(Map.of("x", words))).containsExactly(Map.entry("y", words));
        assertThat(model.infer(Map.of("x", Tensor.ofBytes(new byte[][] {{0x61}}, 1)))
                        .get("y")
                        .toStrings())
                .containsExactly("a");
    }

    @Test
    void textThatWouldBeAlteredIsRefused() throws IOException {
        ServedModel model = serve(OnnxFile.identity(DataType.STRING, "n"));

        assertThatThrownBy(() -> model.infer(Map.of("x", Tensor.of(new String[] {"ok", "a\0b"}, 2))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("text 1 of tensor x")
                .hasMessageContaining("U+0000");
        assertThatThrownBy(() -> model.infer(Map.of("x", Tensor.of(new String[] {"😀"}, 1))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("U+1F600");
        assertThatThrownBy(() -> model.infer(Map.of("x", Tensor.ofBytes(new byte[][] {{(byte) 0xFF}}, 1))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("not UTF-8");
        assertThat(model.infer(Map.of("x", Tensor.of(new String[] {"next"}, 1)))
                        .get("y")
                        .toStrings())
                .containsExactly("next");
    }

    @Test
    void outputsWhoseShapeDependsOnTheContent() throws IOException {
        ServedModel model = serve(OnnxFile.nonZero());
        float[][] inputs = {{1, 1, 1}, {1, 1, 1}, {0, 0, 0}, {0, 5, 0}, {1, 1, 1}, {0, 1, 1}};
        for (float[] input : inputs) {
            long[] expected = java.util.stream.IntStream.range(0, 3)
                    .filter(i -> input[i] != 0)
                    .asLongStream()
                    .toArray();

            Tensor found = model.infer(Map.of("x", Tensor.of(input, 3))).get("found");

            assertThat(found.shape()).containsExactly(1, expected.length);
            assertThat(found.toLongs()).containsExactly(expected);
        }
    }

    @Test
    void tensorsThatDoNotFitAreRefusedByName() throws IOException {
        ServedModel model = serve(OnnxFile.add());
        Tensor two = Tensor.of(new float[] {1, 2, 3, 4}, 2, 2);

        assertThatThrownBy(() -> model.infer(Map.of("a", two)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("input b is missing (expected: FLOAT32 [batch, 2]; given: [a])");
        assertThatThrownBy(() -> model.infer(Map.of("a", two, "b", two, "c", two)))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("no input c (expected: [a, b])");
        assertThatThrownBy(() -> model.infer(Map.of("a", two, "b", Tensor.of(new double[] {1, 2, 3, 4}, 2, 2))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("input b is FLOAT64 (expected: FLOAT32)");
        assertThatThrownBy(() -> model.infer(Map.of("a", two, "b", Tensor.of(new float[] {1, 2, 3, 4}, 4))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("input b has shape [4] (expected: [batch, 2])");
        assertThatThrownBy(() -> model.infer(Map.of("a", two, "b", Tensor.of(new float[] {1, 2, 3}, 1, 3))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("input b has shape [1, 3] (expected: [batch, 2])");
        assertThatThrownBy(() -> model.infer(Map.of("a", two, "b", Tensor.of(new float[] {1, 2}, 1, 2))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("input b has shape [1, 2] (expected: [batch, 2] with batch = 2, as in a)");
        assertThat(model.infer(Map.of("a", two, "b", two)).get("sum").toFloats())
                .containsExactly(2, 4, 6, 8);
    }

    @Test
    void aDamagedFileIsNamed() throws IOException {
        byte[] model = OnnxFile.add();
        Path cut = Files.write(folder.resolve("cut.onnx"), Arrays.copyOf(model, model.length - 7));
        Path noise = Files.write(folder.resolve("noise.onnx"), new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
        Path empty = Files.write(folder.resolve("empty.onnx"), new byte[0]);
        for (Path file : List.of(cut, noise, empty)) {
            assertThatThrownBy(() -> engine.serve(ModelUri.of(file)))
                    .isInstanceOf(MlcoreException.class)
                    .hasMessageContaining(file.toString());
        }
        assertThatThrownBy(() -> engine.serve(ModelUri.of(noise))).isInstanceOf(InvalidFormatException.class);
        assertThat(engine.models()).isEmpty();
        assertThat(engine.ready()).isTrue();
    }

    @Test
    void whatCannotBeServedSaysWhy() throws IOException {
        Path text = Files.writeString(folder.resolve("notes.txt"), "no model");

        assertThatThrownBy(() -> engine.serve(ModelUri.of(folder.resolve("absent.onnx"))))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("absent.onnx");
        assertThatThrownBy(() -> engine.serve(ModelUri.of(text)))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining(".onnx");
        assertThatThrownBy(() -> engine.serve(ModelUri.of("models:/churn@champion")))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("registry");
        assertThatThrownBy(() -> engine.serve(ModelUri.of("java:none")))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("JavaFunctions");
    }

    @Test
    void typesThatCannotBeFedAreRefusedAtLoad() {
        for (DataType type : List.of(DataType.UINT16, DataType.UINT32, DataType.UINT64, DataType.FLOAT16)) {
            assertThatThrownBy(() -> serve(OnnxFile.identity(type, "n")))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("input x");
        }
    }

    @Test
    void pathsBeyondAscii() throws IOException {
        Path deep = Files.createDirectories(folder.resolve("a b").resolve("größe-模型"));
        Path file = Files.write(deep.resolve("modèle é.onnx"), OnnxFile.add());

        assertThat(engine.serve(ModelUri.of(file)).name()).isEqualTo("modèle é");
        assertThat(engine.serve(ModelUri.of(file.toString()), o -> o.name("again"))
                        .current()
                        .inputs())
                .hasSize(2);
    }
}
