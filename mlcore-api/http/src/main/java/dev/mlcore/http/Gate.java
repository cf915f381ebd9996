package dev.mlcore.http;

import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/** Counts the exchanges under way, admits no more than a limit, and none once it is shut. Thread-safe. */
final class Gate {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition empty = lock.newCondition();
    private final int limit;
    private int inside;
    private boolean shut;

    Gate(int limit) {
        this.limit = limit;
    }

    enum Entry {
        ADMITTED,
        FULL,
        SHUT
    }

    Entry enter() {
        lock.lock();
        try {
            if (shut) {
                return Entry.SHUT;
            }
            if (inside == limit) {
                return Entry.FULL;
            }
            inside++;
            return Entry.ADMITTED;
        } finally {
            lock.unlock();
        }
    }

    void leave() {
        lock.lock();
        try {
            if (--inside == 0) {
                empty.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    boolean isShut() {
        lock.lock();
        try {
            return shut;
        } finally {
            lock.unlock();
        }
    }

    void shut() {
        lock.lock();
        try {
            shut = true;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until nobody is inside; returns how many still are. */
    int awaitEmpty(Duration wait) throws InterruptedException {
        lock.lock();
        try {
            long left = wait.toNanos();
            while (inside > 0 && left > 0) {
                left = empty.awaitNanos(left);
            }
            return inside;
        } finally {
            lock.unlock();
        }
    }
}
