package dev.mlcore.tracking;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunSink.Refusal;
import dev.mlcore.tracking.store.Store;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/**
 * The commands of one run handle on their way into the store: one batch is under way at a time, and what is written meanwhile forms the next. So order is kept,
 * a lone write is not delayed, many writes share a commit, and no thread is needed beside the store's own. A writer that is {@value #CAPACITY} commands
 * ahead waits.
 *
 * <p>A batch that met an outage goes back to the head and is tried again with the next write or flush; commands are safe to repeat.
 */
final class CommandQueue {
    static final int CAPACITY = 10_000;
    private static final int BATCH = 1_000;

    private final Store store;
    private final String runId;
    private final Deque<RunCommand> waiting = new ArrayDeque<>(); // guarded by this, as all below
    private List<RunCommand> underWay = List.of();
    private final List<Refusal> refused = new ArrayList<>();
    private @Nullable MlcoreException outage;
    private @Nullable Throwable lost;
    private boolean closed;

    CommandQueue(Store store, String runId) {
        this.store = store;
        this.runId = runId;
    }

    synchronized void add(RunCommand command) {
        requireOpen();
        boolean interrupted = false;
        while (waiting.size() >= CAPACITY) {
            if (underWay.isEmpty()) {
                submitNext();
            }
            if (waiting.size() >= CAPACITY) {
                if (outage != null && underWay.isEmpty()) {
                    throw outage;
                }
                interrupted |= waited();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        requireOpen();
        waiting.add(command);
        submitNext();
    }

    /** Waits until all that was added is durable; an outage is thrown, what was refused is kept for {@link #flush}. */
    synchronized void await() {
        outage = null;
        submitNext();
        boolean interrupted = false;
        while (outage == null && !(waiting.isEmpty() && underWay.isEmpty())) {
            interrupted |= waited();
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
        if (outage != null) {
            throw outage;
        }
    }

    /** The same, and throws what was refused or lost since the last flush. */
    synchronized void flush() {
        await();
        Throwable lostBefore = lost;
        List<Refusal> refusedBefore = List.copyOf(refused);
        lost = null;
        refused.clear();
        if (lostBefore != null) {
            throw new IllegalStateException(
                    "Cannot store what was written to run " + runId + ": " + lostBefore.getMessage(), lostBefore);
        }
        if (!refusedBefore.isEmpty()) {
            String more = refusedBefore.size() == 1 ? "" : " (and " + (refusedBefore.size() - 1) + " more refusals)";
            throw new ConflictException("Cannot store part of what was written to run " + runId + ": "
                    + refusedBefore.get(0).reason() + more);
        }
    }

    /** From now on nothing is added. */
    synchronized void close() {
        closed = true;
        notifyAll();
    }

    synchronized boolean isClosed() {
        return closed;
    }

    synchronized void requireOpen() {
        if (closed) {
            throw new IllegalStateException("Cannot write to run " + runId + ": this handle is closed");
        }
    }

    private void submitNext() {
        if (!underWay.isEmpty() || waiting.isEmpty()) {
            return;
        }
        List<RunCommand> batch = new ArrayList<>(Math.min(BATCH, waiting.size()));
        while (batch.size() < BATCH && !waiting.isEmpty()) {
            batch.add(waiting.remove());
        }
        underWay = batch;
        try {
            CompletableFuture<?> unused = store.submit(batch).whenComplete(this::done);
        } catch (RuntimeException e) { // the store is closed
            done(null, e);
        }
    }

    private synchronized void done(@Nullable List<Refusal> refusals, @Nullable Throwable failure) {
        List<RunCommand> batch = underWay;
        underWay = List.of();
        Throwable cause =
                failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
        if (cause == null) {
            outage = null;
            refused.addAll(refusals == null ? List.of() : refusals);
            submitNext();
        } else if (cause instanceof MlcoreException e) {
            for (int i = batch.size() - 1; i >= 0; i--) {
                waiting.addFirst(batch.get(i));
            }
            outage = e;
        } else {
            lost = cause;
            submitNext();
        }
        notifyAll();
    }

    /** True if an interrupt came; the write goes on, since half a batch helps nobody. */
    @SuppressWarnings("WaitNotInLoop") // its callers loop
    private boolean waited() {
        try {
            wait();
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }
}
