package dev.mlcore.serving.server;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.StreamWriteFeature;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.data.DataType;
import java.util.Locale;

/** What reading and writing share: the JSON factory with its limits, names of types, and how a refused value is shown. */
final class Wire {
    static final int MAX_DEPTH = 100;
    private static final int DEPTH_ABOVE_DATA = 3; // request, inputs, input
    private static final int MAX_NUMBER_CHARS = 2_000; // the longest double written out in full has 1,077

    static final JsonFactory JSON = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(
                            MAX_DEPTH + DEPTH_ABOVE_DATA + 1) // one more, so that data's own check speaks first
                    .maxNumberLength(MAX_NUMBER_CHARS)
                    .maxStringLength(Integer.MAX_VALUE) // the body's limit bounds it
                    .build())
            .enable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .enable(StreamReadFeature.USE_FAST_DOUBLE_PARSER)
            .enable(StreamReadFeature.USE_FAST_BIG_NUMBER_PARSER)
            .enable(StreamWriteFeature.USE_FAST_DOUBLE_WRITER) // the shortest text that reads back, also on JDK 17
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .disable(JsonWriteFeature.WRITE_NAN_AS_STRINGS)
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // names come from strangers
            .build();

    private Wire() {}

    /** The element type of a name on the wire; {@code BYTES} is read as text and stands for byte strings too. */
    static DataType type(String name, String where) {
        String upper = name.toUpperCase(Locale.ROOT); // some clients send lower case
        for (DataType type : DataType.values()) {
            if (type.oipName().equals(upper)) {
                return type;
            }
        }
        throw new InvalidInputException("Cannot read " + where + ": datatype " + shown(name)
                + " (expected: BOOL, UINT8, UINT16, UINT32, UINT64, INT8, INT16, INT32, INT64, FP32, FP64 or BYTES)");
    }

    static boolean isHalf(DataType type) {
        return type == DataType.FLOAT16 || type == DataType.BFLOAT16;
    }

    /** A refused value for a message: quoted, and not longer than a line. */
    static String shown(String value) {
        int most = 80;
        return "'" + (value.length() > most ? value.substring(0, most) + "…" : value) + "'";
    }

    /** Whether a string has a UTF-8 form; escapes in JSON can make one that has none. */
    static boolean isWellFormed(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (Character.isSurrogate(c)) {
                if (!Character.isHighSurrogate(c)
                        || i + 1 == text.length()
                        || !Character.isLowSurrogate(text.charAt(i + 1))) {
                    return false;
                }
                i++;
            }
        }
        return true;
    }
}
