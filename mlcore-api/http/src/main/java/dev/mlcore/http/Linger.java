package dev.mlcore.http;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.util.Callback;
import org.eclipse.jetty.util.thread.Invocable;
import org.eclipse.jetty.util.thread.Scheduler;

/**
 * Takes in, after an answer, what the client still sends of its request, and completes the exchange then. A connection that is closed over unread bytes is reset,
 * and a reset makes the client lose the answer that tells it why. Holds no thread; over after a few seconds.
 */
final class Linger implements Invocable.Task {
    private static final Duration LONGEST = Duration.ofSeconds(3);

    private final Request request;
    private final Callback callback;
    private final AtomicBoolean done = new AtomicBoolean();
    private final Scheduler.Task timer;

    private Linger(Request request, Callback callback) {
        this.request = request;
        this.callback = callback;
        this.timer = request.getComponents()
                .getScheduler()
                .schedule(this::complete, LONGEST.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Reads and drops until the request ends or the time is over, then succeeds the callback. */
    static void thenSucceed(Request request, Callback callback) {
        if (JettyExchange.contentLength(request) == 0 || request.getHeaders().contains(HttpHeader.EXPECT)) {
            callback.succeeded(); // nothing comes, or nothing until it is asked for
            return;
        }
        Content.Chunk first = request.read();
        boolean over = first != null && (first.isLast() || Content.Chunk.isFailure(first));
        if (first != null) {
            first.release();
        }
        if (over) {
            callback.succeeded(); // the usual case: a route has read it all
        } else {
            new Linger(request, callback).run();
        }
    }

    @Override
    public void run() {
        while (!done.get()) {
            Content.Chunk chunk = request.read();
            if (chunk == null) {
                request.demand(this);
                return;
            }
            if (Content.Chunk.isFailure(chunk)) {
                complete();
                return;
            }
            chunk.release();
            if (chunk.isLast()) {
                complete();
            }
        }
    }

    private void complete() {
        if (done.compareAndSet(false, true)) {
            timer.cancel();
            callback.succeeded();
        }
    }

    @Override
    public InvocationType getInvocationType() {
        return InvocationType.NON_BLOCKING;
    }
}
