package dev.mlcore.api.model;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mlcore.api.internal.AtomicFiles;
import dev.mlcore.api.internal.RelativePath;
import dev.mlcore.api.internal.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Collects a package's files and options, then writes them beside their place and moves them there. */
final class PackageWriter implements ModelPackage.Builder {
    private static final String ONNX = "onnx";
    private static final String ONNX_FILE = "model.onnx";
    private static final String EXAMPLE = "input_example.json";
    private static final String SERVING_EXAMPLE = "serving_input_example.json";

    /** Names that the package, or a stock tool later, gives to files of its own; compared without case, as some file systems do. */
    private static final Set<String> RESERVED = Set.of(
            "mlmodel",
            "conda.yaml",
            "python_env.yaml",
            "requirements.txt",
            "constraints.txt",
            ONNX_FILE,
            EXAMPLE,
            SERVING_EXAMPLE,
            "registered_model_meta");

    private static final Set<String> OWN_FLAVORS = Set.of(ONNX, "python_function", MlcoreFlavor.NAME);
    private static final Pattern WORD = Pattern.compile("[A-Za-z0-9_-]{1,100}");
    private static final Pattern FEATURE = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");
    private static final DateTimeFormatter CREATED = DateTimeFormatter.ofPattern(
                    "uuuu-MM-dd HH:mm:ss.SSSSSS", Locale.ROOT)
            .withZone(ZoneOffset.UTC);

    private final Map<String, AtomicFiles.Content> files = new TreeMap<>();
    private final Map<String, Map<String, @Nullable Object>> flavors = new TreeMap<>();
    private final Map<String, @Nullable Object> metadata = new TreeMap<>();
    private final Set<String> requires = new TreeSet<>();
    private AtomicFiles.@Nullable Content onnx;
    private @Nullable ModelSignature signature;
    private List<? extends Record> example = List.of();
    private InstantSource clock = InstantSource.system();

    @Override
    public ModelPackage.Builder onnx(byte[] model) {
        byte[] copy = model.clone();
        return onnx(out -> out.write(copy), copy.length);
    }

    @Override
    public ModelPackage.Builder onnx(Path file) {
        if (!Files.isRegularFile(file)) {
            throw new IllegalArgumentException("onnx: " + file + " (expected: a file)");
        }
        return onnx(out -> Files.copy(file, out), file.toFile().length());
    }

    private ModelPackage.Builder onnx(AtomicFiles.Content content, long size) {
        if (size == 0) {
            throw new IllegalArgumentException("onnx: empty (expected: an ONNX model)");
        }
        onnx = content;
        return this;
    }

    @Override
    public ModelPackage.Builder flavor(String name, Map<String, Object> options, Path folder) {
        if (!WORD.matcher(name).matches() || OWN_FLAVORS.contains(name.toLowerCase(Locale.ROOT))) {
            throw new IllegalArgumentException("flavor: '" + RelativePath.printable(name)
                    + "' (expected: letters, digits, _ and -, and none of " + new TreeSet<>(OWN_FLAVORS) + ")");
        }
        if (flavors.containsKey(name)) {
            throw new IllegalArgumentException("flavor: '" + name + "' twice (expected: each once)");
        }
        if (!Files.isDirectory(folder)) {
            throw new IllegalArgumentException("flavor '" + name + "': " + folder + " (expected: a folder of files)");
        }
        Map<String, @Nullable Object> copy = JsonValues.copyMap("flavor '" + name + "'", options);
        try (Stream<Path> below = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) below.sorted()::iterator) {
                if (Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
                    add(name + "/" + RelativePath.of(folder, file), out -> Files.copy(file, out));
                } else if (!Files.isDirectory(file, LinkOption.NOFOLLOW_LINKS)) {
                    throw new IllegalArgumentException(
                            "flavor '" + name + "': " + file + " (expected: files and folders, no links)");
                }
            }
        } catch (IOException | UncheckedIOException e) {
            throw AtomicFiles.unavailable("read", folder, e);
        }
        flavors.put(name, copy);
        return this;
    }

    @Override
    public ModelPackage.Builder signature(ModelSignature signature) {
        this.signature = requireNonNull(signature, "signature");
        return this;
    }

    @Override
    public ModelPackage.Builder inputExample(List<? extends Record> rows) {
        List<? extends Record> copy = List.copyOf(rows);
        if (copy.isEmpty()) {
            throw new IllegalArgumentException("inputExample: no rows (expected: one or more)");
        }
        for (Record row : copy) {
            if (row.getClass() != copy.get(0).getClass()) {
                throw new IllegalArgumentException(
                        "inputExample: a " + row.getClass().getName() + " beside a "
                                + copy.get(0).getClass().getName() + " (expected: all of one record type)");
            }
        }
        example = copy;
        return this;
    }

    @Override
    public ModelPackage.Builder metadata(String key, Object value) {
        if (key.isEmpty()) {
            throw new IllegalArgumentException("metadata key: '' (expected: not empty)");
        }
        metadata.put(
                (String) requireNonNull(JsonValues.copy("metadata key", key), "key"),
                JsonValues.copy("metadata " + key, requireNonNull(value, "value")));
        return this;
    }

    @Override
    public ModelPackage.Builder file(String path, byte[] content) {
        byte[] copy = content.clone();
        add(path, out -> out.write(copy));
        return this;
    }

    @Override
    public ModelPackage.Builder requires(String feature) {
        if (!FEATURE.matcher(feature).matches()) {
            throw new IllegalArgumentException(
                    "feature: '" + RelativePath.printable(feature) + "' (expected: letters, digits, . _ and -)");
        }
        requires.add(feature);
        return this;
    }

    @Override
    public ModelPackage.Builder clock(InstantSource clock) {
        this.clock = requireNonNull(clock, "clock");
        return this;
    }

    private void add(String path, AtomicFiles.Content content) {
        RelativePath.check("file", path);
        String folded = path.toLowerCase(Locale.ROOT);
        for (String other : files.keySet()) {
            String o = other.toLowerCase(Locale.ROOT);
            if (o.equals(folded) || o.startsWith(folded + "/") || folded.startsWith(o + "/")) {
                throw new IllegalArgumentException(
                        "file: '" + path + "' beside '" + other + "' (expected: names that do not clash)");
            }
        }
        int slash = folded.indexOf('/');
        String first = slash < 0 ? folded : folded.substring(0, slash);
        if (RESERVED.contains(first)) {
            throw new IllegalArgumentException("file: '" + path + "' (expected: none of " + new TreeSet<>(RESERVED)
                    + ", which the package writes itself)");
        }
        files.put(path, content);
    }

    @Override
    public ModelPackage write(Path directory) {
        if (onnx == null && flavors.isEmpty()) {
            throw new IllegalStateException(
                    "Cannot write " + directory + ": there is no model in it. Call onnx(…) or flavor(…) first");
        }
        Map<String, @Nullable Object> root = new LinkedHashMap<>();
        Map<String, AtomicFiles.Content> all = contents(root);
        Path temp = AtomicFiles.temporaryDirectory(directory);
        try {
            Map<String, String> hashes = new TreeMap<>();
            long bytes = 0;
            for (Map.Entry<String, AtomicFiles.Content> file : all.entrySet()) {
                Path target = temp.resolve(file.getKey());
                AtomicFiles.fill(target, file.getValue());
                hashes.put(file.getKey(), Sha256.of(target));
                bytes += Files.size(target);
            }
            root.put("model_size_bytes", bytes);
            byte[] mlmodel = mlmodel(root, hashes);
            AtomicFiles.fill(temp.resolve(Mlmodel.NAME), out -> out.write(mlmodel));
            StoredPackage written = PackageReader.open(temp, requires); // what cannot be read is not published
            AtomicFiles.publishDirectory(temp, directory);
            return written.at(directory);
        } catch (IOException e) {
            throw AtomicFiles.unavailable("write", directory, e);
        } finally {
            AtomicFiles.deleteQuietly(temp);
        }
    }

    /** All files but MLmodel; what MLmodel says of them goes into the map. */
    private Map<String, AtomicFiles.Content> contents(Map<String, @Nullable Object> root) {
        Map<String, AtomicFiles.Content> all = new TreeMap<>(files);
        Map<String, @Nullable Object> named = new TreeMap<>(flavors);
        if (onnx != null) {
            all.put(ONNX_FILE, onnx);
            PythonEnvironment.files().forEach((name, text) -> all.put(name, text(text)));
            named.put(ONNX, onnxFlavor());
            named.put("python_function", pythonFlavor());
        }
        root.put("flavors", named);
        if (!example.isEmpty()) {
            ObjectNode rows = ExampleJson.write(example, Optional.ofNullable(signature));
            ObjectNode serving = SignatureJson.JSON.createObjectNode();
            serving.set("dataframe_split", rows);
            all.put(EXAMPLE, text(rows.toString()));
            all.put(SERVING_EXAMPLE, text(serving.toString()));
            root.put(
                    "saved_input_example_info",
                    Map.of(
                            "artifact_path",
                            EXAMPLE,
                            "type",
                            "dataframe",
                            "pandas_orient",
                            "split",
                            "serving_input_path",
                            SERVING_EXAMPLE));
        }
        return all;
    }

    private static Map<String, Object> onnxFlavor() {
        return Map.of(
                "onnx_version",
                PythonEnvironment.ONNX,
                "data",
                ONNX_FILE,
                "providers",
                List.of("CUDAExecutionProvider", "CPUExecutionProvider"));
    }

    private static Map<String, Object> pythonFlavor() {
        return Map.of(
                "loader_module",
                "mlflow.onnx",
                "data",
                ONNX_FILE,
                "env",
                Map.of("conda", "conda.yaml", "virtualenv", "python_env.yaml"),
                "python_version",
                PythonEnvironment.PYTHON);
    }

    @SuppressWarnings("unchecked") // the map of flavors that contents() put there
    private byte[] mlmodel(Map<String, @Nullable Object> root, Map<String, String> hashes) {
        List<ModelSignature.Pack> inputs = List.of();
        List<ModelSignature.Pack> outputs = List.of();
        if (signature != null) {
            inputs = signature.inputPacks();
            outputs = signature.outputPacks();
            Map<String, @Nullable Object> section = new TreeMap<>();
            section.putAll(JsonValues.parseMap(signature.toJson()));
            root.put("signature", section);
            root.put("is_signature_from_type_hint", false);
            root.put("type_hint_from_example", false);
        }
        if (!metadata.isEmpty()) {
            root.put("metadata", metadata);
        }
        Map<String, @Nullable Object> mlcore = MlcoreFlavor.options(hashes, List.copyOf(requires), inputs, outputs);
        ((Map<String, Object>) requireNonNull(root.get("flavors"), "flavors")).put(MlcoreFlavor.NAME, mlcore);
        String digest = new Mlmodel(Path.of(Mlmodel.NAME), root).digest(hashes);
        mlcore.put(MlcoreFlavor.DIGEST, digest);
        root.put("model_uuid", digest.substring(0, 32)); // of the content, so that writing again gives the same bytes
        root.put("utc_time_created", CREATED.format(clock.instant()));
        root.put("mlflow_version", PythonEnvironment.MLFLOW);
        return new Mlmodel(Path.of(Mlmodel.NAME), root).toBytes();
    }

    private static AtomicFiles.Content text(String text) {
        return out -> out.write(text.getBytes(StandardCharsets.UTF_8));
    }
}
