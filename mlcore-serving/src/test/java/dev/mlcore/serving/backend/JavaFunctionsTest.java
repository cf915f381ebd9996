package dev.mlcore.serving.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.ModelFailedException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.model.ModelUri;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;

@NullUnmarked // what is looked up in a map here is there
class JavaFunctionsTest extends BackendContract {
    private static final TensorSpec X = new TensorSpec("x", DataType.STRING, List.of("n"), false);

    private static TensorSpec floats(String name) {
        return new TensorSpec(name, DataType.FLOAT32, List.of("batch", "2"), false);
    }

    @Override
    Backend backend() {
        Backend add = JavaFunctions.of("add", List.of(floats("a"), floats("b")), List.of(floats("sum")), in -> {
            float[] a = in.get("a").toFloats();
            float[] b = in.get("b").toFloats();
            for (int i = 0; i < a.length; i++) {
                a[i] += b[i];
            }
            return Map.of("sum", Tensor.of(a, in.get("a").shape()));
        });
        Backend words = JavaFunctions.of(
                "words",
                List.of(X),
                List.of(new TensorSpec("y", DataType.STRING, List.of("n"), false)),
                in -> Map.of("y", in.get("x")));
        Backend table = JavaFunctions.of(
                "table",
                List.of(new TensorSpec("index", DataType.INT64, List.of("n"), false)),
                List.of(new TensorSpec("value", DataType.FLOAT32, List.of("n"), false)),
                in -> Map.of(
                        "value",
                        Tensor.of(
                                new float[] {
                                    new float[] {10, 20}[(int) in.get("index").toLongs()[0]]
                                },
                                1)));
        return (source, context) ->
                add.load(source, context).or(() -> words.load(source, context)).or(() -> table.load(source, context));
    }

    private static ModelSource source(String uri) {
        return new ModelSource(ModelUri.of(uri), Optional.empty());
    }

    @Override
    ModelSource add() {
        return source("java:add");
    }

    @Override
    ModelSource words() {
        return source("java:words");
    }

    @Override
    ModelSource table() {
        return source("java:table");
    }

    @Test
    void anAnswerThatDoesNotFitIsTheModelsFailure() {
        for (Map<String, Tensor> answer : List.of(
                Map.<String, Tensor>of(),
                Map.of("y", Tensor.of(new long[] {1}, 1)),
                Map.of("y", Tensor.of(new String[] {"a"}, 1, 1)))) {
            Slot slot = JavaFunctions.of(
                            "f",
                            List.of(X),
                            List.of(new TensorSpec("y", DataType.STRING, List.of("n"), false)),
                            in -> answer)
                    .load(source("java:f"), new LoadContext(1, Optional.empty()))
                    .orElseThrow()
                    .slot(new long[] {0});
            assertThatThrownBy(() -> slot.run(new long[][] {{0}}))
                    .isInstanceOf(ModelFailedException.class)
                    .hasMessageContaining("function f")
                    .hasMessageContaining("expected: STRING [n]");
        }
    }

    @Test
    void namesAreChecked() {
        assertThatThrownBy(() -> JavaFunctions.of(" ", List.of(), List.of(), in -> in))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> JavaFunctions.of("f", List.of(X, X), List.of(), in -> in))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("x twice");
        assertThat(backend().load(source("java:add"), new LoadContext(1, Optional.empty())))
                .isPresent();
    }
}
