package dev.mlcore.dag.internal;

import com.google.common.hash.Hashing;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.artifact.ArtifactStore;
import dev.mlcore.api.internal.records.RecordType;
import dev.mlcore.dag.internal.Rows.Stored;
import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Path;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** StoredValues on their way to the store and back: small ones inline, larger ones as artifacts whose digest is checked whenever they are read. Thread-safe. */
final class StoredValues {
    /** The largest value that lies in the database itself. */
    static final int INLINE = 64 * 1024;

    private final ValueCodec codec;
    private final Supplier<ArtifactStore> artifacts;

    StoredValues(ValueCodec codec, Supplier<ArtifactStore> artifacts) {
        this.codec = codec;
        this.artifacts = artifacts;
    }

    /**
     * Stores an attempt's result; nobody sees it until its row is committed.
     *
     * @param place of a large value in the artifact store
     * @param workDir of the attempt: what points into it is refused
     */
    Stored store(@Nullable Object value, String place, Path workDir) {
        refuseWorkPaths(value, workDir);
        byte[] bytes = codec.encode(value);
        String sha256 = Hashing.sha256().hashBytes(bytes).toString();
        if (bytes.length <= INLINE) {
            return new Stored(bytes, null, sha256, bytes.length);
        }
        URI uri = artifacts.get().put(place, new ByteArrayInputStream(bytes));
        return new Stored(null, uri.toString(), sha256, bytes.length);
    }

    /** A fresh copy of a stored value. */
    @Nullable Object load(Stored stored, String what) {
        return codec.decode(bytes(stored, what));
    }

    private byte[] bytes(Stored stored, String what) {
        byte[] bytes;
        if (stored.inline() != null) {
            bytes = stored.inline();
        } else {
            try (InputStream in = artifacts.get().open(URI.create(String.valueOf(stored.uri())))) {
                bytes = in.readAllBytes();
            } catch (IOException e) {
                throw new UnavailableException(
                        "Cannot read the value of " + what + " at " + stored.uri() + ": " + e, e);
            }
        }
        String sha256 = Hashing.sha256().hashBytes(bytes).toString();
        if (!sha256.equals(stored.sha256())) {
            throw new InvalidFormatException(
                    "Cannot read the value of " + what + ": its SHA-256 is " + sha256 + " (expected: " + stored.sha256()
                            + "), the stored bytes were changed; restore them or start a new run");
        }
        return bytes;
    }

    byte[] encode(@Nullable Object value) {
        return codec.encode(value);
    }

    @Nullable Object decode(byte[] stored) {
        return codec.decode(stored);
    }

    boolean shareable(@Nullable Object value) {
        return codec.deeplyImmutable(value);
    }

    /** The value itself where nobody can change it, else a copy. */
    @Nullable Object own(@Nullable Object value) {
        return codec.deeplyImmutable(value) ? value : codec.decode(codec.encode(value));
    }

    private static void refuseWorkPaths(@Nullable Object value, Path workDir) {
        if (value instanceof Path path) {
            if (path.toAbsolutePath().normalize().startsWith(workDir)) {
                throw new UnsupportedException(
                        "Cannot hand on " + path
                                + ": it lies in the attempt's work folder, which is removed with the attempt (expected: a file that stays); hand on context.store(path), a FileRef, instead");
            }
        } else if (value instanceof File file) {
            refuseWorkPaths(file.toPath(), workDir);
        } else if (value instanceof Optional<?> optional) {
            optional.ifPresent(content -> refuseWorkPaths(content, workDir));
        } else if (value instanceof Collection<?> collection) {
            collection.forEach(element -> refuseWorkPaths(element, workDir));
        } else if (value instanceof Map<?, ?> map) {
            map.forEach((key, element) -> {
                refuseWorkPaths(key, workDir);
                refuseWorkPaths(element, workDir);
            });
        } else if (value instanceof Record record && holdsMore(record)) {
            for (Object component : components(record)) {
                refuseWorkPaths(component, workDir);
            }
        }
    }

    /** Whether a record may reach a path; most hold plain data only. */
    private static boolean holdsMore(Record record) {
        Set<Class<?>> plain = Set.of(String.class, Integer.class, Long.class, Double.class, Float.class, Boolean.class);
        return RecordType.of(record.getClass()).components().stream()
                .anyMatch(component -> !component.type().isPrimitive()
                        && !component.type().isArray()
                        && !component.type().isEnum()
                        && !plain.contains(component.type()));
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Object[] components(Record record) {
        return ((RecordType<Record>) RecordType.of(record.getClass())).values(record);
    }
}
