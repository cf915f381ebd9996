package dev.mlcore.http;

import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.util.List;
import org.eclipse.jetty.http.HttpException;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.http.HttpStatus;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.server.handler.ErrorHandler;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;

/** Takes exchanges from Jetty: admission, limits, the mounted routes in turn, and the answer to whatever they throw. */
final class HostHandler extends Handler.Abstract {
    private static final Logger LOG = System.getLogger(HttpHost.class.getName());

    private final List<HttpRoutes> routes;
    private final Gate gate;
    private final HttpLimits limits;
    private final ThreadLocal<Boolean> inside = new ThreadLocal<>();

    HostHandler(List<HttpRoutes> routes, Gate gate, HttpLimits limits) {
        this.routes = routes;
        this.gate = gate;
        this.limits = limits;
    }

    /** Whether the calling thread answers an exchange just now. */
    boolean isInside() {
        return inside.get() != null;
    }

    @Override
    public boolean handle(Request request, Response response, Callback callback) {
        switch (gate.enter()) {
            case SHUT ->
                turnAway(request, response, callback, "Server is stopping, it has stopped accepting new requests");
            case FULL ->
                turnAway(
                        request,
                        response,
                        callback,
                        "Server is busy: as many requests as it takes at once are under way; try again");
            case ADMITTED -> {
                inside.set(true);
                try {
                    answer(request, response, callback);
                } finally {
                    inside.remove();
                    gate.leave();
                }
            }
        }
        return true;
    }

    /** Without a thread to spare: nothing here may block. */
    private void turnAway(Request request, Response response, Callback callback, String text) {
        ByteBuffer body = refusal(response, 503, text);
        response.write(true, body, Callback.from(() -> Linger.thenSucceed(request, callback), callback::failed));
    }

    private void answer(Request request, Response response, Callback callback) {
        JettyExchange exchange = null;
        try {
            if (JettyExchange.contentLength(request) > limits.bodyBytes()) {
                throw RequestBody.tooLarge(limits.bodyBytes());
            }
            exchange = new JettyExchange(request, response, gate, limits);
            route(exchange);
            exchange.finish();
            Linger.thenSucceed(request, callback);
        } catch (Throwable e) { // also an Error of a route: its client gets an answer, the log the rest
            fail(request, response, callback, exchange, e);
        }
    }

    private void route(JettyExchange exchange) throws Exception {
        for (HttpRoutes candidate : routes) {
            if (candidate.handle(exchange)) {
                if (!exchange.begun()) {
                    throw new IllegalStateException(
                            candidate.getClass().getName() + " took the exchange and did not answer");
                }
                return;
            }
        }
        exchange.respond(404, JsonError.CONTENT_TYPE, JsonError.of("Not Found"));
    }

    private void fail(
            Request request, Response response, Callback callback, @Nullable JettyExchange exchange, Throwable e) {
        ClientFailure client = clientFailure(exchange, e);
        if (client == null) {
            LOG.log(
                    Level.ERROR,
                    () -> "Cannot answer " + request.getMethod() + " "
                            + request.getHttpURI().getPath() + ": " + e,
                    e);
        }
        if ((client != null && client.status() == ClientFailure.GONE) || response.isCommitted()) {
            callback.failed(e); // cuts the connection, so that half an answer is not taken for a whole one
            return;
        }
        ByteBuffer body = client != null
                ? refusal(response, client.status(), String.valueOf(client.getMessage()))
                : refusal(response, 500, "Internal error; the server's log tells more");
        try {
            Content.Sink.write(response, true, body);
            Linger.thenSucceed(request, callback);
        } catch (IOException gone) {
            callback.failed(gone);
        }
    }

    private static @Nullable ClientFailure clientFailure(@Nullable JettyExchange exchange, Throwable e) {
        if (exchange != null && exchange.failure() != null) {
            return exchange.failure();
        }
        for (Throwable t = e; t != null; t = t.getCause()) {
            if (t instanceof ClientFailure client) {
                return client;
            }
        }
        return null;
    }

    /** Prepares an answer in place of the routes'. */
    private ByteBuffer refusal(Response response, int status, String text) {
        response.reset();
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, JsonError.CONTENT_TYPE);
        if (status == 503) {
            response.getHeaders().put(HttpHeader.RETRY_AFTER, "1");
        }
        // After the first two nobody knows where the next request would begin; after the last nobody wants it.
        if (status == 413 || status == 408 || gate.isShut()) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
        byte[] body = JsonError.of(text);
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        return ByteBuffer.wrap(body);
    }

    /** Answers what Jetty itself refuses (a malformed request, too long a header) in the same shape, without pages or stack traces. */
    static boolean refusedByJetty(Request request, Response response, Callback callback) throws IOException {
        Throwable cause = (Throwable) request.getAttribute(ErrorHandler.ERROR_EXCEPTION);
        int status = response.getStatus();
        String text = HttpStatus.getMessage(status);
        if (cause instanceof HttpException http) {
            status = http.getCode();
            text = http.getReason() == null ? HttpStatus.getMessage(status) : http.getReason();
            response.setStatus(status);
        }
        byte[] body = JsonError.of("Cannot read the request: " + text);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, JsonError.CONTENT_TYPE);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
        response.write(true, ByteBuffer.wrap(body), callback);
        return true;
    }
}
