package dev.mlcore.api.model;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.internal.RelativePath;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.regex.Pattern;

/**
 * Names a model: {@code models:/churn/3}, {@code models:/churn@champion}, {@code models:/churn/latest}, {@code models:/churn/Production} (a stage),
 * {@code models:/m-…} (a logged model), {@code runs:/<run id>/model}, {@code file:///…}, a path, or {@code java:name} (a function given to the engine).
 *
 * <p>Registered names and artifact paths stand as they are, spaces included; only {@code file:} URIs are percent-encoded. What the form means is
 * {@link #target()}.
 *
 * @param value as written
 * @see <a href="https://mlflow.org/docs/latest/ml/model-registry/">MLflow, model URIs</a>
 */
public record ModelUri(String value) {
    private static final Pattern SCHEME =
            Pattern.compile("[A-Za-z][A-Za-z0-9+.-]+:.*", Pattern.DOTALL); // one letter is a drive
    private static final Pattern DIGITS = Pattern.compile("[0-9]+");
    private static final Pattern RUN_ID = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_-]*");

    /**
     * Checks the form.
     *
     * @throws IllegalArgumentException if it has none of the forms
     */
    public ModelUri {
        requireNonNull(value, "value");
        parse(value);
    }

    /**
     * A URI from its text.
     *
     * @param value one of the forms above
     * @return the URI
     * @throws IllegalArgumentException if it has none of the forms
     */
    public static ModelUri of(String value) {
        return new ModelUri(value);
    }

    /**
     * The URI of a place on this machine.
     *
     * @param path a package directory, or a plain model file
     * @return an absolute {@code file:} URI, which holds no matter what the working directory is
     */
    public static ModelUri of(Path path) {
        return new ModelUri(path.toUri().toString());
    }

    /**
     * What it names.
     *
     * @return one of the forms
     */
    public Target target() {
        return parse(value);
    }

    @Override
    public String toString() {
        return value;
    }

    private static Target parse(String value) {
        if (value.isBlank()) {
            throw new IllegalArgumentException(
                    "model URI: '" + value
                            + "' (expected: models:/name/version, models:/name@alias, runs:/run/path, file:///…, a path or java:name)");
        }
        if (!SCHEME.matcher(value).matches()) {
            return new Target.Local(path(value, value));
        }
        String scheme = value.substring(0, value.indexOf(':')).toLowerCase(Locale.ROOT);
        String rest = value.substring(scheme.length() + 1);
        return switch (scheme) {
            case "models" -> model(value, rest);
            case "runs" -> run(value, rest);
            case "file" -> new Target.Local(file(value));
            case "java" -> {
                if (rest.isBlank()) {
                    throw new IllegalArgumentException("model URI: '" + value + "' (expected: java:name)");
                }
                yield new Target.JavaFunction(rest);
            }
            default ->
                throw new IllegalArgumentException("model URI: '" + value + "' has scheme '" + scheme
                        + ":' (expected: models:, runs:, file:, java: or a path; fetch a model from elsewhere first)");
        };
    }

    /** MLflow's own rules: the last {@code @} splits off an alias, else there are one or two segments; fragments are no matter. */
    private static Target model(String value, String rest) {
        if (!rest.startsWith("/")) {
            throw improper(value);
        }
        String path = rest.substring(1);
        int at = path.lastIndexOf('@');
        String[] segments = path.split("/", -1);
        if (at >= 0 && segments.length == 1) {
            String name = path.substring(0, at);
            String alias = path.substring(at + 1);
            if (name.isBlank() || alias.isBlank()) {
                throw improper(value);
            }
            return new Target.Alias(name, alias);
        }
        if (segments.length > 2 || segments[0].isBlank() || segments[segments.length - 1].isBlank()) {
            throw improper(value);
        }
        if (segments.length == 1) {
            return new Target.LoggedModel(path);
        }
        String name = segments[0];
        String suffix = segments[1];
        if (DIGITS.matcher(suffix).matches()) {
            return new Target.Version(name, version(value, suffix));
        }
        return suffix.equalsIgnoreCase("latest") ? new Target.Latest(name) : new Target.Stage(name, suffix);
    }

    private static int version(String value, String digits) {
        try {
            return Integer.parseInt(digits);
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException(
                    "model URI: '" + value + "' has version " + digits + " (expected: at most " + Integer.MAX_VALUE
                            + ")",
                    e);
        }
    }

    private static Target run(String value, String rest) {
        int slash = rest.indexOf('/', 1);
        if (!rest.startsWith("/") || slash < 0) {
            throw notARun(value);
        }
        String run = rest.substring(1, slash);
        String path = rest.substring(slash + 1);
        if (!RUN_ID.matcher(run).matches() || !RelativePath.isSafe(path)) {
            throw notARun(value);
        }
        return new Target.RunArtifact(run, path);
    }

    private static Path file(String value) {
        try {
            URI uri = new URI(value);
            if (uri.getQuery() != null || uri.getFragment() != null) {
                throw new IllegalArgumentException("it has a query or a fragment");
            }
            return Path.of(uri);
        } catch (URISyntaxException | IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "model URI: '" + value
                            + "' (expected: file:///absolute/path, percent-encoded; a plain path needs no encoding): "
                            + e.getMessage(),
                    e);
        }
    }

    private static Path path(String value, String path) {
        try {
            return Path.of(path);
        } catch (InvalidPathException e) {
            throw new IllegalArgumentException("model URI: '" + value + "' (expected: a path): " + e.getMessage(), e);
        }
    }

    /** Stock MLflow's words, so that both sides of a mixed set-up say the same. */
    private static IllegalArgumentException improper(String value) {
        return new IllegalArgumentException(
                "Not a proper models:/ URI: " + value
                        + ". Models URIs must be of the form 'models:/name/suffix' or 'models:/name@alias' where suffix is a version, stage, or the string"
                        + " 'latest' and where alias is a registered model alias. Only one of suffix or alias can be defined at a time.");
    }

    private static IllegalArgumentException notARun(String value) {
        return new IllegalArgumentException(
                "model URI: '" + value + "' (expected: runs:/<run id>/<relative path>, for example runs:/0af3…/model)");
    }

    /** What a URI names. Closed; a new form is a new major release. */
    public sealed interface Target {
        /**
         * A version of a registered model.
         *
         * @param name of the registered model
         * @param version 0 or more; versions in a registry start at 1
         */
        record Version(String name, int version) implements Target {}

        /**
         * The version that an alias points to.
         *
         * @param name of the registered model
         * @param alias of the version
         */
        record Alias(String name, String alias) implements Target {}

        /**
         * The highest version.
         *
         * @param name of the registered model
         */
        record Latest(String name) implements Target {}

        /**
         * The newest version of a stage, an older MLflow habit.
         *
         * @param name of the registered model
         * @param stage in any case
         */
        record Stage(String name, String stage) implements Target {}

        /**
         * A logged model.
         *
         * @param id for example {@code m-} and 32 hex digits
         */
        record LoggedModel(String id) implements Target {}

        /**
         * Something below a run: an artifact folder, or a logged model of the run by its name.
         *
         * @param runId of the run
         * @param path relative, {@code /}-separated
         */
        record RunArtifact(String runId, String path) implements Target {}

        /**
         * A package directory or a plain model file on this machine.
         *
         * @param path as written, relative ones against the working directory
         */
        record Local(Path path) implements Target {}

        /**
         * A function that the application gave the engine under a name.
         *
         * @param name of the function
         */
        record JavaFunction(String name) implements Target {}
    }
}
