package dev.mlcore.api.model;

import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.internal.AtomicFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** A package as {@link PackageReader} found it. */
final class StoredPackage implements ModelPackage {
    /** MLmodel's keys that say who a package is, not what it answers. */
    private static final Set<String> IDENTITY = Set.of("run_id", "model_id", "model_uuid", "artifact_path");

    private final Path directory;
    private final String digest;
    private final boolean verified;
    private final List<String> unlisted;
    private final Optional<ModelSignature> signature;
    private final Map<String, Map<String, @Nullable Object>> flavors;
    private final Optional<Path> onnx;
    private final List<Map<String, @Nullable Object>> inputExample;
    private final Map<String, @Nullable Object> metadata;
    private final Set<String> requires;

    StoredPackage(
            Path directory,
            String digest,
            boolean verified,
            List<String> unlisted,
            Optional<ModelSignature> signature,
            Map<String, Map<String, @Nullable Object>> flavors,
            Optional<Path> onnx,
            List<Map<String, @Nullable Object>> inputExample,
            Map<String, @Nullable Object> metadata,
            Set<String> requires) {
        this.directory = directory;
        this.digest = digest;
        this.verified = verified;
        this.unlisted = List.copyOf(unlisted);
        this.signature = signature;
        this.flavors = flavors;
        this.onnx = onnx;
        this.inputExample = inputExample;
        this.metadata = metadata;
        this.requires = requires;
    }

    @Override
    public Path directory() {
        return directory;
    }

    @Override
    public String digest() {
        return digest;
    }

    @Override
    public boolean verified() {
        return verified;
    }

    @Override
    public List<String> unlisted() {
        return unlisted;
    }

    @Override
    public Optional<ModelSignature> signature() {
        return signature;
    }

    @Override
    public Set<String> flavors() {
        return Collections.unmodifiableSet(new TreeSet<>(flavors.keySet()));
    }

    @Override
    public Optional<Map<String, @Nullable Object>> flavor(String name) {
        return Optional.ofNullable(flavors.get(name)).map(Collections::unmodifiableMap);
    }

    @Override
    public Optional<Path> onnx() {
        return onnx;
    }

    @Override
    public List<Map<String, @Nullable Object>> inputExample() {
        return inputExample;
    }

    @Override
    public Map<String, @Nullable Object> metadata() {
        return metadata;
    }

    @Override
    public ModelPackage copyTo(Path place, Map<String, String> identity) {
        for (String key : identity.keySet()) {
            if (!IDENTITY.contains(key)) {
                throw new IllegalArgumentException(
                        "identity: " + key + " (expected: one of " + new TreeSet<>(IDENTITY) + ")");
            }
        }
        Path temp = AtomicFiles.temporaryDirectory(place);
        try {
            AtomicFiles.copyTree(directory, temp);
            if (!identity.isEmpty()) {
                stamp(temp.resolve(Mlmodel.NAME), identity);
            }
            StoredPackage copy = PackageReader.open(temp, requires); // before anyone can see it
            if (!copy.digest.equals(digest)) {
                throw new InvalidFormatException("its digest is now " + copy.digest + " (expected: " + digest
                        + ", as when it was opened). Open it again");
            }
            AtomicFiles.publishDirectory(temp, place);
            return copy.at(place);
        } catch (InvalidFormatException e) {
            String what = String.valueOf(e.getMessage()).replace(temp.toString(), directory.toString());
            throw new InvalidFormatException(
                    "Cannot copy model package " + directory + " to " + place + ": it was changed after it was opened: "
                            + what,
                    e);
        } finally {
            AtomicFiles.deleteQuietly(temp);
        }
    }

    /** The same package after it was moved. */
    StoredPackage at(Path place) {
        Path absolute = place.toAbsolutePath().normalize();
        return new StoredPackage(
                absolute,
                digest,
                verified,
                unlisted,
                signature,
                flavors,
                onnx.map(file -> absolute.resolve(directory.relativize(file).toString())),
                inputExample,
                metadata,
                requires);
    }

    private static void stamp(Path file, Map<String, String> identity) {
        try {
            Mlmodel old = Mlmodel.read(file, Files.readAllBytes(file));
            Map<String, @Nullable Object> root = new LinkedHashMap<>(old.root());
            root.putAll(identity);
            AtomicFiles.write(file, new Mlmodel(file, root).toBytes());
        } catch (IOException e) {
            throw AtomicFiles.unavailable("read", file, e);
        }
    }

    @Override
    public String toString() {
        return "ModelPackage[" + directory + ", flavors " + flavors() + (verified ? "" : ", not verified") + "]";
    }
}
