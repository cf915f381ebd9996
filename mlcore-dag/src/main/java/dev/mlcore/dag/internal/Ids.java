package dev.mlcore.dag.internal;

import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What ids look like: they become parts of keys, file names and labels of other systems. */
final class Ids {
    /** Longest id with all its prefixes; MLflow's run names and Airflow's task ids hold as much. */
    static final int LONGEST = 250;

    private static final Pattern FORM = Pattern.compile("[A-Za-z0-9_-]+");

    private Ids() {}

    /** What is wrong with an id, or null. */
    static @Nullable String problem(String id) {
        if (!FORM.matcher(id).matches()) {
            return "'" + id + "' (expected: letters, digits, _ and -)";
        }
        return tooLong(id);
    }

    static @Nullable String tooLong(String id) {
        return id.length() <= LONGEST
                ? null
                : "'" + id.substring(0, 40) + "…' has " + id.length() + " characters (expected: at most " + LONGEST
                        + ", prefixes included)";
    }
}
