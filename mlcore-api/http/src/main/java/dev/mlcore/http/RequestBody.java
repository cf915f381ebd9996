package dev.mlcore.http;

import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;

/** A request's body, which ends in a failure when it is too long or takes too long. */
final class RequestBody extends InputStream {
    private final InputStream in;
    private final long limitBytes;
    private final Duration timeout;
    private final long begun = System.nanoTime();
    private long count;
    private @Nullable ClientFailure failure;

    RequestBody(InputStream in, long limitBytes, Duration timeout) {
        this.in = in;
        this.limitBytes = limitBytes;
        this.timeout = timeout;
    }

    /** What went wrong while reading, so that it is answered rightly even if a route wraps the exception. */
    @Nullable ClientFailure failure() {
        return failure;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        Objects.checkFromIndexSize(offset, length, into.length);
        if (failure != null) {
            throw failure;
        }
        int n = pull(into, offset, length);
        if (n > 0) {
            count += n;
        }
        if (count > limitBytes) {
            throw fail(tooLarge(limitBytes));
        }
        // Each wait is bounded by the connection's idle timeout; this bounds a client that keeps sending a little.
        if (n >= 0 && System.nanoTime() - begun > timeout.toNanos()) {
            throw fail(new ClientFailure(
                    408,
                    "Cannot read the request: its body is not here after " + timeout + " (" + count
                            + " bytes arrived); send it faster"));
        }
        return n;
    }

    private int pull(byte[] into, int offset, int length) throws ClientFailure {
        try {
            return in.read(into, offset, length);
        } catch (IOException e) {
            for (Throwable t = e; t != null; t = t.getCause()) {
                if (t instanceof TimeoutException) {
                    throw fail(new ClientFailure(
                            408, "Cannot read the request: its body stopped arriving after " + count + " bytes", e));
                }
                if (t instanceof org.eclipse.jetty.http.HttpException bad) {
                    throw fail(new ClientFailure(bad.getCode(), "Cannot read the request: " + bad.getReason(), e));
                }
            }
            throw fail(new ClientFailure(ClientFailure.GONE, "The client went away while its request was read", e));
        }
    }

    private ClientFailure fail(ClientFailure f) {
        failure = f;
        return f;
    }

    static ClientFailure tooLarge(long limitBytes) {
        return new ClientFailure(
                413, "Cannot accept the request: its body is too large (expected: at most " + limitBytes + " bytes)");
    }
}
