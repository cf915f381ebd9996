package dev.mlcore.api.model;

import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An MLflow Models directory: readable by stock MLflow, verified by SHA-256 when opened, never executed. Immutable, thread-safe; nothing to close. Made by mlcore alone.
 *
 * <p>It is a folder with {@code MLmodel} (YAML of at most 1 MiB), the model's files (at most 10,000 in all, no links), what Python needs to load it, and
 * perhaps example rows. The flavor {@code mlcore} in MLmodel has a format number, the SHA-256 of every file, the packing of columns, the features that a
 * reader must have, and a digest over all that and the other flavors, the signature, the example and the metadata.
 *
 * <p>Files that the mlcore flavor lists must match their digests. Files that stock tools add are reported by {@link #unlisted()} and never loaded.
 * Packages that Python wrote have no mlcore flavor and so no digests: {@link #verified()} is false.
 */
public sealed interface ModelPackage permits StoredPackage {
    /**
     * Begins a package.
     *
     * @return an empty builder
     */
    static Builder builder() {
        return new PackageWriter();
    }

    /**
     * Opens and verifies a package.
     *
     * @param directory that holds {@code MLmodel}
     * @return the package
     * @throws dev.mlcore.api.NotFoundException if there is no directory or no MLmodel in it
     * @throws dev.mlcore.api.InvalidFormatException if a file is missing, was changed, is a link or lies outside, or MLmodel is malformed or was changed;
     *     the message names the file, what was expected and what was found
     * @throws dev.mlcore.api.IncompatibleException if it requires a feature or a format that this version does not know
     * @throws dev.mlcore.api.UnavailableException if the medium fails
     */
    static ModelPackage open(Path directory) {
        return PackageReader.open(directory, Set.of());
    }

    /**
     * The same, refusing also files that the package does not list and packages without digests.
     *
     * @param directory that holds {@code MLmodel}
     * @return the package
     * @throws dev.mlcore.api.InvalidFormatException as {@link #open}, and for what is not listed
     */
    static ModelPackage openStrict(Path directory) {
        return PackageReader.openStrict(directory);
    }

    /**
     * Where it lies.
     *
     * @return absolute
     */
    Path directory();

    /**
     * A digest of the listed files' names and contents and of what decides an answer in MLmodel (flavors, signature, example, metadata): two packages of
     * the same content have the same, wherever they lie and whenever they were made. Without an mlcore flavor all files are taken.
     *
     * @return SHA-256, 64 lower-case hex digits
     */
    String digest();

    /**
     * Whether every listed file was checked against its digest.
     *
     * @return false for packages without an mlcore flavor
     */
    boolean verified();

    /**
     * Files in the directory that no digest covers, MLmodel aside.
     *
     * @return paths relative to the directory, {@code /}-separated, in order
     */
    List<String> unlisted();

    /**
     * Its signature.
     *
     * @return with packing, if the package states one
     */
    Optional<ModelSignature> signature();

    /**
     * The names of its flavors.
     *
     * @return for example {@code onnx}, {@code python_function}, {@code mlcore}
     */
    Set<String> flavors();

    /**
     * A flavor's options, as JSON values.
     *
     * @param name of the flavor
     * @return its options; empty if the package has no such flavor
     */
    Optional<Map<String, @Nullable Object>> flavor(String name);

    /**
     * The file of the onnx flavor.
     *
     * @return absolute; empty without that flavor
     */
    Optional<Path> onnx();

    /**
     * The example's rows: column name to value. Numbers are boxed as the signature's column says ({@code Float}, {@code Double}, {@code Integer},
     * {@code Long}); the rest is {@code Boolean}, text (also binary in base64, and times in ISO form), lists, maps, or null.
     *
     * @return in order; empty if there is none, it is no data frame, or it has more than 16 MiB
     */
    List<Map<String, @Nullable Object>> inputExample();

    /**
     * The user's own entries.
     *
     * @return JSON values by key
     */
    Map<String, @Nullable Object> metadata();

    /**
     * Copies the package with everything that lies in its directory; the copy is verified before it is there, whole or absent.
     *
     * @param directory must not exist, or be empty
     * @return the copy, opened
     * @throws dev.mlcore.api.AlreadyExistsException if there is something
     * @throws dev.mlcore.api.InvalidFormatException if this package was changed since it was opened
     * @throws dev.mlcore.api.UnavailableException if the medium fails; nothing is left behind
     */
    default ModelPackage copyTo(Path directory) {
        return copyTo(directory, Map.of());
    }

    /**
     * The same, saying in the copy's MLmodel who it is from now on. The digest does not cover that.
     *
     * @param directory must not exist, or be empty
     * @param identity values by key, of {@code run_id}, {@code model_id}, {@code model_uuid}, {@code artifact_path}
     * @return the copy, opened
     * @throws IllegalArgumentException if a key is another
     */
    ModelPackage copyTo(Path directory, Map<String, String> identity);

    /** Collects a package's parts. Not thread-safe. */
    sealed interface Builder permits PackageWriter {
        /**
         * The ONNX file, with the {@code onnx} and {@code python_function} flavors and the files by which Python finds its requirements. It is not parsed here.
         *
         * @param model its bytes, copied; less than 2 GiB
         * @return this
         * @throws IllegalArgumentException if it is empty
         */
        Builder onnx(byte[] model);

        /**
         * The same from a file.
         *
         * @param file copied when written
         * @return this
         * @throws IllegalArgumentException if there is no such file, or it is empty
         */
        Builder onnx(Path file);

        /**
         * A flavor of one's own.
         *
         * @param name letters, digits, {@code _ -}; not one that this builder writes itself
         * @param options JSON values
         * @param files a folder whose content, as it is found now, is copied below a folder of the flavor's name when written
         * @return this
         * @throws IllegalArgumentException if the name is taken, an option is no JSON value, or a file clashes with another
         */
        Builder flavor(String name, Map<String, Object> options, Path files);

        /**
         * The signature.
         *
         * @param signature with packing if the model takes or gives packed tensors
         * @return this
         */
        Builder signature(ModelSignature signature);

        /**
         * Example rows, used for warm-up and shown by MLflow.
         *
         * @param rows one or more, all of one record type, whose columns are the signature's inputs (checked by {@link #write}); NaN is stored as null
         * @return this
         * @throws IllegalArgumentException if there is none, or they differ in type
         */
        Builder inputExample(List<? extends Record> rows);

        /**
         * An entry of the user's own.
         *
         * @param key not empty
         * @param value a JSON value: text, number, boolean, list, or map with text keys
         * @return this
         * @throws IllegalArgumentException if it is something else
         */
        Builder metadata(String key, Object value);

        /**
         * An additional file.
         *
         * @param path relative, {@code /}-separated; not one that the package writes itself
         * @param content all of it, copied
         * @return this
         * @throws IllegalArgumentException if the path leads outside or clashes with another, compared without case
         */
        Builder file(String path, byte[] content);

        /**
         * States a feature without which a reader must refuse the package.
         *
         * @param feature its name: letters, digits, {@code . _ -}
         * @return this
         */
        Builder requires(String feature);

        /**
         * Where the time of creation comes from; all else follows from the content.
         *
         * @param clock default the system's
         * @return this
         */
        Builder clock(InstantSource clock);

        /**
         * Writes the package beside its place, syncs it and moves it there: it is whole or absent.
         *
         * @param directory must not exist, or be empty
         * @return the package, opened
         * @throws dev.mlcore.api.AlreadyExistsException if there is something
         * @throws dev.mlcore.api.UnavailableException if the medium fails; nothing is left behind
         * @throws IllegalStateException if there is no model in it
         * @throws IllegalArgumentException if the example does not fit the signature
         */
        ModelPackage write(Path directory);
    }
}
