package dev.mlcore.api.model;

import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * An MLflow Models directory: readable by stock MLflow, verified by SHA-256 when opened, never executed. Immutable; nothing to close. Made by mlcore alone.
 *
 * <p>Files that the mlcore flavor lists must match their digests. Files that stock tools add are reported by {@link #unlisted()} and never loaded.
 * Packages that Python wrote have no mlcore flavor and so no digests: {@link #verified()} is false.
 */
public interface ModelPackage {
    /**
     * Begins a package.
     *
     * @return an empty builder
     */
    static Builder builder() {
        throw new UnsupportedOperationException();
    }

    /**
     * Opens and verifies a package.
     *
     * @param directory that holds {@code MLmodel}
     * @return the package
     * @throws dev.mlcore.api.NotFoundException if there is no directory or no MLmodel in it
     * @throws dev.mlcore.api.InvalidFormatException if a file is missing, was changed, is a link or lies outside, or MLmodel is malformed
     * @throws dev.mlcore.api.IncompatibleException if it requires a feature or a format that this version does not know
     */
    static ModelPackage open(Path directory) {
        throw new UnsupportedOperationException();
    }

    /**
     * The same, refusing also files that the package does not list and packages without digests.
     *
     * @param directory that holds {@code MLmodel}
     * @return the package
     * @throws dev.mlcore.api.InvalidFormatException as {@link #open}, and for what is not listed
     */
    static ModelPackage openStrict(Path directory) {
        throw new UnsupportedOperationException();
    }

    /**
     * Where it lies.
     *
     * @return absolute
     */
    Path directory();

    /**
     * A digest of the listed files' names and contents; two packages of the same content have the same.
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
     * Files in the directory that no digest covers.
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
    Optional<Map<String, Object>> flavor(String name);

    /**
     * The file of the onnx flavor.
     *
     * @return absolute; empty without that flavor
     */
    Optional<Path> onnx();

    /**
     * The example's rows: column name to value (boxed scalars, text, lists).
     *
     * @return in order; empty if there is none
     */
    List<Map<String, Object>> inputExample();

    /**
     * The user's own entries.
     *
     * @return JSON values by key
     */
    Map<String, Object> metadata();

    /** Collects a package's parts. Not thread-safe. */
    interface Builder {
        /**
         * The ONNX file, with the {@code onnx} and {@code python_function} flavors.
         *
         * @param model its bytes, at most 2 GiB
         * @return this
         */
        Builder onnx(byte[] model);

        /**
         * The same from a file.
         *
         * @param file copied when written
         * @return this
         */
        Builder onnx(Path file);

        /**
         * A flavor of one's own.
         *
         * @param name letters, digits, {@code _ -}; not one that this builder writes itself
         * @param options JSON values
         * @param files a folder whose content is copied below a folder of the flavor's name
         * @return this
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
         * @param rows one or more, all of one record type, which fits the signature's inputs
         * @return this
         */
        Builder inputExample(List<? extends Record> rows);

        /**
         * An entry of the user's own.
         *
         * @param key not empty
         * @param value a JSON value
         * @return this
         */
        Builder metadata(String key, Object value);

        /**
         * An additional file.
         *
         * @param path relative, {@code /}-separated; not one that the package writes itself
         * @param content all of it
         * @return this
         */
        Builder file(String path, byte[] content);

        /**
         * States a feature without which a reader must refuse the package.
         *
         * @param feature its name
         * @return this
         */
        Builder requires(String feature);

        /**
         * Writes the package beside its place, syncs it and moves it there: it is whole or absent.
         *
         * @param directory must not exist, or be empty
         * @return the package, opened
         * @throws dev.mlcore.api.AlreadyExistsException if there is something
         * @throws dev.mlcore.api.UnavailableException if the medium fails; nothing is left behind
         * @throws IllegalStateException if there is no model in it
         */
        ModelPackage write(Path directory);
    }
}
