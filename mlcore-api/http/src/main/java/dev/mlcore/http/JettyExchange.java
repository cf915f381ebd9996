package dev.mlcore.http;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/** An exchange over Jetty's own objects. */
final class JettyExchange implements HttpExchange {
    private final Request request;
    private final Response response;
    private final Gate gate;
    private final List<String> segments;
    private final RequestBody body;
    private boolean begun;
    private @Nullable OutputStream out;

    JettyExchange(Request request, Response response, Gate gate, HttpLimits limits) throws ClientFailure {
        this.request = request;
        this.response = response;
        this.gate = gate;
        this.segments = RequestPath.segments(request.getHttpURI().getPath());
        this.body = new RequestBody(Content.Source.asInputStream(request), limits.bodyBytes(), limits.requestTimeout());
    }

    @Override
    public String method() {
        return request.getMethod();
    }

    @Override
    public String path() {
        String path = "/" + String.join("/", segments);
        return request.getHttpURI().getPath().endsWith("/") && !segments.isEmpty() ? path + "/" : path;
    }

    @Override
    public List<String> segments() {
        return segments;
    }

    @Override
    public Map<String, List<String>> query() throws IOException {
        String query = request.getHttpURI().getQuery();
        return query == null ? Map.of() : RequestPath.query(query);
    }

    @Override
    public Optional<String> header(String name) {
        return Optional.ofNullable(request.getHeaders().get(name));
    }

    @Override
    public long contentLength() {
        return contentLength(request);
    }

    static long contentLength(Request request) {
        if (request.getHeaders().contains(HttpHeader.TRANSFER_ENCODING)) {
            return -1;
        }
        return Math.max(0, request.getLength());
    }

    @Override
    public InputStream body() {
        return body;
    }

    @Override
    public HttpExchange responseHeader(String name, String value) {
        if (begun) {
            throw new IllegalStateException("Cannot set header " + name + ": the answer was begun");
        }
        if (name.isEmpty() || !name.chars().allMatch(c -> c > 0x20 && c < 0x7f && c != ':')) {
            throw new IllegalArgumentException("name: " + name + " (expected: the name of a header)");
        }
        if (!value.chars().allMatch(c -> (c >= 0x20 && c < 0x7f) || c == '\t')) {
            throw new IllegalArgumentException("value: of header " + name + " (expected: visible ASCII and spaces)");
        }
        response.getHeaders().put(name, value);
        return this;
    }

    @Override
    public OutputStream respond(int status, String contentType) {
        begin(status, contentType);
        OutputStream begunOut = new ToClient(Response.asBufferedOutputStream(request, response));
        out = begunOut;
        return begunOut;
    }

    @Override
    public void respond(int status, String contentType, byte[] bytes) throws IOException {
        begin(status, contentType);
        response.getHeaders().put(HttpHeader.CONTENT_LENGTH, bytes.length);
        try {
            Content.Sink.write(response, true, ByteBuffer.wrap(bytes));
        } catch (IOException e) {
            throw gone(e);
        }
    }

    private void begin(int status, String contentType) {
        if (begun) {
            throw new IllegalStateException("Cannot answer " + this + " twice");
        }
        if (status < 200 || status > 599) {
            throw new IllegalArgumentException("status: " + status + " (expected: 200 to 599)");
        }
        begun = true;
        response.setStatus(status);
        response.getHeaders().put(HttpHeader.CONTENT_TYPE, contentType);
        if (gate.isShut()) {
            response.getHeaders().put(HttpHeader.CONNECTION, "close");
        }
    }

    boolean begun() {
        return begun;
    }

    /** What went wrong on the client's side so far. */
    @Nullable ClientFailure failure() {
        return body.failure();
    }

    /** Ends what a route left open. */
    void finish() throws IOException {
        if (out != null) {
            out.close();
        }
    }

    @Override
    public String toString() {
        return method() + " " + path();
    }

    private static ClientFailure gone(IOException e) {
        return new ClientFailure(ClientFailure.GONE, "The client went away while it was answered", e);
    }

    /** Says of a failure that it is the client's. */
    private static final class ToClient extends OutputStream {
        private final OutputStream to;

        ToClient(OutputStream to) {
            this.to = to;
        }

        @Override
        public void write(int b) throws IOException {
            write(new byte[] {(byte) b}, 0, 1);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            naming(() -> to.write(bytes, offset, length));
        }

        @Override
        public void flush() throws IOException {
            naming(to::flush);
        }

        @Override
        public void close() throws IOException {
            naming(to::close);
        }

        private void naming(Step step) throws IOException {
            try {
                step.run();
            } catch (IOException e) {
                throw gone(e);
            }
        }
    }

    private interface Step {
        void run() throws IOException;
    }
}
