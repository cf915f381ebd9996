package dev.mlcore.serving.server;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.http.HttpExchange;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;

/** Sends JSON, and maps what went wrong to a status. */
final class Answers {
    private static final Logger LOG = System.getLogger(InferenceRoutes.class.getName());
    private static final String JSON = "application/json";

    private Answers() {}

    /** Something that writes one JSON object's members. */
    interface Members {
        void write(JsonGenerator g) throws IOException;
    }

    static void send(HttpExchange exchange, int status, Members members) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(256);
        try (JsonGenerator g = Wire.JSON.createGenerator(out)) {
            g.writeStartObject();
            members.write(g);
            g.writeEndObject();
        }
        exchange.respond(status, JSON, out.toByteArray());
    }

    static void error(HttpExchange exchange, int status, String text) throws IOException {
        send(exchange, status, g -> g.writeStringField("error", printable(text)));
    }

    /** Answers a failure: the client's and passing ones in words, ours without details, which the log has. */
    static void failure(HttpExchange exchange, MlcoreException e) throws IOException {
        int status = status(e.code());
        if (status == 503) {
            exchange.responseHeader("Retry-After", "1");
        }
        if (status == 501) {
            exchange.responseHeader("Accept-Encoding", "identity");
        }
        if (status == 500) {
            LOG.log(
                    Level.WARNING,
                    () -> "Cannot answer " + exchange.method() + " " + exchange.path() + ": " + e.getMessage(),
                    e);
            error(
                    exchange,
                    500,
                    e.code().equals("MODEL_FAILED")
                            ? "The model failed on this request; the server's log tells more"
                            : "Internal error; the server's log tells more");
        } else {
            error(exchange, status, String.valueOf(e.getMessage()));
        }
    }

    /** The HTTP face of a code. */
    static int status(String code) {
        return switch (code) {
            case "INVALID_INPUT", "ALREADY_EXISTS" -> 400;
            case "NOT_FOUND" -> 404;
            case "CONFLICT" -> 409;
            case "UNSUPPORTED" -> 501;
            case "UNAVAILABLE", "EXHAUSTED", "CANCELLED" -> 503; // cancelled: only a close cancels here
            case "TIMEOUT" -> 504;
            default -> 500;
        };
    }

    /** A message may quote what a client sent; a lone surrogate in it has no UTF-8. */
    private static String printable(String text) {
        return Wire.isWellFormed(text) ? text : text.replaceAll("\\p{Cs}", "?");
    }
}
