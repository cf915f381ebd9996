package dev.mlcore.serving.server;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.OperationTimeoutException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.http.HttpExchange;
import dev.mlcore.serving.Call;
import dev.mlcore.serving.Prediction;
import dev.mlcore.serving.ServedModel;
import dev.mlcore.serving.ServedVersion;
import dev.mlcore.serving.server.InferRequest.WantedOutput;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/** The one route that computes: reads, checks, runs and answers. */
final class Inference {
    private static final String JSON_LENGTH = "Inference-Header-Content-Length";

    private final Bodies bodies;

    Inference(Bodies bodies) {
        this.bodies = bodies;
    }

    void answer(HttpExchange x, ServedModel model, Optional<String> asked) throws IOException {
        ProtocolRoutes.version(model, asked); // an unknown one is refused before anything is read
        String encoding = x.header("Content-Encoding").orElse("identity").strip();
        if (!encoding.equalsIgnoreCase("identity")) {
            throw new UnsupportedException("Cannot read a body of Content-Encoding " + Wire.shown(encoding)
                    + " (expected: identity); send it uncompressed");
        }
        bodies.read(x, body -> {
            InferRequest request = RequestReader.read(model.name(), body, jsonLength(x, body.length));
            run(x, model, asked, request);
        });
    }

    /** How much of the body is JSON: all of it, unless a header says that bytes follow. */
    private static int jsonLength(HttpExchange x, int bodyLength) {
        Optional<String> header = x.header(JSON_LENGTH);
        if (header.isEmpty()) {
            return bodyLength;
        }
        String text = header.get().strip();
        if (!text.matches("[0-9]{1,18}")) {
            throw new InvalidInputException("Unable to parse " + JSON_LENGTH + ", got: " + Wire.shown(text)
                    + " (expected: the number of bytes of JSON)");
        }
        long length = Long.parseLong(text);
        if (length == 0 || length > bodyLength) {
            throw new InvalidInputException(
                    "inference header size should be in range (0, " + bodyLength + "], got: " + length);
        }
        return (int) length;
    }

    private static void run(HttpExchange x, ServedModel model, Optional<String> asked, InferRequest request)
            throws IOException {
        ServedVersion version = ProtocolRoutes.version(model, asked);
        ModelChecks.inputs(model.name(), version.inputs(), request.inputs());
        ModelChecks.outputs(model.name(), version.outputs(), request.outputs());
        Prediction<Map<String, Tensor>> prediction =
                predict(model, asked.isPresent() ? Optional.of(version) : Optional.empty(), request);

        Map<String, Tensor> outputs = wanted(model.name(), prediction.value(), request);
        Set<String> binary = request.outputs().isEmpty()
                ? (request.allBinary() ? outputs.keySet() : Set.of())
                : request.outputs().stream()
                        .filter(WantedOutput::binary)
                        .map(WantedOutput::name)
                        .collect(Collectors.toSet());
        var written = ResponseWriter.write(model.name(), prediction.version(), request.id(), outputs, binary);
        if (!binary.isEmpty()) {
            x.responseHeader(JSON_LENGTH, Integer.toString(written.jsonLength()));
        }
        x.respond(200, binary.isEmpty() ? "application/json" : "application/octet-stream", written.body());
    }

    /** Without a version in the request the model chooses, so that a swap between the check and the run goes unnoticed. */
    private static Prediction<Map<String, Tensor>> predict(
            ServedModel model, Optional<ServedVersion> version, InferRequest request) {
        Call call = request.timeout().map(Call::within).orElseGet(Call::of);
        try {
            return version.isPresent()
                    ? version.get().prediction(request.inputs(), call)
                    : model.prediction(request.inputs(), call);
        } catch (OperationTimeoutException e) {
            throw new UnavailableException("Request timeout expired: " + e.getMessage(), e);
        }
    }

    private static Map<String, Tensor> wanted(String model, Map<String, Tensor> all, InferRequest request) {
        if (request.outputs().isEmpty()) {
            return all;
        }
        Map<String, Tensor> wanted = new LinkedHashMap<>();
        for (WantedOutput output : request.outputs()) {
            Tensor tensor = all.get(output.name());
            if (tensor == null) {
                throw new InvalidInputException(
                        "unexpected inference output '" + output.name() + "' for model '" + model + "'");
            }
            wanted.put(output.name(), tensor);
        }
        return wanted;
    }
}
