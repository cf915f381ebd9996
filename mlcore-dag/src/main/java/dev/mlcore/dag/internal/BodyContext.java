package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import com.google.common.hash.HashCode;
import com.google.common.hash.Hashing;
import com.google.common.hash.HashingInputStream;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.artifact.ArtifactStore;
import dev.mlcore.api.artifact.FileRef;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.dag.TaskContext;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What a body sees of the engine. */
final class BodyContext implements TaskContext {
    /** What the engine lends to all bodies. */
    interface Lent {
        <T> T resource(String name, Class<T> type);

        ArtifactStore artifacts();
    }

    private final Attempt attempt;
    private final String key;
    private final Run run;
    private final Supplier<ModelRegistry> registry;
    private final Lent lent;

    BodyContext(Attempt attempt, String key, Run run, Supplier<ModelRegistry> registry, Lent lent) {
        this.attempt = attempt;
        this.key = key;
        this.run = run;
        this.registry = registry;
        this.lent = lent;
    }

    @Override
    public String dagRunId() {
        return attempt.instance.run.id();
    }

    @Override
    public int attempt() {
        return attempt.number;
    }

    @Override
    public Run run() {
        return run;
    }

    @Override
    public ModelRegistry registry() {
        return registry.get();
    }

    @Override
    public Optional<DeviceLease> lease() {
        return Optional.ofNullable(attempt.lease);
    }

    @Override
    public String key() {
        return key;
    }

    @Override
    public <T> T resource(String name, Class<T> type) {
        return lent.resource(requireNonNull(name, "name"), requireNonNull(type, "type"));
    }

    @Override
    public Path workDir() {
        try {
            return Files.createDirectories(attempt.workDir);
        } catch (IOException e) {
            throw new UnavailableException(
                    "Cannot make the work folder " + attempt.workDir + ": " + e + "; free space or make it writable",
                    e);
        }
    }

    @Override
    public FileRef store(Path file) {
        if (!Files.isRegularFile(requireNonNull(file, "file"))) {
            throw new IllegalArgumentException("file: " + file + " (expected: a regular file that exists)");
        }
        try {
            HashCode sha256;
            try (HashingInputStream in = new HashingInputStream(Hashing.sha256(), Files.newInputStream(file))) {
                in.transferTo(OutputStream.nullOutputStream());
                sha256 = in.hash();
            }
            // the digest is the address: an attempt that comes again stores nothing twice
            String place = "dag/files/" + sha256 + "/" + requireNonNull(file.getFileName(), "name of the file");
            URI uri;
            long size;
            try (HashingInputStream in = new HashingInputStream(Hashing.sha256(), Files.newInputStream(file))) {
                uri = lent.artifacts().put(place, in);
                size = Files.size(file);
                if (!in.hash().equals(sha256)) {
                    throw new UnavailableException("Cannot store " + file
                            + ": it was changed while it was read; try again when nobody writes it");
                }
            }
            return new FileRef(uri, sha256.toString(), size);
        } catch (IOException e) {
            throw new UnavailableException("Cannot store " + file + ": " + e, e);
        }
    }

    @Override
    public Path fetch(FileRef file) {
        requireNonNull(file, "file");
        String path = file.uri().getPath();
        String name = path == null ? "file" : path.substring(path.lastIndexOf('/') + 1);
        Path folder = workDir().resolve("fetched").resolve(file.sha256());
        Path target = folder.resolve(name.isEmpty() ? "file" : name);
        try {
            Files.createDirectories(folder);
            try (HashingInputStream in =
                    new HashingInputStream(Hashing.sha256(), lent.artifacts().open(file.uri()))) {
                Files.copy(in, target, StandardCopyOption.REPLACE_EXISTING);
                String sha256 = in.hash().toString();
                if (!sha256.equals(file.sha256())) {
                    Files.deleteIfExists(target);
                    throw new InvalidFormatException(
                            "Cannot fetch " + file.uri() + ": its SHA-256 is " + sha256 + " (expected: " + file.sha256()
                                    + "), the stored file was changed; restore it or make it again");
                }
            }
            return target;
        } catch (IOException e) {
            throw new UnavailableException("Cannot fetch " + file.uri() + " to " + target + ": " + e, e);
        }
    }

    @Override
    public boolean cancelled() {
        return attempt.interrupted();
    }

    /** What is missing, for an engine that was given no registry. */
    static UnsupportedException noRegistry() {
        return new UnsupportedException(
                "Cannot use the model registry: the engine has none; give it one with DagEngine.builder(…).registry(…)");
    }

    static <T> T typed(String name, @Nullable Object resource, Class<T> type) {
        if (!type.isInstance(resource)) {
            throw new IllegalArgumentException("resource: '" + name + "' is "
                    + (resource == null ? "null" : "a " + resource.getClass().getName()) + " (expected: a "
                    + type.getName() + ")");
        }
        return type.cast(resource);
    }
}
