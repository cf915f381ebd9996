package dev.mlcore.serving.server;

import static dev.mlcore.serving.server.Wire.shown;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.exc.StreamConstraintsException;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.serving.server.InferRequest.WantedOutput;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads an inference request of the Open Inference Protocol: JSON, and behind it the bytes of binary tensors. Strict in what it knows, tolerant of members it
 * does not.
 */
final class RequestReader {
    private final String model;
    private final byte[] body;
    private final int jsonLength;
    private final BinaryTail tail;

    private @Nullable String id;
    private Map<String, Object> parameters = Map.of();
    private final Map<String, Tensor> inputs = new LinkedHashMap<>();
    private final List<WantedOutput> outputs = new ArrayList<>();

    private RequestReader(String model, byte[] body, int jsonLength) {
        this.model = model;
        this.body = body;
        this.jsonLength = jsonLength;
        this.tail = new BinaryTail(model, body, jsonLength);
    }

    /**
     * Reads a whole request.
     *
     * @param model its name, for messages
     * @param body JSON, then bytes
     * @param jsonLength how much of it is JSON
     * @throws InvalidInputException if it is not well-formed; the message says where and what was expected
     * @throws UnsupportedException if it asks for what this server does not do
     */
    static InferRequest read(String model, byte[] body, int jsonLength) {
        return new RequestReader(model, body, jsonLength).read();
    }

    static InvalidInputException tooDeep() {
        return new InvalidInputException("JSON nesting depth exceeds maximum allowed limit (" + Wire.MAX_DEPTH + ")");
    }

    private InferRequest read() {
        try (JsonParser p = Wire.JSON.createParser(body, 0, jsonLength)) {
            request(p);
            if (p.nextToken() != null) {
                throw new InvalidInputException(
                        "Cannot read the request: something follows the JSON object " + at(p) + " (expected: nothing)");
            }
        } catch (StreamConstraintsException e) {
            throw constraint(e);
        } catch (JsonProcessingException e) {
            var at = e.getLocation();
            String where = at == null ? "" : " at line " + at.getLineNr() + ", column " + at.getColumnNr();
            throw new InvalidInputException(
                    "Cannot read the request: it is not JSON" + where + ": " + e.getOriginalMessage(), e);
        } catch (IOException e) { // also bytes that are not UTF-8
            throw new InvalidInputException("Cannot read the request: it is not JSON in UTF-8: " + e.getMessage(), e);
        }
        tail.end();
        Optional<Duration> timeout = Parameters.timeout(parameters);
        return new InferRequest(
                Optional.ofNullable(id),
                timeout,
                Parameters.flag(parameters, "binary_data_output"),
                inputs,
                List.copyOf(outputs));
    }

    private static InvalidInputException constraint(StreamConstraintsException e) {
        String message = String.valueOf(e.getOriginalMessage());
        if (message.contains("nesting depth")) {
            return tooDeep();
        }
        return new InvalidInputException(
                "Cannot read the request: a number or a name in it is too long: " + message, e);
    }

    private void request(JsonParser p) throws IOException {
        JsonToken first = p.nextToken();
        if (first != JsonToken.START_OBJECT) {
            throw new InvalidInputException(
                    "Cannot read the request: it " + (first == null ? "is empty" : "begins with " + shown(p.getText()))
                            + " (expected: a JSON object)");
        }
        Set<String> seen = new HashSet<>();
        boolean hasInputs = false;
        while (p.nextToken() != JsonToken.END_OBJECT) {
            String member = p.currentName();
            p.nextToken();
            switch (member) {
                case "id" -> {
                    once(seen, member, "the request");
                    id = optionalText(p, "'id'");
                }
                case "parameters" -> {
                    once(seen, member, "the request");
                    parameters = Parameters.read(p, "the request");
                    Parameters.checkReserved(parameters);
                }
                case "inputs" -> {
                    once(seen, member, "the request");
                    hasInputs = true;
                    inputs(p);
                }
                case "outputs" -> {
                    once(seen, member, "the request");
                    outputs(p);
                }
                default -> p.skipChildren();
            }
        }
        if (!hasInputs) {
            throw new InvalidInputException(
                    "Cannot read the request: it has no 'inputs' (expected: an array of tensors)");
        }
    }

    private void inputs(JsonParser p) throws IOException {
        expect(p, JsonToken.START_ARRAY, "'inputs'", "an array of tensors");
        for (int index = 0; p.nextToken() != JsonToken.END_ARRAY; index++) {
            expect(p, JsonToken.START_OBJECT, "inputs[" + index + "]", "an object");
            InputReader input = new InputReader(index, model, body, jsonLength, tail);
            Tensor tensor = input.read(p);
            if (inputs.putIfAbsent(input.name(), tensor) != null) {
                throw new InvalidInputException("input '" + input.name() + "' already exists in request");
            }
        }
    }

    private void outputs(JsonParser p) throws IOException {
        if (p.currentToken() == JsonToken.VALUE_NULL) {
            return;
        }
        expect(p, JsonToken.START_ARRAY, "'outputs'", "an array of objects with a name");
        Set<String> names = new HashSet<>();
        for (int index = 0; p.nextToken() != JsonToken.END_ARRAY; index++) {
            WantedOutput output = output(p, "outputs[" + index + "]");
            if (!names.add(output.name())) {
                throw new InvalidInputException("output '" + output.name() + "' already exists in request");
            }
            outputs.add(output);
        }
    }

    private static WantedOutput output(JsonParser p, String where) throws IOException {
        expect(p, JsonToken.START_OBJECT, where, "an object");
        Set<String> seen = new HashSet<>();
        String name = null;
        Map<String, Object> own = Map.of();
        while (p.nextToken() != JsonToken.END_OBJECT) {
            String member = p.currentName();
            p.nextToken();
            switch (member) {
                case "name" -> {
                    once(seen, member, where);
                    name = text(p, where + ".name");
                }
                case "parameters" -> {
                    once(seen, member, where);
                    own = Parameters.read(p, where);
                }
                default -> p.skipChildren();
            }
        }
        if (name == null) {
            throw new InvalidInputException(
                    "Cannot read " + where + ": it has no 'name' (expected: the name of an output)");
        }
        for (String unsupported : List.of("classification", "shared_memory_region")) {
            if (own.containsKey(unsupported)) {
                throw new UnsupportedException("Cannot answer with '" + unsupported + "' for output '" + name
                        + "': this server does not offer it (expected: 'binary_data' or nothing)");
            }
        }
        return new WantedOutput(name, Parameters.flag(own, "binary_data"));
    }

    static void once(Set<String> seen, String member, String where) {
        if (!seen.add(member)) {
            throw new InvalidInputException(
                    "Cannot read " + where + ": '" + member + "' stands there twice (expected: once)");
        }
    }

    static void expect(JsonParser p, JsonToken token, String where, String expected) throws IOException {
        if (p.currentToken() != token) {
            throw new InvalidInputException("Cannot read " + where + ": it is " + shown(String.valueOf(p.getText()))
                    + " " + at(p) + " (expected: " + expected + ")");
        }
    }

    static String text(JsonParser p, String where) throws IOException {
        expect(p, JsonToken.VALUE_STRING, where, "a string");
        String text = p.getText();
        if (!Wire.isWellFormed(text)) {
            throw new InvalidInputException("Cannot read " + where + " " + at(p)
                    + ": an escaped surrogate has no partner (expected: Unicode text)");
        }
        return text;
    }

    private static @Nullable String optionalText(JsonParser p, String where) throws IOException {
        return p.currentToken() == JsonToken.VALUE_NULL ? null : text(p, where);
    }

    static String at(JsonParser p) {
        var at = p.currentTokenLocation();
        return "at line " + at.getLineNr() + ", column " + at.getColumnNr();
    }
}
