package dev.mlcore.serving.server;

import static dev.mlcore.serving.server.Wire.shown;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mlcore.api.InvalidInputException;
import java.io.IOException;
import java.math.BigInteger;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The {@code parameters} objects: free names, values that are strings, numbers or truth values; a few names mean something. */
final class Parameters {
    private static final BigInteger MAX_LONG = BigInteger.valueOf(Long.MAX_VALUE);

    private static final long LONGEST_MICROS = Duration.ofDays(365).toMillis() * 1_000; // in nanoseconds still a long

    private Parameters() {}

    static Map<String, Object> read(JsonParser p, String where) throws IOException {
        if (p.currentToken() == JsonToken.VALUE_NULL) {
            return Map.of();
        }
        RequestReader.expect(p, JsonToken.START_OBJECT, "the parameters of " + where, "an object");
        Map<String, Object> all = new LinkedHashMap<>();
        while (p.nextToken() != JsonToken.END_OBJECT) {
            String name = p.currentName();
            Object value = switch (p.nextToken()) {
                case VALUE_STRING -> p.getText();
                case VALUE_TRUE -> true;
                case VALUE_FALSE -> false;
                case VALUE_NUMBER_INT -> p.getBigIntegerValue();
                case VALUE_NUMBER_FLOAT -> p.getDoubleValue();
                default ->
                    throw new InvalidInputException("Cannot read parameter " + shown(name) + " of " + where + ": it is "
                            + shown(String.valueOf(p.getText())) + " (expected: a string, a number, true or false)");
            };
            if (all.putIfAbsent(name, value) != null) {
                throw new InvalidInputException("Cannot read the parameters of " + where + ": " + shown(name)
                        + " stands there twice (expected: once)");
            }
        }
        return all;
    }

    /** Refuses names that are reserved, and reserved meanings of the wrong type, whether this server makes use of them or not. */
    static void checkReserved(Map<String, Object> parameters) {
        for (String name : parameters.keySet()) {
            if (name.startsWith("triton_")) {
                throw new InvalidInputException(
                        "parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified.");
            }
        }
        unsigned(parameters, "priority");
        flag(parameters, "sequence_start");
        flag(parameters, "sequence_end");
    }

    /** The time in which a run must be started; in microseconds on the wire, and none if 0. */
    static Optional<Duration> timeout(Map<String, Object> parameters) {
        Long micros = unsigned(parameters, "timeout");
        return micros == null || micros == 0
                ? Optional.empty()
                : Optional.of(Duration.of(Math.min(micros, LONGEST_MICROS), ChronoUnit.MICROS));
    }

    static boolean flag(Map<String, Object> parameters, String name) {
        Object value = parameters.getOrDefault(name, false);
        if (value instanceof Boolean flag) {
            return flag;
        }
        throw new InvalidInputException(
                "Unable to parse '" + name + "': " + shown(value.toString()) + " (expected: true or false)");
    }

    static @Nullable Long unsigned(Map<String, Object> parameters, String name) {
        Object value = parameters.get(name);
        if (value == null) {
            return null;
        }
        if (value instanceof BigInteger number && number.signum() >= 0 && number.compareTo(MAX_LONG) <= 0) {
            return number.longValue();
        }
        throw new InvalidInputException("Unable to parse '" + name + "': " + shown(value.toString())
                + " (expected: an integer from 0 to " + Long.MAX_VALUE + ")");
    }
}
