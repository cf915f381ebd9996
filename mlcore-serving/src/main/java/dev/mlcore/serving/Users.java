package dev.mlcore.serving;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts who uses a thing that will be freed: one word that holds the number of users and whether it is closing. Nobody becomes a user once it closes; when the last
 * one leaves, it is idle and may be freed.
 */
final class Users {
    private static final long CLOSING = 1L << 62;

    private final AtomicLong word = new AtomicLong();
    private final CountDownLatch idle = new CountDownLatch(1);

    /** Becomes a user; false if it is closing. */
    boolean enter() {
        long now = word.get();
        while ((now & CLOSING) == 0) {
            if (word.compareAndSet(now, now + 1)) {
                return true;
            }
            now = word.get();
        }
        return false;
    }

    void leave() {
        if (word.decrementAndGet() == CLOSING) {
            idle.countDown();
        }
    }

    /** Lets nobody in any more; true for the one call that did it. */
    boolean close() {
        long now = word.getAndUpdate(w -> w | CLOSING);
        if (now == 0) {
            idle.countDown();
        }
        return (now & CLOSING) == 0;
    }

    /** How many there are now. */
    long count() {
        return word.get() & ~CLOSING;
    }

    boolean awaitIdle(long nanos) throws InterruptedException {
        return idle.await(nanos, TimeUnit.NANOSECONDS);
    }

    void awaitIdle() throws InterruptedException {
        idle.await();
    }
}
