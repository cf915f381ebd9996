package dev.mlcore.api.model;

import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.internal.AtomicFiles;
import dev.mlcore.api.internal.RelativePath;
import dev.mlcore.api.internal.Sha256;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Opens package directories that anyone may have made: nothing in one is run, followed or trusted before it was checked. */
final class PackageReader {
    private static final int MOST_FILES = 10_000;
    private static final int DEEPEST = 32;
    private static final String AGAIN = ". Copy the package again from where it came, or log the model again";

    private final Path directory;
    private final Set<String> present = new TreeSet<>();

    private PackageReader(Path directory) {
        this.directory = directory;
    }

    static StoredPackage open(Path directory, Set<String> waivedFeatures) {
        Path absolute = directory.toAbsolutePath().normalize();
        try {
            return new PackageReader(absolute).read(waivedFeatures);
        } catch (IOException e) {
            throw AtomicFiles.unavailable("read", absolute, e);
        }
    }

    static StoredPackage openStrict(Path directory) {
        StoredPackage opened = open(directory, Set.of());
        if (!opened.verified()) {
            throw new InvalidFormatException("Cannot open " + opened.directory()
                    + " strictly: it has no mlcore flavor and so no digests (expected: a package written by mlcore). Open it with"
                    + " ModelPackage.open, or write it anew");
        }
        if (!opened.unlisted().isEmpty()) {
            List<String> shown =
                    opened.unlisted().subList(0, Math.min(10, opened.unlisted().size()));
            throw new InvalidFormatException("Cannot open " + opened.directory() + " strictly: it holds "
                    + opened.unlisted().size() + " files that it does not list, " + shown
                    + " (expected: none). Remove them, or open it with ModelPackage.open");
        }
        return opened;
    }

    private StoredPackage read(Set<String> waivedFeatures) throws IOException {
        Path file = directory.resolve(Mlmodel.NAME);
        if (!Files.isDirectory(directory)) {
            throw new NotFoundException("Cannot open model package " + directory + ": there is "
                    + (Files.exists(directory) ? "no folder but a file" : "nothing")
                    + " (expected: a folder with a file MLmodel in it)");
        }
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotFoundException("Cannot open model package " + directory
                    + ": there is no file MLmodel in it (expected: a folder that MLflow or mlcore wrote)");
        }
        walk();
        Mlmodel model = Mlmodel.read(file, readBounded(file, Mlmodel.LARGEST_BYTES));
        Map<String, Map<String, @Nullable Object>> flavors = model.flavors();
        Map<String, @Nullable Object> options = flavors.get(MlcoreFlavor.NAME);
        Optional<MlcoreFlavor> mlcore =
                options == null ? Optional.empty() : Optional.of(MlcoreFlavor.read(model, options, waivedFeatures));

        Map<String, String> files = mlcore.map(this::verify).orElseGet(this::hashAll);
        String digest = model.digest(files);
        if (mlcore.isPresent() && !digest.equals(mlcore.get().digest())) {
            throw new InvalidFormatException("Cannot open " + file
                    + ": it was changed: the digest of its flavors, signature, example and metadata is " + digest
                    + " (expected: " + mlcore.get().digest() + ")" + AGAIN);
        }
        Optional<ModelSignature> signature = signature(model, mlcore);
        List<String> unlisted = present.stream()
                .filter(path -> !path.equals(Mlmodel.NAME) && (mlcore.isEmpty() || !files.containsKey(path)))
                .toList();
        return new StoredPackage(
                directory,
                digest,
                mlcore.isPresent(),
                unlisted,
                signature,
                flavors,
                onnx(model, flavors, files),
                example(model, files, signature),
                Collections.unmodifiableMap(model.section("metadata").orElseGet(Map::of)),
                Set.copyOf(mlcore.map(MlcoreFlavor::requires).orElse(List.of())));
    }

    /** Finds all files; a link or a device among them is refused wherever it stands. */
    private void walk() throws IOException {
        Path root = directory.toRealPath(); // the package's own place may be reached by a link, nothing in it may
        Files.walkFileTree(root, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path folder, BasicFileAttributes attributes) {
                if (root.relativize(folder).getNameCount() > DEEPEST) {
                    throw invalid(RelativePath.of(root, folder) + " lies deeper than " + DEEPEST + " folders");
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
                String path = RelativePath.of(root, file);
                if (!attributes.isRegularFile()) {
                    throw invalid("file " + path + " is " + (attributes.isSymbolicLink() ? "a link" : "no regular file")
                            + " (expected: the file itself)");
                }
                present.add(path);
                if (present.size() > MOST_FILES) {
                    throw invalid("it holds more than " + MOST_FILES + " files");
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    private Map<String, String> verify(MlcoreFlavor mlcore) {
        mlcore.files().forEach((path, expected) -> {
            if (!present.contains(path)) {
                throw invalid("file " + path + " is missing (expected: SHA-256 " + expected + ")" + AGAIN);
            }
            String found = hash(path);
            if (!found.equals(expected)) {
                throw invalid("file " + path + " was changed: its SHA-256 is " + found + " (expected: " + expected + ")"
                        + AGAIN);
            }
        });
        return mlcore.files();
    }

    private Map<String, String> hashAll() {
        Map<String, String> hashes = new TreeMap<>();
        present.forEach(path -> {
            if (!path.equals(Mlmodel.NAME)) {
                hashes.put(path, hash(path));
            }
        });
        return hashes;
    }

    private String hash(String path) {
        try {
            return Sha256.of(directory.resolve(path));
        } catch (IOException e) {
            throw AtomicFiles.unavailable("read", directory.resolve(path), e);
        }
    }

    private Optional<ModelSignature> signature(Mlmodel model, Optional<MlcoreFlavor> mlcore) {
        Optional<Map<String, @Nullable Object>> section = model.section("signature");
        List<ModelSignature.Pack> inputs = mlcore.map(MlcoreFlavor::inputPacks).orElse(List.of());
        List<ModelSignature.Pack> outputs =
                mlcore.map(MlcoreFlavor::outputPacks).orElse(List.of());
        if (section.isEmpty()) {
            if (!inputs.isEmpty() || !outputs.isEmpty()) {
                throw invalid("it packs columns but has no signature" + AGAIN);
            }
            return Optional.empty();
        }
        try {
            PackedSignature parsed = SignatureJson.parse(JsonValues.json(section.get()));
            return Optional.of(parsed.packs(inputs, outputs));
        } catch (InvalidFormatException | IllegalArgumentException e) {
            throw new InvalidFormatException(
                    "Cannot open model package " + directory + ": " + e.getMessage() + AGAIN, e);
        }
    }

    private Optional<Path> onnx(
            Mlmodel model, Map<String, Map<String, @Nullable Object>> flavors, Map<String, String> files) {
        Map<String, @Nullable Object> options = flavors.get("onnx");
        if (options == null) {
            return Optional.empty();
        }
        String path = model.path("flavors.onnx.data", options.get("data"));
        if (!files.containsKey(path)) {
            throw invalid("flavors.onnx.data is " + path + ", which is "
                    + (present.contains(path) ? "not among the files it lists" : "missing") + AGAIN);
        }
        return Optional.of(directory.resolve(path));
    }

    private List<Map<String, @Nullable Object>> example(
            Mlmodel model, Map<String, String> files, Optional<ModelSignature> signature) throws IOException {
        Optional<Map<String, @Nullable Object>> info = model.section("saved_input_example_info");
        if (info.isEmpty() || !"dataframe".equals(info.get().get("type"))) {
            return List.of();
        }
        String path =
                model.path("saved_input_example_info.artifact_path", info.get().get("artifact_path"));
        if (!files.containsKey(path)) {
            throw invalid("saved_input_example_info.artifact_path is " + path + ", which is "
                    + (present.contains(path) ? "not among the files it lists" : "missing") + AGAIN);
        }
        Path file = directory.resolve(path);
        return Files.size(file) > ExampleJson.LARGEST_BYTES
                ? List.of()
                : ExampleJson.read(file, readBounded(file, ExampleJson.LARGEST_BYTES), signature);
    }

    private byte[] readBounded(Path file, long largest) throws IOException {
        try (var in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] bytes = in.readNBytes((int) largest + 1);
            if (bytes.length > largest) {
                throw invalid(
                        "file " + file.getFileName() + " has more than " + largest + " bytes (expected: at most that)");
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw invalid("file " + file.getFileName() + " is missing" + AGAIN);
        }
    }

    private InvalidFormatException invalid(String what) {
        return new InvalidFormatException("Cannot open model package " + directory + ": " + what);
    }
}
