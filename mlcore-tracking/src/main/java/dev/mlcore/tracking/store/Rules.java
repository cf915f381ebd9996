package dev.mlcore.tracking.store;

import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.internal.tracking.RunKeys;
import dev.mlcore.api.tracking.RunCommand;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.regex.Pattern;

/**
 * MLflow's limits and names, the same for every store: lengths that only PostgreSQL enforces are checked everywhere, so that data can move there. All lengths
 * count Unicode code points, as Python and PostgreSQL do.
 *
 * <p>The checks of single commands throw {@link Refused}, which a store turns into a refusal.
 */
public final class Rules {
    public static final String RUN_NAME = "mlflow.runName";
    public static final String PARENT = "mlflow.parentRunId";
    public static final String USER = "mlflow.user";
    public static final String SOURCE_NAME = "mlflow.source.name";
    public static final String SOURCE_TYPE = "mlflow.source.type";
    public static final String CONTEXT = "mlflow.data.context";
    public static final String MODEL_VERSIONS = "mlflow.modelVersions";
    /** Names an act of storing or registering among all acts. */
    public static final String KEY = "mlcore.key";
    /** What ended a run FAILED. */
    public static final String ERROR = "mlcore.error";

    /** {@code runs.artifact_uri} is the narrowest of the columns that hold places. */
    static final int LONGEST_ARTIFACT_URI = 200;

    static final int LONGEST_LOCATION = 256;
    static final int LONGEST_SOURCE = 500;
    static final int LONGEST_PARAM = RunKeys.PARAM_VALUE;
    static final int LONGEST_TAG = RunKeys.TAG_VALUE;
    static final int LONGEST_RUN_NAME = 250;
    static final int LONGEST_NAME = 256;
    static final int LONGEST_VERSION_TAG = 5000;

    private static final Pattern RUN_ID = Pattern.compile("[0-9a-f]{32}");
    private static final Pattern MODEL_ID = Pattern.compile("m-[0-9a-f]{32}");
    private static final Pattern ALIAS = Pattern.compile("[\\w-]+", Pattern.UNICODE_CHARACTER_CLASS);
    private static final Pattern VERSION_ALIAS = Pattern.compile("[vV][0-9]+");
    private static final Pattern LOGGED_NAME = Pattern.compile("[^/:.%\"']+");

    private Rules() {}

    /** Why a command will never be applied. */
    static final class Refused extends Exception {
        private static final long serialVersionUID = 1;

        Refused(String reason) {
            super(reason, null, false, false);
        }
    }

    /** A new id of a run, a data set or an input: 32 lower-case hex digits. */
    public static String newId() {
        return UUID.randomUUID().toString().replace("-", "");
    }

    /** Whether a text has the form of a logged model's id. */
    public static boolean isModelId(String text) {
        return MODEL_ID.matcher(text).matches();
    }

    static int length(String text) {
        return text.codePointCount(0, text.length());
    }

    static String cut(String text, int most) {
        return RunKeys.cut(text, most);
    }

    static void runId(String id) throws Refused {
        if (!RUN_ID.matcher(id).matches()) {
            throw new Refused("run id: " + id + " (expected: 32 lower-case hex digits)");
        }
    }

    static void modelId(String id) throws Refused {
        if (!isModelId(id)) {
            throw new Refused("model id: " + id + " (expected: m- and 32 lower-case hex digits)");
        }
    }

    static NotFoundException noRun(String id) {
        return new NotFoundException("Cannot find run " + id + ": this store has none of that id");
    }

    static String deletedRun(String id) {
        return "The run " + id + " must be in the 'active' state. Current state is deleted.";
    }

    static String changedParam(String runId, String key, String old, String value) {
        return "Changing param values is not allowed. Param with key='" + key + "' was already logged with value='"
                + old + "' for run ID='" + runId + "'. Attempted logging new value '" + value + "'.";
    }

    static String deletedExperiment(String name) {
        return "Cannot use experiment " + name
                + ": it was deleted, and its name stays taken (expected: an active experiment); restore it or choose another name";
    }

    static String longArtifactUri(String uri) {
        return "artifact_uri: " + length(uri) + " characters in " + uri + " (expected: at most " + LONGEST_ARTIFACT_URI
                + ", the width of MLflow's column); choose a shorter folder with Tracking.builder(uri).artifacts(folder)";
    }

    static void key(String what, String key) throws Refused {
        Optional<String> fault = RunKeys.fault(what, key);
        if (fault.isPresent()) {
            throw new Refused(fault.get());
        }
    }

    static long millis(RunCommand command) throws Refused {
        long millis = command.at().toEpochMilli();
        if (millis < 0) {
            throw new Refused("time: " + command.at() + " (expected: 1970 or later)");
        }
        return millis;
    }

    static void experimentName(String name) {
        if (name.isBlank() || length(name) > LONGEST_NAME) {
            throw new IllegalArgumentException(
                    "experiment name: " + (name.isBlank() ? "blank" : length(name) + " characters")
                            + " (expected: 1 to " + LONGEST_NAME + " characters, not blank)");
        }
    }

    /** All tags of a new run; where the caller said nothing of the user and the program, this process is asked. */
    static Map<String, String> startTags(RunCommand.Start start) throws Refused {
        Map<String, String> tags = new TreeMap<>();
        String user = System.getProperty("user.name", "");
        if (!user.isBlank()) {
            tags.put(USER, user);
        }
        String program = Program.NAME;
        if (!program.isEmpty()) {
            tags.put(SOURCE_NAME, program);
        }
        tags.put(SOURCE_TYPE, "LOCAL");
        for (Map.Entry<String, String> tag : start.tags().entrySet()) {
            key("tag", tag.getKey());
            tags.put(tag.getKey(), cut(tag.getValue(), LONGEST_TAG));
        }
        tags.put(RUN_NAME, runName(start));
        start.parent().ifPresent(parent -> tags.put(PARENT, parent));
        return tags;
    }

    static String runName(RunCommand.Start start) {
        String name = start.name().isBlank() ? "run-" + start.runId().substring(0, 8) : start.name();
        return cut(name, LONGEST_RUN_NAME);
    }

    /** Infinities become the largest finite double of their sign, as MLflow stores them; NaN stands as 0 beside a flag; there is one zero. */
    static double stored(double value) {
        if (Double.isNaN(value)) {
            return 0;
        }
        if (Double.isInfinite(value)) {
            return Math.copySign(Double.MAX_VALUE, value);
        }
        return value + 0.0; // -0.0 becomes 0.0, as in SQLite
    }

    /** Checks the name of a registered model. */
    public static void modelName(String name) {
        if (name.isBlank()
                || name.indexOf('/') >= 0
                || name.indexOf(':') >= 0
                || name.equals(".")
                || name.equals("..")
                || length(name) > LONGEST_NAME) {
            throw new IllegalArgumentException("model name: " + (name.isBlank() ? "blank" : name) + " (expected: 1 to "
                    + LONGEST_NAME + " characters, not blank, without / and :)");
        }
    }

    /** Checks what a version is to be made of. */
    public static void modelSource(String source) {
        if (length(source) > LONGEST_SOURCE) {
            throw new IllegalArgumentException("source: " + length(source) + " characters (expected: at most "
                    + LONGEST_SOURCE + ", the width of MLflow's column); move the model to a shorter place");
        }
    }

    /** Checks the name that a model is logged under. */
    public static void loggedName(String name) {
        if (!LOGGED_NAME.matcher(name).matches() || length(name) > LONGEST_SOURCE) {
            throw new IllegalArgumentException("model name: " + (name.isEmpty() ? "empty" : name) + " (expected: 1 to "
                    + LONGEST_SOURCE + " characters, none of / : . % \" ')");
        }
    }

    /** Checks an alias that is to be set. */
    public static void alias(String alias) {
        if (!ALIAS.matcher(alias).matches() || length(alias) > 255) {
            throw new IllegalArgumentException(
                    "alias: " + (alias.isEmpty() ? "empty" : alias) + " (expected: 1 to 255 letters, digits, _ or -)");
        }
        if (alias.toLowerCase(Locale.ROOT).equals("latest")
                || VERSION_ALIAS.matcher(alias).matches()) {
            throw new IllegalArgumentException(
                    "alias: " + alias + " (expected: neither latest nor v and digits, which MLflow reserves)");
        }
    }

    /** Checks a tag of a version. */
    public static void versionTag(String key, String value) {
        RunKeys.check("tag", key);
        if (length(value) > LONGEST_VERSION_TAG) {
            throw new IllegalArgumentException("tag value of " + key + ": " + length(value)
                    + " characters (expected: at most " + LONGEST_VERSION_TAG + ")");
        }
    }

    /** Checks the name of an act of storing or registering. */
    public static void actKey(String key) {
        if (key.isBlank() || length(key) > LONGEST_VERSION_TAG) {
            throw new IllegalArgumentException("key: " + (key.isBlank() ? "blank" : length(key) + " characters")
                    + " (expected: 1 to " + LONGEST_VERSION_TAG + " characters, not blank)");
        }
    }

    /** Refuses a folder below which no run's artifact place would fit MLflow's column. */
    public static void artifactRoot(String root) {
        int most = LONGEST_ARTIFACT_URI - "/0/".length() - 32 - "/artifacts".length();
        if (length(root) > most) {
            throw new IllegalArgumentException("artifacts: " + length(root) + " characters in " + root
                    + " (expected: at most " + most + ", since MLflow's column runs.artifact_uri takes "
                    + LONGEST_ARTIFACT_URI + "); choose a shorter folder with Tracking.builder(uri).artifacts(folder)");
        }
    }

    /** The started program's class or jar, without its folder. */
    private static final class Program {
        static final String NAME = name(System.getProperty("sun.java.command", ""));

        private static String name(String command) {
            String first = command.strip().split("\\s", 2)[0];
            if (first.endsWith(".jar")) {
                Path file = Path.of(first).getFileName();
                return file == null ? "" : file.toString();
            }
            return first.indexOf('/') >= 0 && first.indexOf('.') > 0 ? first.substring(first.indexOf('/') + 1) : first;
        }
    }
}
