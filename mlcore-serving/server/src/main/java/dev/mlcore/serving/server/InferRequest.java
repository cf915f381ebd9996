package dev.mlcore.serving.server;

import dev.mlcore.api.data.Tensor;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * An inference request, read and consistent in itself, not yet held against a model.
 *
 * @param id of the client's, to be echoed
 * @param timeout in which the run must be started
 * @param allBinary whether the outputs are wanted as bytes if none is listed
 * @param inputs in the request's order
 * @param outputs in the request's order; none for all
 */
record InferRequest(
        Optional<String> id,
        Optional<Duration> timeout,
        boolean allBinary,
        Map<String, Tensor> inputs,
        List<WantedOutput> outputs) {

    /**
     * An output that the request lists.
     *
     * @param name the tensor's
     * @param binary whether it is wanted as bytes behind the JSON
     */
    record WantedOutput(String name, boolean binary) {}
}
