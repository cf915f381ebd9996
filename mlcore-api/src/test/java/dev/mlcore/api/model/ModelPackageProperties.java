package dev.mlcore.api.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.internal.AtomicFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;

class ModelPackageProperties {
    @Provide
    Arbitrary<Object> json() {
        return value(3);
    }

    @Provide
    Arbitrary<String> texts() {
        return Arbitraries.oneOf(
                Arbitraries.strings()
                        .ofMaxLength(12)
                        .filter(text -> StandardCharsets.UTF_8.newEncoder().canEncode(text)),
                Arbitraries.of(
                        "yes",
                        "No",
                        "null",
                        "~",
                        "",
                        " ",
                        "1",
                        "1.5",
                        "0x1f",
                        "1_000",
                        "12:30:45",
                        "2026-11-24",
                        ".inf",
                        "- a",
                        "a: b",
                        "# c",
                        "'",
                        "\"",
                        "\\",
                        "a\nb",
                        "\t",
                        "\u0085",
                        "\u2028",
                        "\uFEFF",
                        "é",
                        "😀",
                        "*a",
                        "&a",
                        "!t",
                        "%",
                        "@",
                        "`",
                        "|",
                        ">",
                        "{",
                        "[",
                        "<<"));
    }

    private Arbitrary<Object> value(int depth) {
        Arbitrary<Object> scalar = Arbitraries.oneOf(
                texts().map(Object.class::cast),
                Arbitraries.longs().map(Object.class::cast),
                Arbitraries.doubles().map(Object.class::cast),
                Arbitraries.of(true, false).map(Object.class::cast));
        if (depth == 0) {
            return scalar;
        }
        return Arbitraries.oneOf(
                scalar,
                value(depth - 1).list().ofMaxSize(3).map(Object.class::cast),
                Arbitraries.maps(texts(), value(depth - 1)).ofMaxSize(3).map(Object.class::cast));
    }

    /** The second reader is the YAML library's own binding. */
    @Property
    void yamlMeansTheSameToTwoReaders(@ForAll @From("json") Object value) throws IOException {
        Map<String, Object> root = Map.of("root", JsonValues.copy("value", value));
        String yaml = Yaml.write(root);
        assertThat(Yaml.read(yaml.getBytes(StandardCharsets.UTF_8))).as(yaml).isEqualTo(root);
        assertThat(text(new YAMLMapper().readValue(yaml, Object.class)))
                .as(yaml)
                .isEqualTo(text(root));
    }

    private static String text(Object value) throws IOException {
        return new JsonMapper().writeValueAsString(sorted(value));
    }

    private static Object sorted(Object value) {
        if (value instanceof Map<?, ?> map) {
            Map<Object, Object> copy = new TreeMap<>();
            map.forEach((k, v) -> copy.put(k, sorted(v)));
            return copy;
        }
        return value instanceof List<?> list
                ? list.stream().map(ModelPackageProperties::sorted).toList()
                : value;
    }

    @Property(tries = 15)
    void roundTrip(
            @ForAll @Size(min = 1, max = 50) byte[] onnx,
            @ForAll @From("json") Object metadata,
            @ForAll @IntRange(min = 1, max = 6) int columns,
            @ForAll Random random)
            throws IOException {
        Path folder = Files.createTempDirectory("mlcore packages");
        try {
            List<String> names = new ArrayList<>();
            for (int i = 0; i < columns; i++) {
                names.add("column " + i);
            }
            Schema schema = new Schema(names.stream()
                    .map(name -> new Schema.Column(name, ColumnType.Scalar.FLOAT, random.nextBoolean()))
                    .toList());
            Collections.shuffle(names, random);
            List<String> packed = names.subList(0, 1 + random.nextInt(columns));
            ModelSignature signature = ModelSignature.of(schema, schema).packInputs("x", packed);
            ModelPackage.Builder builder = ModelPackage.builder()
                    .onnx(onnx)
                    .signature(signature)
                    .metadata("m", metadata)
                    .clock(() -> Instant.ofEpochSecond(random.nextInt()));
            ModelPackage written = builder.write(folder.resolve("a"));
            ModelPackage again = builder.write(folder.resolve("b"));
            ModelPackage opened = ModelPackage.openStrict(folder.resolve("a"));
            ModelPackage copied = opened.copyTo(folder.resolve("c"), Map.of("run_id", "r"));
            for (ModelPackage model : List.of(written, again, opened, copied)) {
                assertThat(model.signature()).contains(signature);
                assertThat(model.metadata()).isEqualTo(Map.of("m", JsonValues.copy("m", metadata)));
                assertThat(model.onnx().orElseThrow()).hasBinaryContent(onnx);
                assertThat(model.digest()).isEqualTo(written.digest());
            }
            assertThat(opened.signature().orElseThrow().inputs().columns().subList(0, packed.size()))
                    .extracting(Schema.Column::name)
                    .isEqualTo(packed);
        } finally {
            AtomicFiles.delete(folder);
        }
    }

    /** Whatever one bit is changed, the package is refused, or it means exactly the same. */
    @Property(tries = 3)
    void noChangedBitGoesUnseen(@ForAll Random random) throws IOException {
        Path folder = Files.createTempDirectory("mlcore packages");
        try {
            Schema schema = new Schema(List.of(
                    new Schema.Column("a", ColumnType.Scalar.FLOAT, true),
                    new Schema.Column("b", ColumnType.Scalar.FLOAT, true)));
            ModelPackage model = ModelPackage.builder()
                    .onnx(new byte[] {1, 2, 3})
                    .signature(ModelSignature.of(schema, schema).inputOrder(List.of("b", "a")))
                    .metadata("m", 1)
                    .write(folder.resolve("m"));
            List<Path> files;
            try (Stream<Path> all = Files.list(model.directory())) {
                files = all.sorted().toList();
            }
            for (int i = 0; i < 200; i++) {
                Path file = random.nextBoolean()
                        ? model.directory().resolve("MLmodel")
                        : files.get(random.nextInt(files.size()));
                byte[] before = Files.readAllBytes(file);
                byte[] content = before.clone();
                content[random.nextInt(content.length)] ^= (byte) (1 << random.nextInt(8));
                Files.write(file, content);
                isRefusedOrMeansTheSame(model, file);
                Files.write(file, before);
            }
        } finally {
            AtomicFiles.delete(folder);
        }
    }

    private static void isRefusedOrMeansTheSame(ModelPackage model, Path changed) {
        try {
            ModelPackage opened = ModelPackage.open(model.directory());
            assertThat(changed.getFileName()).hasToString("MLmodel");
            if (opened.verified()) {
                assertThat(opened.digest()).isEqualTo(model.digest());
                assertThat(opened.signature()).isEqualTo(model.signature());
                assertThat(opened.metadata()).isEqualTo(model.metadata());
            } else {
                // The flavor's own name was hit: then nothing claims that anything was verified.
                assertThat(opened.flavors()).doesNotContain("mlcore");
                assertThatThrownBy(() -> ModelPackage.openStrict(model.directory()))
                        .isInstanceOf(InvalidFormatException.class);
            }
        } catch (MlcoreException e) {
            assertThat(e.code()).isIn("INVALID_FORMAT", "INCOMPATIBLE");
            assertThat(e).hasMessageContaining(model.directory().toString());
        }
    }
}
