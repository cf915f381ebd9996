package dev.mlcore.api.data;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import java.util.Optional;

/**
 * What a run read: a name, a digest of the content, where it came from. A legal value between tasks.
 *
 * @param name 1 to 500 characters
 * @param digest 1 to 36 characters, the same for the same content
 * @param source MLflow's source type and its description
 * @param schema of its columns, if known
 * @param profile figures about it, for example {@code num_rows}; may be empty
 */
public record DatasetInfo(
        String name, String digest, Source source, Optional<Schema> schema, Map<String, Object> profile) {
    /** Checks the lengths and copies the profile. */
    public DatasetInfo {
        length("name", name, 500);
        length("digest", digest, 36);
        requireNonNull(source, "source");
        requireNonNull(schema, "schema");
        profile = Map.copyOf(profile);
    }

    /**
     * A data set of which no more is known.
     *
     * @param name 1 to 500 characters
     * @param digest 1 to 36 characters
     * @param source where it came from
     * @return the description
     */
    public static DatasetInfo of(String name, String digest, Source source) {
        return new DatasetInfo(name, digest, source, Optional.empty(), Map.of());
    }

    /**
     * The same with a schema.
     *
     * @param schema of its columns
     * @return a new description
     */
    public DatasetInfo schema(Schema schema) {
        return new DatasetInfo(name, digest, source, Optional.of(schema), profile);
    }

    /**
     * The same with figures about it.
     *
     * @param profile JSON values by name
     * @return a new description
     */
    public DatasetInfo profile(Map<String, Object> profile) {
        return new DatasetInfo(name, digest, source, schema, profile);
    }

    private static void length(String what, String value, int most) {
        int length = value.codePointCount(0, value.length());
        if (length < 1 || length > most) {
            throw new IllegalArgumentException(what + ": " + length + " characters (expected: 1 to " + most + ")");
        }
    }

    /**
     * Where a data set came from, in MLflow's terms.
     *
     * @param type for example {@code local}, {@code s3}, {@code delta_table}; at most 36 characters
     * @param json MLflow's description, for example {@code {"uri": "data/penguins.csv"}}
     */
    public record Source(String type, Map<String, Object> json) {
        /** Checks the length and copies the map. */
        public Source {
            length("source type", type, 36);
            json = Map.copyOf(json);
        }
    }
}
