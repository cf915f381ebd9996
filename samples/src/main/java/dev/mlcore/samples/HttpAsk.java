package dev.mlcore.samples;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.mlcore.api.ModelFailedException;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/**
 * The same question as a client in any language asks it: Open Inference Protocol, JSON, one matrix of floats in and one out, columns in the
 * model's own order.
 *
 * @param server its base address
 * @param model the served name
 * @param features the input columns in the model's order
 * @param classes the output columns in the model's order
 */
record HttpAsk(URI server, String model, List<String> features, List<String> classes) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Where the question goes. */
    URI uri() {
        return URI.create(server.toString().replaceAll("/+$", "") + "/v2/models/" + model + "/infer");
    }

    /**
     * The question's body.
     *
     * @param penguins one row each
     * @return JSON
     */
    String body(List<Penguin> penguins) {
        ObjectNode root = JSON.createObjectNode();
        ObjectNode input = root.putArray("inputs").addObject();
        input.put("name", "input");
        input.putArray("shape").add(penguins.size()).add(features.size());
        input.put("datatype", "FP32");
        ArrayNode data = input.putArray("data");
        for (Penguin penguin : penguins) {
            Map<String, Float> columns = Map.of(
                    "billLengthMm", penguin.billLengthMm(),
                    "billDepthMm", penguin.billDepthMm(),
                    "flipperLengthMm", penguin.flipperLengthMm(),
                    "bodyMassG", penguin.bodyMassG());
            features.forEach(feature -> data.add(columns.get(feature)));
        }
        return root.toString();
    }

    /**
     * Asks and waits.
     *
     * @param penguins one row each
     * @return one answer per row, in order
     * @throws ModelFailedException if the server answered anything but 200
     */
    List<Species> ask(List<Penguin> penguins) throws IOException, InterruptedException {
        HttpResponse<String> response = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(uri())
                                .timeout(Duration.ofSeconds(30))
                                .header("Content-Type", "application/json")
                                .POST(HttpRequest.BodyPublishers.ofString(body(penguins)))
                                .build(),
                        HttpResponse.BodyHandlers.ofString(StandardCharsets.UTF_8));
        if (response.statusCode() != 200) {
            throw new ModelFailedException("POST " + uri() + ": status " + response.statusCode() + ", "
                    + response.body() + " (expected: 200)");
        }
        return answers(response.body(), penguins.size());
    }

    private List<Species> answers(String body, int rows) throws JsonProcessingException {
        JsonNode data = JSON.readTree(body).path("outputs").path(0).path("data");
        if (data.size() != rows * classes.size()) {
            throw new ModelFailedException("POST " + uri() + ": " + data.size() + " numbers (expected: " + rows + " x "
                    + classes.size() + ") in " + body);
        }
        List<Species> answers = new ArrayList<>();
        for (int row = 0; row < rows; row++) {
            answers.add(new Species(at(data, row, "adelie"), at(data, row, "chinstrap"), at(data, row, "gentoo")));
        }
        return answers;
    }

    private float at(JsonNode data, int row, String name) {
        return data.get(row * classes.size() + classes.indexOf(name)).floatValue();
    }
}
