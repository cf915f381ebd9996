package dev.mlcore.api.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.mlcore.api.AlreadyExistsException;
import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.data.Name;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ModelPackageTest {
    private static final byte[] MODEL = {8, 9, 18, 7, 's', 'k', 'l', '2', 'o', 'n', 'x'};
    private static final ModelSignature SIGNATURE = ModelSignature.of(Penguin.class, Species.class)
            .inputOrder(List.of("mass", "billDepth", "bill_length"))
            .outputOrder(List.of("gentoo", "adelie"));

    @TempDir
    Path folder;

    record Penguin(@Name("bill_length") float billLength, float billDepth, float mass) {}

    record Species(float adelie, float gentoo) {}

    @AfterEach
    void leavesNothingHidden() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            assertThat(all.filter(path -> path.getFileName().toString().contains(".tmp-")))
                    .isEmpty();
        }
    }

    private static ModelPackage.Builder builder() {
        return ModelPackage.builder()
                .onnx(MODEL)
                .signature(SIGNATURE)
                .inputExample(List.of(new Penguin(39.1f, 18.7f, 3750f), new Penguin(46.5f, 17.9f, 3500f)))
                .metadata("team", Map.of("name", "birds", "size", 3))
                .file("vocabulary/words.txt", "a\nb".getBytes(StandardCharsets.UTF_8));
    }

    private Path written(String name) {
        return builder().write(folder.resolve(name)).directory();
    }

    /** Read by another parser than ours. */
    @SuppressWarnings("unchecked")
    private static Map<String, Object> yaml(Path file) throws IOException {
        return new YAMLMapper().readValue(file.toFile(), Map.class);
    }

    @Test
    void writesWhatStockMlflowReads() throws Exception {
        Path place = folder.resolve("a model with spaces");
        builder().clock(() -> Instant.parse("2026-11-24T22:31:51.123456789Z")).write(place);

        Map<String, Object> signature = new HashMap<>();
        signature.put(
                "inputs",
                "[{\"type\":\"float\",\"name\":\"mass\",\"required\":true},{\"type\":\"float\",\"name\":\"billDepth\",\"required\":true},"
                        + "{\"type\":\"float\",\"name\":\"bill_length\",\"required\":true}]");
        signature.put(
                "outputs",
                "[{\"type\":\"float\",\"name\":\"gentoo\",\"required\":true},{\"type\":\"float\",\"name\":\"adelie\",\"required\":true}]");
        signature.put("params", null);

        Map<String, Object> mlmodel = yaml(place.resolve("MLmodel"));
        assertThat(Files.readString(place.resolve("MLmodel")).lines().filter(line -> !line.startsWith(" ")))
                .isSorted()
                .hasSize(mlmodel.size());
        assertThat(mlmodel)
                .containsEntry("utc_time_created", "2026-11-24 22:31:51.123456")
                .containsEntry("mlflow_version", "3.17.2")
                .containsEntry("metadata", Map.of("team", Map.of("name", "birds", "size", 3)));
        assertThat(mlmodel.get("model_uuid")).asString().matches("[0-9a-f]{32}");
        assertThat(mlmodel.get("flavors"))
                .asInstanceOf(org.assertj.core.api.InstanceOfAssertFactories.MAP)
                .containsEntry(
                        "onnx",
                        Map.of(
                                "onnx_version", "1.23.2",
                                "data", "model.onnx",
                                "providers", List.of("CUDAExecutionProvider", "CPUExecutionProvider")))
                .containsEntry(
                        "python_function",
                        Map.of(
                                "loader_module", "mlflow.onnx",
                                "data", "model.onnx",
                                "env", Map.of("conda", "conda.yaml", "virtualenv", "python_env.yaml"),
                                "python_version", "3.11.7"));
        assertThat(mlmodel.get("signature")).isEqualTo(signature);
        assertThat(place.resolve("model.onnx")).hasBinaryContent(MODEL);
        assertThat(place.resolve("requirements.txt"))
                .content()
                .startsWith("mlflow==3.17.2\n")
                .contains("\nonnxruntime==");
        assertThat(yaml(place.resolve("conda.yaml"))).containsEntry("name", "mlflow-env");
        assertThat(yaml(place.resolve("python_env.yaml")))
                .containsEntry("dependencies", List.of("-r requirements.txt"));
        assertThat(place.resolve("input_example.json"))
                .hasContent(
                        "{\"columns\":[\"mass\",\"billDepth\",\"bill_length\"],\"data\":[[3750.0,18.7,39.1],[3500.0,17.9,46.5]]}");
        assertThat(place.resolve("serving_input_example.json"))
                .content()
                .startsWith("{\"dataframe_split\":{\"columns\":[\"mass\"");
    }

    @Test
    @SuppressWarnings("unchecked")
    void listsEveryFileWithItsDigest() throws Exception {
        Path place = written("model");
        Map<String, Object> mlcore = ((Map<String, Map<String, Object>>)
                        yaml(place.resolve("MLmodel")).get("flavors"))
                .get("mlcore");
        assertThat(mlcore).containsEntry("format", 1).containsEntry("requires", List.of("packing"));
        Map<String, String> files = (Map<String, String>) mlcore.get("files");
        try (Stream<Path> all = Files.walk(place)) {
            for (Path file : (Iterable<Path>) all.filter(Files::isRegularFile)::iterator) {
                String name = place.relativize(file).toString().replace('\\', '/');
                if (!name.equals("MLmodel")) {
                    byte[] sha = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file));
                    assertThat(files.remove(name))
                            .as(name)
                            .isEqualTo(HexFormat.of().formatHex(sha));
                }
            }
        }
        assertThat(files).isEmpty();
    }

    @Test
    void readsBackWhatItWrote() {
        ModelPackage model = ModelPackage.open(written("model"));

        assertThat(model.verified()).isTrue();
        assertThat(model.unlisted()).isEmpty();
        assertThat(model.signature()).contains(SIGNATURE);
        assertThat(model.flavors()).containsExactly("mlcore", "onnx", "python_function");
        assertThat(model.flavor("onnx").orElseThrow()).containsEntry("data", "model.onnx");
        assertThat(model.flavor("sklearn")).isEmpty();
        assertThat(model.onnx()).contains(model.directory().resolve("model.onnx"));
        assertThat(model.metadata()).isEqualTo(Map.of("team", Map.of("name", "birds", "size", 3L)));
        assertThat(model.inputExample())
                .containsExactly(
                        Map.of("mass", 3750f, "billDepth", 18.7f, "bill_length", 39.1f),
                        Map.of("mass", 3500f, "billDepth", 17.9f, "bill_length", 46.5f));
        assertThat(model.directory()).isAbsolute();
        assertThat(ModelPackage.openStrict(model.directory()).digest()).isEqualTo(model.digest());
    }

    @Test
    void sameContentGivesTheSameBytesAndTheSameDigest() throws IOException {
        ModelPackage a = builder().clock(() -> Instant.EPOCH).write(folder.resolve("a"));
        ModelPackage b = builder().clock(() -> Instant.EPOCH).write(folder.resolve("b"));
        ModelPackage later = builder().write(folder.resolve("c"));
        assertThat(a.directory().resolve("MLmodel"))
                .hasSameBinaryContentAs(b.directory().resolve("MLmodel"));
        assertThat(later.digest()).isEqualTo(a.digest()).matches("[0-9a-f]{64}");

        assertThat(builder().metadata("team", "fish").write(folder.resolve("d")).digest())
                .isNotEqualTo(a.digest());
        assertThat(builder().file("x", new byte[0]).write(folder.resolve("e")).digest())
                .isNotEqualTo(a.digest());
        assertThat(builder()
                        .signature(ModelSignature.of(Penguin.class, Species.class))
                        .write(folder.resolve("f"))
                        .digest())
                .isNotEqualTo(a.digest());
    }

    @Test
    void refusesAChangedFile() throws IOException {
        for (String name : List.of("model.onnx", "requirements.txt", "input_example.json", "vocabulary/words.txt")) {
            Path place = written("of-" + name.replace('/', '-'));
            byte[] content = Files.readAllBytes(place.resolve(name));
            content[content.length / 2] ^= 1;
            Files.write(place.resolve(name), content);
            assertThatThrownBy(() -> ModelPackage.open(place))
                    .isInstanceOf(InvalidFormatException.class)
                    .hasMessageMatching("Cannot open model package .*: file " + name
                            + " was changed: its SHA-256 is [0-9a-f]{64} \\(expected: [0-9a-f]{64}\\)\\. Copy .*");
        }
    }

    @Test
    void refusesAMissingFile() throws IOException {
        Path place = written("model");
        Files.delete(place.resolve("vocabulary/words.txt"));
        assertThatThrownBy(() -> ModelPackage.open(place))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining("file vocabulary/words.txt is missing (expected: SHA-256 ");
    }

    @Test
    void refusesALink() throws IOException {
        Path place = written("model");
        Path elsewhere = Files.move(place.resolve("model.onnx"), folder.resolve("elsewhere.onnx"));
        Files.createSymbolicLink(place.resolve("model.onnx"), elsewhere);
        assertThatThrownBy(() -> ModelPackage.open(place))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining("file model.onnx is a link");

        Path other = written("other");
        Files.delete(other.resolve("vocabulary/words.txt"));
        Files.delete(other.resolve("vocabulary"));
        Files.createSymbolicLink(other.resolve("vocabulary"), place.resolve("vocabulary"));
        assertThatThrownBy(() -> ModelPackage.open(other)).hasMessageContaining("file vocabulary is a link");
    }

    @Test
    void mayItselfBeReachedByALink() throws IOException {
        Path place = written("model");
        Path link = Files.createSymbolicLink(folder.resolve("latest"), place);
        assertThat(ModelPackage.openStrict(link).unlisted()).isEmpty();
    }

    /** What decides an answer but is in no listed file. */
    @Test
    void refusesAChangedMlmodel() throws IOException {
        Map<String, String> changes = Map.of(
                "\"name\":\"mass\"", "\"name\":\"moss\"",
                "data: model.onnx", "data: requirements.txt",
                "- billDepth\n            - bill_length", "- bill_length\n            - billDepth",
                "birds", "bards",
                "requires:\n      - packing", "requires: []",
                "CPUExecutionProvider", "XPUExecutionProvider");
        int i = 0;
        for (Map.Entry<String, String> change : changes.entrySet()) {
            Path file = written("m" + i++).resolve("MLmodel");
            String text = Files.readString(file);
            assertThat(text).contains(change.getKey());
            Files.writeString(file, text.replace(change.getKey(), change.getValue()));
            assertThatThrownBy(() -> ModelPackage.open(file.getParent()))
                    .as(change.getKey())
                    .isInstanceOf(InvalidFormatException.class)
                    .hasMessageMatching(
                            "Cannot open .*MLmodel: it was changed: .*[0-9a-f]{64} \\(expected: [0-9a-f]{64}\\).*");
        }
    }

    /** Stock tools rewrite MLmodel when they log, register or download a model. */
    @Test
    void toleratesWhatStockToolsAdd() throws IOException {
        Path place = written("model");
        Map<String, Object> root = yaml(place.resolve("MLmodel"));
        root.put("run_id", "0af3".repeat(8));
        root.put("model_id", "m-" + "0af3".repeat(8));
        root.put("artifact_path", "mlflow-artifacts:/1/models/m-1/artifacts");
        root.put("prompts", null);
        @SuppressWarnings("unchecked") // as it was written
        Map<String, Object> signature = (Map<String, Object>) root.get("signature");
        signature.replaceAll((key, value) ->
                value instanceof String json ? json.replace(":", ": ").replace(",", ", ") : value);
        root.put("auth_policy", null);
        Files.writeString(place.resolve("MLmodel"), new YAMLMapper().writeValueAsString(root));
        Files.writeString(place.resolve("registered_model_meta"), "model_name: penguins\nmodel_version: '1'\n");

        ModelPackage model = ModelPackage.open(place);
        assertThat(model.verified()).isTrue();
        assertThat(model.unlisted()).containsExactly("registered_model_meta");
        assertThatThrownBy(() -> ModelPackage.openStrict(place))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining("[registered_model_meta]");
    }

    @Test
    void refusesPathsThatLeadOutside() throws IOException {
        for (String path : List.of("../secret", "/etc/passwd", "a/../../secret", "C:/x", "a\\b", "./x", "a//b", "")) {
            Path file = written("p" + Integer.toHexString(path.hashCode())).resolve("MLmodel");
            String text = Files.readString(file);
            String quoted = "'" + path + "'";
            Files.writeString(file, text.replace("      vocabulary/words.txt:", "      " + quoted + ":"));
            assertThatThrownBy(() -> ModelPackage.open(file.getParent()))
                    .as(path)
                    .isInstanceOf(InvalidFormatException.class)
                    .hasMessageContaining("flavors.mlcore.files is '" + path + "'");

            Files.writeString(file, "flavors: {onnx: {data: " + quoted + "}}");
            assertThatThrownBy(() -> ModelPackage.open(file.getParent()))
                    .as(path)
                    .isInstanceOf(InvalidFormatException.class)
                    .hasMessageContaining("flavors.onnx.data is '" + path + "' (expected: a path inside the package");
        }
    }

    @Test
    void refusesALargeMlmodelBombsAndTags() throws IOException {
        Path place = Files.createDirectory(folder.resolve("model"));
        Path file = place.resolve("MLmodel");
        Files.writeString(file, "flavors: {}\nmetadata: {a: " + "x".repeat(1 << 20) + "}\n");
        assertThatThrownBy(() -> ModelPackage.open(place))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining("MLmodel has more than 1048576 bytes");

        StringBuilder bomb = new StringBuilder("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
        for (int i = 1; i < 12; i++) {
            String alias = "*a" + (i - 1);
            bomb.append("a" + i + ": &a" + i + " [" + (alias + ", ").repeat(8) + alias + "]\n");
        }
        Files.writeString(file, bomb + "flavors: {}\n");
        assertThatThrownBy(() -> ModelPackage.open(place))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining("more than 200000 values");

        Files.writeString(file, "flavors: " + "[".repeat(10_000));
        assertThatThrownBy(() -> ModelPackage.open(place)).isInstanceOf(InvalidFormatException.class);

        Files.writeString(file, "flavors: {}\nmetadata: {x: !!javax.script.ScriptEngineManager [a]}\n");
        assertThat(ModelPackage.open(place).metadata()).isEqualTo(Map.of("x", List.of("a")));
    }

    @Test
    void refusesWhatIsNoMlmodel() throws IOException {
        Path place = Files.createDirectory(folder.resolve("model"));
        Path file = place.resolve("MLmodel");
        Map<String, String> malformed = Map.of(
                "", "the file is missing (expected: a map with flavors)",
                "- a", "the file is '[a]' (expected: a map with flavors)",
                "a: 1", "flavors is missing (expected: a map)",
                "flavors: [onnx]", "flavors is '[onnx]' (expected: a map)",
                "flavors: {onnx: 3}", "flavors.onnx is '3' (expected: a map)",
                "flavors: {}\nflavors: {}", "stands twice",
                "flavors: {}\n---\nflavors: {}", "more than one document",
                "flavors: {mlcore: {}}", "flavors.mlcore.format is missing (expected: a number)",
                "flavors: {mlcore: {format: 1, files: {a: b}}}", "files.a is 'b' (expected: a SHA-256",
                "flavors: {}\nsignature: {inputs: '[{]'}", "inputs is no JSON");
        for (Map.Entry<String, String> bad : malformed.entrySet()) {
            Files.writeString(file, bad.getKey());
            assertThatThrownBy(() -> ModelPackage.open(place))
                    .as(bad.getKey())
                    .isInstanceOf(InvalidFormatException.class)
                    .hasMessageContaining(place.toString())
                    .hasMessageContaining(bad.getValue());
        }
        Files.write(file, new byte[] {'a', ':', ' ', (byte) 0xff});
        assertThatThrownBy(() -> ModelPackage.open(place)).hasMessageContaining("it is not UTF-8");
    }

    @Test
    void refusesOtherFormatsAndUnknownFeatures() throws IOException {
        Path file = written("model").resolve("MLmodel");
        String text = Files.readString(file);
        Files.writeString(file, text.replace("    format: 1", "    format: 2"));
        assertThatThrownBy(() -> ModelPackage.open(file.getParent()))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("its mlcore format is 2 (expected: 1)");

        ModelPackage own = builder().requires("quantised-inputs").write(folder.resolve("future"));
        assertThat(own.copyTo(folder.resolve("copied")).digest()).isEqualTo(own.digest());
        assertThatThrownBy(() -> ModelPackage.open(folder.resolve("copied")))
                .isInstanceOf(IncompatibleException.class)
                .hasMessageContaining("it requires the feature 'quantised-inputs' (expected: only [packing])");
    }

    @Test
    void saysWhatIsNotThere() throws IOException {
        assertThatThrownBy(() -> ModelPackage.open(folder.resolve("nowhere")))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("nowhere: there is nothing");
        assertThatThrownBy(() -> ModelPackage.open(Files.createFile(folder.resolve("file"))))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("there is no folder but a file");
        assertThatThrownBy(() -> ModelPackage.open(Files.createDirectory(folder.resolve("empty"))))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("there is no file MLmodel in it");
    }

    @Test
    void opensWhatPythonWrote() throws IOException {
        Path place = Files.createDirectory(folder.resolve("model"));
        try (var in = getClass().getResourceAsStream("MLmodel-python.yaml")) {
            Files.write(place.resolve("MLmodel"), in.readAllBytes());
        }
        Files.write(place.resolve("model.onnx"), MODEL);
        Files.writeString(
                place.resolve("input_example.json"), "{\"columns\": [\"x\", \"n\"], \"data\": [[0.5, 7], [null, 8]]}");

        ModelPackage model = ModelPackage.open(place);
        assertThat(model.verified()).isFalse();
        assertThat(model.unlisted()).containsExactly("input_example.json", "model.onnx");
        assertThat(model.flavors()).containsExactly("onnx", "python_function", "something_new");
        assertThat(model.flavor("something_new").orElseThrow()).containsEntry("nested", List.of(Map.of("a", 1L), "b"));
        assertThat(model.onnx()).contains(place.resolve("model.onnx"));
        assertThat(model.metadata()).containsEntry("shared", List.of(1L, 2L)).containsEntry("again", List.of(1L, 2L));
        assertThat(model.inputExample()).hasSize(2).first().isEqualTo(Map.of("x", 0.5, "n", 7L));
        assertThat(model.inputExample().get(1)).containsEntry("x", null);
        ModelSignature signature = model.signature().orElseThrow();
        assertThat(signature.inputs().columns()).extracting(c -> c.name()).containsExactly("x", "n");
        assertThat(signature.paramsJson()).hasValueSatisfying(p -> assertThat(p).contains("\"default\": 1e-08"));
        assertThatThrownBy(() -> ModelPackage.openStrict(place))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining("no mlcore flavor and so no digests");

        String digest = model.digest();
        Files.write(place.resolve("model.onnx"), new byte[] {1});
        assertThat(ModelPackage.open(place).digest()).isNotEqualTo(digest);
    }

    @Test
    void isWholeOrAbsent() throws IOException {
        Path place = folder.resolve("model");
        Path source = Files.write(folder.resolve("source.onnx"), MODEL);
        ModelPackage.Builder builder = builder().onnx(source);
        Files.delete(source);
        assertThatThrownBy(() -> builder.write(place))
                .isInstanceOf(dev.mlcore.api.UnavailableException.class)
                .hasMessageContaining("source.onnx");
        assertThat(place).doesNotExist();
        assertThat(folder).isEmptyDirectory();
    }

    @Test
    void replacesAnEmptyFolderAndNothingElse() throws IOException {
        Path place = Files.createDirectory(folder.resolve("model"));
        assertThat(builder().write(place).directory()).isEqualTo(place);
        byte[] before = Files.readAllBytes(place.resolve("MLmodel"));
        assertThatThrownBy(() -> builder().metadata("a", 1).write(place))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining(place.toString());
        assertThat(place.resolve("MLmodel")).hasBinaryContent(before);
        assertThatThrownBy(() -> builder().write(Files.createFile(folder.resolve("file"))))
                .isInstanceOf(AlreadyExistsException.class);
    }

    @Test
    void copiesWithAnIdentityOfItsOwn() throws IOException {
        ModelPackage model = ModelPackage.open(written("model"));
        Files.writeString(model.directory().resolve("notes.txt"), "added later");
        ModelPackage copy =
                model.copyTo(folder.resolve("store/m-1/artifacts"), Map.of("model_id", "m-1", "run_id", "r"));
        assertThat(copy.digest()).isEqualTo(model.digest());
        assertThat(copy.onnx()).contains(folder.resolve("store/m-1/artifacts/model.onnx"));
        assertThat(copy.unlisted()).containsExactly("notes.txt");
        assertThat(yaml(copy.directory().resolve("MLmodel")))
                .containsEntry("model_id", "m-1")
                .containsEntry("run_id", "r")
                .containsKey("utc_time_created");
        assertThat(ModelPackage.open(copy.directory()).verified()).isTrue();
        assertThatThrownBy(() -> model.copyTo(copy.directory())).isInstanceOf(AlreadyExistsException.class);
        assertThatThrownBy(() -> model.copyTo(folder.resolve("x"), Map.of("signature", "")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("identity: signature (expected: one of [artifact_path, model_id, model_uuid, run_id])");

        Files.write(model.directory().resolve("model.onnx"), new byte[] {1, 2});
        assertThatThrownBy(() -> model.copyTo(folder.resolve("late")))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining("Cannot copy model package " + model.directory())
                .hasMessageContaining("file model.onnx was changed");
        assertThat(folder.resolve("late")).doesNotExist();
    }

    @Test
    void carriesFlavorsOfUsers() throws IOException {
        Path files = Files.createDirectories(folder.resolve("trees/deep"));
        Files.writeString(files.resolve("one.txt"), "1");
        ModelPackage model = ModelPackage.builder()
                .flavor(
                        "forest",
                        Map.of("trees", 1, "rate", 0.1f, "names", List.of("a", "yes", "2026-11-24", "1.5")),
                        files.getParent())
                .write(folder.resolve("model"));
        assertThat(model.flavors()).containsExactly("forest", "mlcore");
        assertThat(model.flavor("forest"))
                .contains(Map.of("trees", 1L, "rate", 0.1, "names", List.of("a", "yes", "2026-11-24", "1.5")));
        assertThat(model.directory().resolve("forest/deep/one.txt")).hasContent("1");
        assertThat(model.onnx()).isEqualTo(Optional.empty());
        assertThat(model.directory().resolve("conda.yaml")).doesNotExist();
    }

    @Test
    void refusesPartsThatClash() throws IOException {
        Path files = Files.createDirectory(folder.resolve("files"));
        Files.writeString(files.resolve("x"), "1");
        ModelPackage.Builder builder = ModelPackage.builder().file("data/x", new byte[0]);
        for (String path : List.of(
                "MLmodel",
                "mlmodel",
                "Model.onnx",
                "conda.yaml",
                "input_example.json",
                "registered_model_meta",
                "MLmodel/x")) {
            assertThatThrownBy(() -> builder.file(path, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("which the package writes itself");
        }
        for (String path : List.of("data/x", "DATA/X", "data", "data/x/y")) {
            assertThatThrownBy(() -> builder.file(path, new byte[0]))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("'" + path + "' beside 'data/x'");
        }
        assertThatThrownBy(() -> builder.file("../x", new byte[0]))
                .hasMessageStartingWith("file: '../x' (expected: a relative path");
        for (String name : List.of("onnx", "ONNX", "mlcore", "python_function", "a/b", "", "ü")) {
            assertThatThrownBy(() -> builder.flavor(name, Map.of(), files))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("flavor: '" + name + "'");
        }
        assertThatThrownBy(() -> builder.flavor("data", Map.of(), files))
                .hasMessageContaining("'data/x' beside 'data/x'");
        assertThatThrownBy(() -> builder.flavor("tree", Map.of("a", new Object()), files))
                .hasMessageContaining("flavor 'tree'.a: java.lang.Object (expected: a JSON value");
        assertThatThrownBy(() -> builder.metadata("a", Double.NaN))
                .hasMessage("metadata a: NaN (expected: a finite number)");
        assertThatThrownBy(() -> builder.onnx(new byte[0])).hasMessage("onnx: empty (expected: an ONNX model)");
        assertThatThrownBy(() -> builder.onnx(folder.resolve("none"))).hasMessageContaining("(expected: a file)");
        assertThatThrownBy(() -> builder.requires("a b")).hasMessageStartingWith("feature: 'a b'");
        assertThatThrownBy(() -> builder.write(folder.resolve("model")))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("there is no model in it");
    }

    record Wider(float bill_length, float billDepth, float mass, float extra) {}

    record Narrower(float bill_length, float billDepth) {}

    record Other(double bill_length, float billDepth, float mass) {}

    @Test
    void refusesAnExampleThatDoesNotFit() {
        Path place = folder.resolve("model");
        assertThatThrownBy(() ->
                        builder().inputExample(List.of(new Wider(1, 2, 3, 4))).write(place))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("inputExample: components [extra] are no input columns");
        assertThatThrownBy(() ->
                        builder().inputExample(List.of(new Narrower(1, 2))).write(place))
                .hasMessageStartingWith("inputExample: no component for the input column 'mass'");
        assertThatThrownBy(() ->
                        builder().inputExample(List.of(new Other(1, 2, 3))).write(place))
                .hasMessage("inputExample: column 'bill_length' is DOUBLE (expected: FLOAT, as the signature says)");
        assertThatThrownBy(() -> builder()
                        .inputExample(List.of(new Penguin(1, Float.POSITIVE_INFINITY, 3)))
                        .write(place))
                .hasMessageStartingWith("inputExample: column 'billDepth' is Infinity");
        assertThatThrownBy(() -> builder().inputExample(List.of())).hasMessageStartingWith("inputExample: no rows");
        assertThatThrownBy(() -> builder().inputExample(List.of(new Narrower(1, 2), new Penguin(1, 2, 3))))
                .hasMessageContaining("beside a");
        assertThat(place).doesNotExist();
    }
}
