package dev.mlcore.http;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.thread.Invocable;

/**
 * Takes in, after an early answer, what the client still sends of its request. A connection that is closed with unread bytes is reset, and a reset makes the client
 * lose the answer that tells it why.
 */
final class Linger {
    private static final Duration LONGEST = Duration.ofSeconds(5);
    private static final Duration LONGEST_SILENCE = Duration.ofSeconds(1);

    private Linger() {}

    /** Reads and drops until the request ends, the client falls silent, or the time is over. */
    static void discard(Request request) {
        if (JettyExchange.contentLength(request) == 0 || request.getHeaders().contains(HttpHeader.EXPECT)) {
            return; // nothing comes, or nothing until it is asked for
        }
        long end = System.nanoTime() + LONGEST.toNanos();
        while (System.nanoTime() < end) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                if (!arrives(request)) {
                    return;
                }
            } else if (Content.Chunk.isFailure(chunk)) {
                return;
            } else {
                chunk.release();
                if (chunk.isLast()) {
                    return;
                }
            }
        }
    }

    private static boolean arrives(Request request) {
        CountDownLatch arrived = new CountDownLatch(1);
        request.demand(Invocable.from(Invocable.InvocationType.NON_BLOCKING, arrived::countDown));
        try {
            return arrived.await(LONGEST_SILENCE.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
