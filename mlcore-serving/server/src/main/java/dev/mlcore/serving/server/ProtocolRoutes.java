package dev.mlcore.serving.server;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.http.HttpExchange;
import dev.mlcore.http.HttpRoutes;
import dev.mlcore.serving.InferenceEngine;
import dev.mlcore.serving.ServedModel;
import dev.mlcore.serving.ServedVersion;
import java.io.IOException;
import java.util.List;
import java.util.Optional;

/** Finds the route, the model and the version of a request. */
final class ProtocolRoutes implements HttpRoutes {
    private final InferenceEngine engine;
    private final Inference inference;

    ProtocolRoutes(InferenceEngine engine, Bodies bodies) {
        this.engine = engine;
        this.inference = new Inference(bodies);
    }

    @Override
    public boolean handle(HttpExchange x) throws IOException {
        List<String> path = x.segments();
        if (path.isEmpty() || !path.get(0).equals("v2")) {
            return false;
        }
        try {
            return route(x, path.subList(1, path.size()));
        } catch (MlcoreException e) {
            Answers.failure(x, e);
            return true;
        }
    }

    private boolean route(HttpExchange x, List<String> path) throws IOException {
        if (path.isEmpty()) {
            return get(x, this::server);
        }
        if (path.equals(List.of("health", "live"))) {
            return get(x, to -> Answers.send(to, 200, g -> g.writeBooleanField("live", true)));
        }
        if (path.equals(List.of("health", "ready"))) {
            return get(x, this::ready);
        }
        if (path.equals(List.of("models"))) {
            return get(x, this::models);
        }
        if (!path.get(0).equals("models") || path.get(1).isEmpty()) {
            return false;
        }
        return model(x, path.get(1), path.subList(2, path.size()));
    }

    private boolean model(HttpExchange x, String name, List<String> rest) throws IOException {
        Optional<String> version = Optional.empty();
        List<String> verb = rest;
        if (rest.size() >= 2 && rest.get(0).equals("versions")) {
            version = Optional.of(rest.get(1));
            verb = rest.subList(2, rest.size());
        }
        Optional<String> asked = version;
        if (verb.isEmpty()) {
            return get(x, to -> metadata(to, find(name), asked));
        }
        if (verb.equals(List.of("ready"))) {
            return get(x, to -> modelReady(to, find(name), asked));
        }
        if (verb.equals(List.of("infer"))) {
            return only("POST", x, to -> inference.answer(to, find(name), asked));
        }
        return false;
    }

    private interface Answer {
        void to(HttpExchange exchange) throws IOException;
    }

    private static boolean get(HttpExchange x, Answer answer) throws IOException {
        if (x.method().equals("HEAD")) {
            answer.to(x);
            return true;
        }
        return only("GET", x, answer);
    }

    private static boolean only(String method, HttpExchange x, Answer answer) throws IOException {
        if (x.method().equals(method)) {
            answer.to(x);
        } else {
            x.responseHeader("Allow", method.equals("GET") ? "GET, HEAD" : method);
            Answers.error(x, 405, "Method Not Allowed");
        }
        return true;
    }

    private void server(HttpExchange x) throws IOException {
        Answers.send(x, 200, g -> {
            g.writeStringField("name", "mlcore");
            g.writeStringField("version", version());
            g.writeArrayFieldStart("extensions");
            g.writeString("binary_tensor_data");
            g.writeEndArray();
        });
    }

    /** Known on the module path, or from the jar's manifest. */
    private static String version() {
        Class<?> here = ProtocolRoutes.class;
        return Optional.ofNullable(here.getModule().getDescriptor())
                .flatMap(d -> d.rawVersion())
                .or(() -> Optional.ofNullable(here.getPackage().getImplementationVersion()))
                .orElse("unknown");
    }

    private void ready(HttpExchange x) throws IOException {
        boolean ready = engine.ready();
        Answers.send(x, ready ? 200 : 503, g -> {
            g.writeBooleanField("live", true);
            g.writeBooleanField("ready", ready);
        });
    }

    private void models(HttpExchange x) throws IOException {
        List<String> names =
                engine.models().stream().map(ServedModel::name).sorted().toList();
        Answers.send(x, 200, g -> {
            g.writeArrayFieldStart("models");
            for (String name : names) {
                g.writeString(name);
            }
            g.writeEndArray();
        });
    }

    private ServedModel find(String name) {
        return engine.model(name)
                .orElseThrow(() -> new NotFoundException("Request for unknown model: '" + name + "' is not found"));
    }

    private static void modelReady(HttpExchange x, ServedModel model, Optional<String> asked) throws IOException {
        boolean ready;
        try {
            version(model, asked);
            ready = true;
        } catch (UnavailableException e) {
            ready = false;
        }
        boolean yes = ready;
        Answers.send(x, yes ? 200 : 503, g -> {
            g.writeStringField("name", model.name());
            g.writeBooleanField("ready", yes);
            if (!yes) {
                g.writeStringField("error", "Model version not ready");
            }
        });
    }

    private static void metadata(HttpExchange x, ServedModel model, Optional<String> asked) throws IOException {
        ServedVersion version = version(model, asked);
        Answers.send(x, 200, g -> {
            g.writeStringField("name", model.name());
            g.writeArrayFieldStart("versions");
            g.writeString(version.version());
            g.writeEndArray();
            g.writeStringField("platform", version.platform());
            tensors(g, "inputs", version.inputs());
            tensors(g, "outputs", version.outputs());
        });
    }

    private static void tensors(JsonGenerator g, String member, List<TensorSpec> specs) throws IOException {
        g.writeArrayFieldStart(member);
        for (TensorSpec spec : specs) {
            g.writeStartObject();
            g.writeStringField("name", spec.name());
            g.writeStringField("datatype", spec.type().oipName());
            g.writeFieldName("shape");
            long[] shape = ModelChecks.shape(spec);
            g.writeArray(shape, 0, shape.length);
            g.writeEndObject();
        }
        g.writeEndArray();
    }

    /** The version that a request names, or the current one; ready to answer. */
    static ServedVersion version(ServedModel model, Optional<String> asked) {
        if (asked.isEmpty()) {
            return model.current();
        }
        String wanted = asked.get();
        ServedVersion version = model.versions().stream()
                .filter(v -> v.version().equals(wanted))
                .findFirst()
                .orElseThrow(() -> unknown(model.name(), wanted));
        if (version.state() != ServedVersion.State.READY) {
            throw new UnavailableException(
                    "Request for unknown model: '" + model.name() + "' version " + wanted + " is not at ready state");
        }
        return version;
    }

    private static MlcoreException unknown(String model, String version) {
        if (!version.matches("0*[1-9][0-9]*")) {
            return new InvalidInputException("failed to get model version from specified version string "
                    + Wire.shown(version) + " (details: not a number), version should be an integral value > 0");
        }
        return new NotFoundException("Request for unknown model: '" + model + "' version " + version + " is not found");
    }
}
