package dev.mlcore.serving;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.data.DataType;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelSignature;
import dev.mlcore.api.model.ModelUri;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.jspecify.annotations.Nullable;

/** Columns through a model that changes nothing: whatever comes out under a name went in under the name that stands in the same place. */
class PackingProperties {
    record In(float a, float b, float c, float d, float e) {
        Map<String, Float> byName() {
            return Map.of("a", a, "b", b, "c", c, "d", d, "e", e);
        }
    }

    record Out(float v, float w, float x, float y, float z) {
        Map<String, Float> byName() {
            return Map.of("v", v, "w", w, "x", x, "y", y, "z", z);
        }
    }

    @Property(tries = 25)
    void whatGoesInComesOutInTheSamePlace(
            @ForAll("inOrders") List<String> inOrder,
            @ForAll("outOrders") List<String> outOrder,
            @ForAll("rows") List<In> rows)
            throws IOException {
        Path folder = Files.createTempDirectory("packing");
        try (InferenceEngine engine = InferenceEngine.builder().build()) {
            ModelPackage.builder()
                    .onnx(OnnxFile.identity(DataType.FLOAT32, "batch", 5))
                    .signature(ModelSignature.of(In.class, Out.class)
                            .inputOrder(inOrder)
                            .outputOrder(outOrder))
                    .write(folder.resolve("model"));
            Predictor<In, Out> predictor =
                    engine.serve(ModelUri.of(folder.resolve("model"))).predictor(In.class, Out.class);

            List<Out> together = predictor.predictAll(rows);

            for (int r = 0; r < rows.size(); r++) {
                Map<String, Float> expected = new HashMap<>();
                for (int place = 0; place < 5; place++) {
                    expected.put(outOrder.get(place), rows.get(r).byName().get(inOrder.get(place)));
                }
                assertThat(together.get(r).byName()).isEqualTo(expected);
                assertThat(predictor.predict(rows.get(r)).byName()).isEqualTo(expected);
            }
        } finally {
            delete(folder);
        }
    }

    @Provide
    Arbitrary<List<String>> inOrders() {
        return Arbitraries.shuffle("a", "b", "c", "d", "e");
    }

    @Provide
    Arbitrary<List<String>> outOrders() {
        return Arbitraries.shuffle("v", "w", "x", "y", "z");
    }

    @Provide
    Arbitrary<List<In>> rows() {
        Arbitrary<Float> values =
                Arbitraries.oneOf(Arbitraries.floats(), Arbitraries.of(Float.NaN, Float.POSITIVE_INFINITY, -0f));
        return Combinators.combine(values, values, values, values, values)
                .as(In::new)
                .list()
                .ofMinSize(1)
                .ofMaxSize(6);
    }

    private static void delete(Path folder) throws IOException {
        Files.walkFileTree(folder, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException e) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
