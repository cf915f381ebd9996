package dev.mlcore.serving.server;

import static dev.mlcore.serving.server.Wire.shown;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads one entry of {@code inputs}. Members come in any order: data that stands before its shape or type is skipped, its place remembered, and read at the end,
 * so that nothing is buffered.
 */
final class InputReader {
    private static final int MAX_RANK = 100;
    private static final int NOWHERE = -1;

    private final int index;
    private final String model;
    private final byte[] body;
    private final int jsonLength;
    private final BinaryTail tail;

    private @Nullable String name;
    private @Nullable DataType type;
    private long @Nullable [] shape;
    private long size;
    private Map<String, Object> parameters = Map.of();
    private boolean hasData;
    private int dataBegin = NOWHERE;
    private @Nullable Tensor tensor;

    InputReader(int index, String model, byte[] body, int jsonLength, BinaryTail tail) {
        this.index = index;
        this.model = model;
        this.body = body;
        this.jsonLength = jsonLength;
        this.tail = tail;
    }

    String name() {
        return String.valueOf(name);
    }

    /** Reads from the opening brace, which is the parser's current token, to the closing one. */
    Tensor read(JsonParser p) throws IOException {
        Set<String> seen = new HashSet<>();
        while (p.nextToken() != JsonToken.END_OBJECT) {
            String member = p.currentName();
            p.nextToken();
            switch (member) {
                case "name" -> {
                    RequestReader.once(seen, member, where());
                    name = RequestReader.text(p, "inputs[" + index + "].name");
                }
                case "datatype" -> {
                    RequestReader.once(seen, member, where());
                    type = Wire.type(RequestReader.text(p, "the datatype of " + where()), where());
                }
                case "shape" -> {
                    RequestReader.once(seen, member, where());
                    shape(p);
                }
                case "parameters" -> {
                    RequestReader.once(seen, member, where());
                    parameters = Parameters.read(p, where());
                }
                case "data" -> {
                    RequestReader.once(seen, member, where());
                    data(p);
                }
                default -> p.skipChildren();
            }
        }
        return finish();
    }

    private String where() {
        return name == null ? "inputs[" + index + "]" : "input '" + name + "'";
    }

    private void shape(JsonParser p) throws IOException {
        RequestReader.expect(p, JsonToken.START_ARRAY, "the shape of " + where(), "an array of sizes");
        List<Long> dims = new ArrayList<>();
        while (p.nextToken() != JsonToken.END_ARRAY) {
            boolean isSize = p.currentToken() == JsonToken.VALUE_NUMBER_INT
                    && p.getNumberType() != JsonParser.NumberType.BIG_INTEGER
                    && p.getLongValue() >= 0;
            if (!isSize) {
                throw new InvalidInputException("Cannot read the shape of " + where() + ": dimension " + dims.size()
                        + " is " + shown(p.getText()) + " (expected: an integer from 0 to " + Long.MAX_VALUE + ")");
            }
            if (dims.size() == MAX_RANK) {
                throw new InvalidInputException("Cannot read the shape of " + where()
                        + ": it has more dimensions than are allowed (expected: at most " + MAX_RANK + ")");
            }
            dims.add(p.getLongValue());
        }
        shape = dims.stream().mapToLong(Long::longValue).toArray();
    }

    private void data(JsonParser p) throws IOException {
        if (p.currentToken() == JsonToken.VALUE_NULL) {
            return; // as if it were absent
        }
        hasData = true;
        if (type != null && shape != null) {
            tensor = dataReader(type, shape).read(p);
            return;
        }
        long offset = p.currentTokenLocation().getByteOffset();
        if (offset < 0) { // a document in UTF-16 or UTF-32 is decoded before it is parsed
            throw new InvalidInputException("Cannot read the request: it is not in UTF-8 (expected: UTF-8)");
        }
        dataBegin = (int) offset;
        p.skipChildren();
    }

    private DataReader dataReader(DataType knownType, long[] knownShape) {
        if (Wire.isHalf(knownType)) {
            throw new InvalidInputException("receiving " + knownType.oipName()
                    + " data via JSON is not supported. Please use the binary data format for input " + name());
        }
        size = elements(knownType, knownShape);
        return new DataReader(knownType, knownShape, size, where());
    }

    private Tensor finish() throws IOException {
        if (name == null || name.isEmpty()) {
            throw new InvalidInputException(
                    "Cannot read inputs[" + index + "]: it has no 'name' (expected: the name of an input)");
        }
        if (type == null) {
            throw new InvalidInputException(
                    "Cannot read " + where() + ": it has no 'datatype' (expected: for example FP32)");
        }
        if (shape == null) {
            throw new InvalidInputException(
                    "Cannot read " + where() + ": it has no 'shape' (expected: an array of sizes)");
        }
        size = elements(type, shape);
        Long binaryBytes = Parameters.unsigned(parameters, "binary_data_size");
        boolean shared = parameters.containsKey("shared_memory_region");
        oneSource(binaryBytes != null, shared);
        if (shared) {
            throw new UnsupportedException(
                    "Cannot read " + where() + " from shared memory: this server does not offer it; send the data");
        }
        if (binaryBytes != null) {
            return tail.take(name, type, shape, size, binaryBytes);
        }
        if (tensor != null) {
            return tensor;
        }
        if (dataBegin != NOWHERE) {
            try (JsonParser again = Wire.JSON.createParser(body, dataBegin, jsonLength - dataBegin)) {
                again.nextToken();
                return dataReader(type, shape).read(again);
            }
        }
        return dataReader(type, shape).readNone();
    }

    private void oneSource(boolean binary, boolean shared) {
        List<String> set = new ArrayList<>();
        if (hasData) {
            set.add("'data'");
        }
        if (binary) {
            set.add("'binary_data_size'");
        }
        if (shared) {
            set.add("'shared_memory_region'");
        }
        if (set.size() > 1 || (set.isEmpty() && size > 0)) {
            throw new InvalidInputException(
                    "Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', "
                            + "'shared_memory_region' in 'parameters'. But "
                            + (set.isEmpty() ? "no field is set" : "set " + String.join(" ", set))
                            + " (" + where() + ")");
        }
    }

    /** The product of the shape; a zero anywhere makes it zero, whatever the others would overflow to. */
    private long elements(DataType knownType, long[] knownShape) {
        if (Arrays.stream(knownShape).anyMatch(d -> d == 0)) {
            return 0;
        }
        long product = 1;
        for (long dim : knownShape) {
            if (Math.multiplyHigh(product, dim) != 0 || product * dim < 0) {
                throw new InvalidInputException("invalid shape for " + where() + ": shape "
                        + Arrays.toString(knownShape) + " causes total element count to exceed maximum size of "
                        + Long.MAX_VALUE + " for model '" + model + "'");
            }
            product *= dim;
        }
        int width = knownType.sizeBytes();
        if (width > 1 && product > Long.MAX_VALUE / width) {
            throw new InvalidInputException("byte size overflow for " + where() + ": element count (" + product
                    + ") * data type size (" + width + ") exceeds maximum allowed size (" + Long.MAX_VALUE + ")");
        }
        return product;
    }
}
