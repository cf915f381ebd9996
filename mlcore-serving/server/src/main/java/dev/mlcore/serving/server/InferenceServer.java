package dev.mlcore.serving.server;

import static java.util.Objects.requireNonNull;

import dev.mlcore.http.HttpHost;
import dev.mlcore.serving.InferenceEngine;
import java.net.URI;

/**
 * A server of the Open Inference Protocol over HTTP: an engine's {@link InferenceRoutes} on a host of their own. Whoever wants other limits, or other routes on the
 * same port, mounts the routes on an {@link HttpHost} instead; this is the short form.
 *
 * <p>Threads, limits and what is <em>not</em> there (TLS, authentication) are the host's: see {@link HttpHost}. Thread-safe.
 */
public final class InferenceServer implements AutoCloseable {
    private final HttpHost host;

    private InferenceServer(HttpHost host) {
        this.host = host;
    }

    /**
     * Begins a server.
     *
     * @param engine whose models are served; stays the caller's to close, after the server
     * @return a builder at its defaults
     */
    public static Builder builder(InferenceEngine engine) {
        return new Builder(requireNonNull(engine, "engine"));
    }

    /**
     * Where it listens.
     *
     * @return for example {@code http://127.0.0.1:8080}, without a slash at the end; the protocol begins at {@code /v2} below it
     */
    public URI uri() {
        return host.uri();
    }

    /**
     * Waits until the server is closed; its own threads keep no JVM alive.
     *
     * @throws dev.mlcore.api.OperationCancelledException if the waiting thread is interrupted; its interrupt flag is set again
     */
    public void await() {
        host.await();
    }

    /** Stops listening, finishes the requests under way within 30 s, and ends its threads; leaves the engine open. Twice is once. */
    @Override
    public void close() {
        host.close();
    }

    /** What a server is started with. Not thread-safe. */
    public static final class Builder {
        private final HttpHost.Builder host;

        private Builder(InferenceEngine engine) {
            host = HttpHost.builder().mount(InferenceRoutes.of(engine));
        }

        /**
         * The port to listen on; default 8080.
         *
         * @param port 0 to 65535; 0 lets the system choose a free one, which {@link InferenceServer#uri()} then tells
         * @return this
         * @throws IllegalArgumentException if it is out of range
         */
        public Builder httpPort(int port) {
            host.httpPort(port);
            return this;
        }

        /**
         * The address to listen on; default {@code 127.0.0.1}, which this machine alone reaches. {@code 0.0.0.0} opens the server to everyone who reaches the machine.
         *
         * @param address a name or an IP address of this machine
         * @return this
         */
        public Builder host(String address) {
            host.host(address);
            return this;
        }

        /**
         * The longest body of a request; default 64 MiB. A longer one is answered with 413.
         *
         * @param bytes 0 or more
         * @return this
         */
        public Builder maxBodyBytes(long bytes) {
            host.maxBodyBytes(bytes);
            return this;
        }

        /**
         * Opens the port and answers from then on.
         *
         * @return the running server, to be closed before the engine
         * @throws dev.mlcore.api.UnavailableException if the port cannot be opened; the message names it and the reason
         */
        public InferenceServer start() {
            return new InferenceServer(host.start());
        }
    }
}
