package dev.mlcore.serving.server;

import dev.mlcore.api.ExhaustedException;
import dev.mlcore.http.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Reads bodies into memory, and bounds how much of it all bodies hold together: many large requests at once are refused one by one instead of ending the JVM. One
 * body alone is always read. Thread-safe.
 */
final class Bodies {
    private static final int FIRST_BYTES = 8 << 10;

    private final long budgetBytes;
    private final AtomicLong held = new AtomicLong();

    Bodies(long budgetBytes) {
        this.budgetBytes = budgetBytes;
    }

    /** A quarter of what the JVM may use. */
    static Bodies ofHeap() {
        return new Bodies(Runtime.getRuntime().maxMemory() / 4);
    }

    /**
     * Reads a body and keeps it counted while it is used.
     *
     * @throws ExhaustedException if other requests hold too much
     */
    void read(HttpExchange exchange, Use use) throws IOException {
        Held body = new Held();
        try {
            use.accept(body.read(exchange));
        } finally {
            held.addAndGet(-body.counted);
        }
    }

    long held() {
        return held.get();
    }

    /** What is done with a body. */
    interface Use {
        void accept(byte[] body) throws IOException;
    }

    private final class Held {
        private long counted;

        byte[] read(HttpExchange exchange) throws IOException {
            InputStream in = exchange.body();
            long announced = exchange.contentLength();
            // The announced length caps the array but does not size it: a client that announces much and sends nothing
            // costs nothing.
            int most = announced < 0 ? Integer.MAX_VALUE - 8 : (int) Math.min(announced, Integer.MAX_VALUE - 8);
            byte[] bytes = new byte[count(Math.min(most, FIRST_BYTES))];
            int length = 0;
            while (true) {
                int n = in.readNBytes(bytes, length, bytes.length - length);
                length += n;
                if (length < bytes.length || length == announced) {
                    return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
                }
                int next = in.read();
                if (next < 0) {
                    return bytes;
                }
                int larger = (int) Math.min(most, bytes.length * 2L);
                count(larger - bytes.length);
                bytes = Arrays.copyOf(bytes, larger);
                bytes[length++] = (byte) next;
            }
        }

        private int count(int bytes) {
            counted += bytes;
            long all = held.addAndGet(bytes);
            if (all > budgetBytes && all > counted) {
                throw new ExhaustedException(
                        "Cannot read the request now: bodies of other requests take " + (all - counted)
                                + " bytes of memory (expected: at most " + budgetBytes + " together); try again");
            }
            return bytes;
        }
    }
}
