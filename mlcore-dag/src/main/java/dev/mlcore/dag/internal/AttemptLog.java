package dev.mlcore.dag.internal;

import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.tracking.RunCommand;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What a body logs, numbered, until the engine's writer takes it into its next transaction. Holds back a body that logs faster than the store commits.
 * Thread-safe.
 */
final class AttemptLog {
    private static final int HIGH_WATER = 8192;

    private final Runnable wake;
    private final Optional<RunCommand.Start> late;
    private List<RunCommand> pending = new ArrayList<>();
    private long seq = Commands.START_SEQ;
    private boolean started;
    private boolean closed;

    /**
     * An empty log.
     *
     * @param wake told when there is something to take
     * @param late the start of a run that exists only if it logs
     */
    AttemptLog(Runnable wake, Optional<RunCommand.Start> late) {
        this.wake = wake;
        this.late = late;
    }

    /** Takes a command, giving it its number. */
    void add(RunCommand command) {
        boolean first;
        synchronized (this) {
            refuseClosed();
            while (pending.size() >= HIGH_WATER) {
                try {
                    wait();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new OperationCancelledException("Cannot log to the attempt's run: interrupted", e);
                }
                refuseClosed();
            }
            first = pending.isEmpty();
            begin();
            pending.add(Commands.numbered(command, ++seq));
        }
        if (first) {
            wake.run();
        }
    }

    /** Makes sure that the run exists once everything is taken and told. */
    void ensureStarted() {
        boolean first;
        synchronized (this) {
            refuseClosed();
            first = pending.isEmpty();
            begin();
            first &= !pending.isEmpty();
        }
        if (first) {
            wake.run();
        }
    }

    private void begin() {
        if (!started) {
            started = true;
            late.ifPresent(pending::add);
        }
    }

    private void refuseClosed() {
        if (closed) {
            throw new IllegalStateException("Cannot log to the attempt's run: the attempt is over");
        }
    }

    /** What was logged since, in order; the writer's alone. */
    synchronized List<RunCommand> take() {
        List<RunCommand> taken = pending;
        pending = new ArrayList<>();
        notifyAll();
        return taken;
    }

    /** Whether the run exists only because it logged. */
    synchronized boolean late() {
        return late.isPresent() && started;
    }

    synchronized void close() {
        closed = true;
        notifyAll();
    }
}
