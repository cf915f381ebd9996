package dev.mlcore.dag.internal;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.internal.tracking.RunCommandJson;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunSink;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * Replays what the store holds for tracking into a sink, in order, on a thread of its own. Its cursor moves after the sink took a batch; a batch that was taken
 * and not noted is sent again with the same numbers, which the sink skips. An outage is waited out, a refusal is told and passed over, and neither ever
 * reaches a run.
 */
final class TrackingPump implements AutoCloseable {
    /** Hears of what the tracker will never take. */
    interface Refused {
        void on(Rows.Item item, String reason);
    }

    private static final int GROUP = 512;
    private static final long FIRST_PAUSE = 100;
    private static final long LONGEST_PAUSE = 5_000;
    private static final Duration LONGEST_DRAIN = Duration.ofSeconds(30);

    private final DagStore store;
    private final RunSink sink;
    private final Refused refused;
    private final AtomicLong outboxBytes;
    private final Thread thread;

    // all guarded by this
    private long committed;
    private long heard;
    private @Nullable RuntimeException outage;
    private boolean hurry;
    private boolean stopping;

    TrackingPump(DagStore store, RunSink sink, Refused refused, AtomicLong outboxBytes, long committed) {
        this.store = store;
        this.sink = sink;
        this.refused = refused;
        this.outboxBytes = outboxBytes;
        this.committed = committed;
        this.heard = store.cursor();
        this.thread = new Thread(this::run, "mlcore-dag-tracking");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Everything up to a number is committed now. */
    synchronized void committed(long no) {
        committed = Math.max(committed, no);
        notifyAll();
    }

    /**
     * Waits until the tracker knows everything up to a number.
     *
     * @throws UnavailableException if the tracker does not take it, at once if it is away
     */
    void drainTo(long no) {
        long end = System.nanoTime() + LONGEST_DRAIN.toNanos();
        synchronized (this) {
            if (outage != null) {
                outage = null; // one more try is due before giving up
                hurry = true;
                notifyAll();
            }
            while (heard < no) {
                long left = (end - System.nanoTime()) / 1_000_000;
                if (outage != null || stopping || left <= 0) {
                    throw new UnavailableException(
                            "Cannot reach the tracker: " + (outage == null ? "it is slow" : outage.getMessage())
                                    + " (what was logged is kept and sent later); try again when it is back",
                            outage);
                }
                try {
                    wait(left);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new OperationCancelledException("Stopped waiting for the tracker: interrupted", e);
                }
            }
        }
    }

    /** Waits, for a bounded time and not during an outage, until the tracker knows all; whether it does. */
    boolean drain(Duration limit) {
        long end = System.nanoTime() + limit.toNanos();
        boolean interrupted = false;
        try {
            synchronized (this) {
                while (heard < committed && outage == null) {
                    long left = (end - System.nanoTime()) / 1_000_000;
                    if (left <= 0) {
                        return false;
                    }
                    try {
                        wait(left);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    }
                }
                return heard >= committed;
            }
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /** Stops; what is not told yet stays in the store. */
    @Override
    public void close() {
        synchronized (this) {
            stopping = true;
            notifyAll();
        }
        boolean interrupted = false;
        long end = System.nanoTime() + Duration.ofSeconds(5).toNanos();
        while (thread.isAlive() && System.nanoTime() < end) {
            try {
                thread.join(1_000);
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long pause = FIRST_PAUSE;
        while (true) {
            long upTo;
            long from;
            synchronized (this) {
                while (heard >= committed && !stopping) {
                    try {
                        wait();
                    } catch (InterruptedException e) {
                        return; // nobody but a shutting down application interrupts this thread
                    }
                }
                if (stopping) {
                    return;
                }
                upTo = committed;
                from = heard;
            }
            try {
                List<Rows.Item> items = store.after(from, GROUP);
                if (!items.isEmpty()) {
                    send(items);
                    upTo = items.get(items.size() - 1).no();
                    store.advance(upTo);
                    items.forEach(item -> outboxBytes.addAndGet(-bytes(item)));
                }
                synchronized (this) {
                    heard = Math.max(heard, upTo);
                    outage = null;
                    notifyAll();
                }
                pause = FIRST_PAUSE;
            } catch (RuntimeException e) {
                if (!pause(e, pause)) {
                    return;
                }
                pause = Math.min(pause * 2, LONGEST_PAUSE);
            }
        }
    }

    /** Waits out an outage; false if there is no more use in it. */
    private synchronized boolean pause(RuntimeException e, long millis) {
        outage = e;
        notifyAll();
        long end = System.nanoTime() + millis * 1_000_000;
        try {
            long left = millis;
            while (left > 0 && !stopping && !hurry) {
                wait(left);
                left = (end - System.nanoTime()) / 1_000_000;
            }
        } catch (InterruptedException stop) {
            return false;
        }
        hurry = false;
        return !stopping;
    }

    private static long bytes(Rows.Item item) {
        return item instanceof Rows.Item.Command command ? command.json().length() : 0;
    }

    private void send(List<Rows.Item> items) {
        List<RunCommand> commands = new ArrayList<>();
        List<Rows.Item> owners = new ArrayList<>();
        for (Rows.Item item : items) {
            for (RunCommand command : commands(item)) {
                commands.add(command);
                owners.add(item);
            }
        }
        try {
            refusals(sink.apply(commands), commands, owners);
        } catch (MlcoreException e) {
            if (e.retryable()) {
                throw e;
            }
            oneByOne(commands, owners);
        } catch (RuntimeException e) {
            oneByOne(commands, owners);
        }
    }

    private List<RunCommand> commands(Rows.Item item) {
        if (item instanceof Rows.Item.Started started) {
            return List.of(Commands.start(started));
        } else if (item instanceof Rows.Item.Ended ended) {
            return Commands.end(ended);
        } else if (item instanceof Rows.Item.Command command) {
            try {
                return List.of(RunCommandJson.decode(command.json()));
            } catch (RuntimeException e) {
                refused.on(item, "the stored command cannot be read: " + e.getMessage());
                return List.of();
            }
        }
        throw new IllegalStateException("item: " + item);
    }

    /** A sink that throws what is not worth repeating is asked about each command, so that one cannot hold up the others. */
    private void oneByOne(List<RunCommand> commands, List<Rows.Item> owners) {
        for (int i = 0; i < commands.size(); i++) {
            List<RunCommand> one = List.of(commands.get(i));
            try {
                refusals(sink.apply(one), one, owners.subList(i, i + 1));
            } catch (MlcoreException e) {
                if (e.retryable()) {
                    throw e;
                }
                refused.on(owners.get(i), String.valueOf(e.getMessage()));
            } catch (RuntimeException e) {
                refused.on(owners.get(i), e.toString());
            }
        }
    }

    private void refusals(List<RunSink.Refusal> refusals, List<RunCommand> commands, List<Rows.Item> owners) {
        for (RunSink.Refusal refusal : refusals) {
            int i = commands.indexOf(refusal.command());
            refused.on(owners.get(Math.max(i, 0)), refusal.reason());
        }
    }
}
