package dev.mlcore.dag.internal;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.dag.DagEvent;
import dev.mlcore.dag.DagListener;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The engine's one writer. It takes the events that have queued up, lets each change the state in memory, writes all that follows from them in one transaction,
 * and only then lets anybody know: listeners first, then bodies, then those who wait. While the store refuses, it repeats the same transaction; bodies go on
 * and their ends wait in the queue.
 */
final class Loop {
    /** Something that happened. */
    @FunctionalInterface
    interface Event {
        /** Changes the state and adds what follows to the batch; on the writer thread. */
        void apply(Batch batch);
    }

    /** What the loop serves. */
    interface Engine {
        /** Starts what may start, before the batch is written. */
        void fill(Batch batch);

        /** How long there is to wait for events at most, in milliseconds; 0 for no limit. */
        long patience();

        /** Called when patience ran out. */
        void tick(Batch batch);

        /** The store is beyond help: nothing is going to be committed any more. */
        void broken(RuntimeException failure);
    }

    private record Queued(Event event, boolean alone) {}

    private static final System.Logger LOG = System.getLogger(Loop.class.getName());
    private static final int GROUP = 512;
    private static final long FIRST_PAUSE = 100;
    private static final long LONGEST_PAUSE = 5_000;

    private final DagStore store;
    private final InstantSource clock;
    private final List<DagListener> listeners;
    private final Engine engine;
    private final LongConsumer committed;
    private final Thread thread;
    private long lastNo; // of the writer thread

    private final Deque<Queued> queue = new ArrayDeque<>(); // guarded by itself, as is what follows
    private boolean stopping;
    private boolean stopped;

    /**
     * A loop that is not started yet.
     *
     * @param committed told the highest number after each commit that tracking is to hear of
     */
    Loop(DagStore store, InstantSource clock, List<DagListener> listeners, Engine engine, LongConsumer committed) {
        this.store = store;
        this.clock = clock;
        this.listeners = List.copyOf(listeners);
        this.engine = engine;
        this.committed = committed;
        this.lastNo = store.lastNo();
        this.thread = new Thread(this::run, "mlcore-dag-writer");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    boolean onThread() {
        return Thread.currentThread() == thread;
    }

    /** Queues an event; false if the loop has stopped and will never apply it. */
    boolean post(Event event) {
        return post(new Queued(event, false));
    }

    /** Queues an event that must see all earlier ones committed. */
    boolean postAlone(Event event) {
        return post(new Queued(event, true));
    }

    private boolean post(Queued queued) {
        synchronized (queue) {
            if (stopped || stopping) {
                return false;
            }
            queue.add(queued);
            queue.notifyAll();
            return true;
        }
    }

    /** Lets what is queued be committed, takes nothing more, and waits for the end. */
    void stop(Duration limit) {
        synchronized (queue) {
            stopping = true;
            queue.notifyAll();
        }
        boolean interrupted = false;
        long end = System.nanoTime() + limit.toNanos();
        while (thread.isAlive() && System.nanoTime() < end && !onThread()) {
            try {
                thread.join(Math.max(1, (end - System.nanoTime()) / 1_000_000));
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        try {
            for (List<Event> events = next(); events != null; events = next()) {
                Batch batch = new Batch(clock.instant(), lastNo, () -> ++lastNo);
                if (events.isEmpty()) {
                    engine.tick(batch);
                }
                for (Event event : events) {
                    event.apply(batch);
                }
                engine.fill(batch);
                if (!commit(batch)) {
                    break;
                }
                after(batch);
            }
        } catch (RuntimeException | Error e) {
            engine.broken(
                    e instanceof RuntimeException failure ? failure : new IllegalStateException("the writer died", e));
            if (e instanceof Error error) {
                throw error;
            }
        } finally {
            synchronized (queue) {
                stopped = true;
                queue.clear();
            }
        }
    }

    /** What to apply in one transaction; empty if time has passed, null at the end. */
    private @Nullable List<Event> next() {
        List<Event> events = new ArrayList<>();
        synchronized (queue) {
            long patience = engine.patience();
            long end = System.nanoTime() + patience * 1_000_000;
            while (queue.isEmpty() && !stopping) {
                long left = patience == 0 ? 0 : (end - System.nanoTime()) / 1_000_000;
                if (patience != 0 && left <= 0) {
                    return events;
                }
                try {
                    queue.wait(left);
                } catch (InterruptedException e) {
                    LOG.log(Level.WARNING, "The DAG engine's writer was interrupted by a stranger and goes on");
                }
            }
            if (queue.isEmpty()) {
                return null;
            }
            while (!queue.isEmpty() && events.size() < GROUP) {
                if (queue.peek().alone() && !events.isEmpty()) {
                    break;
                }
                Queued queued = queue.remove();
                events.add(queued.event());
                if (queued.alone()) {
                    break;
                }
            }
        }
        return events;
    }

    /** Commits, however long it takes; false if it never will. */
    private boolean commit(Batch batch) {
        if (!batch.writes()) {
            return true;
        }
        long pause = FIRST_PAUSE;
        while (true) {
            try {
                store.commit(batch);
                if (batch.tracks()) {
                    committed.accept(lastNo);
                }
                return true;
            } catch (RuntimeException e) {
                boolean again = e instanceof MlcoreException failure && failure.retryable();
                if (again && pause == FIRST_PAUSE) {
                    tell(new DagEvent(
                            "", "", Instance.UNMAPPED, 0, "STORE_FAILING", String.valueOf(e.getMessage()), batch.now));
                }
                if (!again || !pause(pause)) {
                    engine.broken(e);
                    return false;
                }
                pause = Math.min(pause * 2, LONGEST_PAUSE);
            }
        }
    }

    /** Waits before the next try; false if the engine is being closed. */
    private boolean pause(long millis) {
        long end = System.nanoTime() + millis * 1_000_000;
        synchronized (queue) {
            for (long left = millis; left > 0 && !stopping; left = (end - System.nanoTime()) / 1_000_000) {
                try {
                    queue.wait(left);
                } catch (InterruptedException e) {
                    return false;
                }
            }
            return !stopping;
        }
    }

    private void after(Batch batch) {
        batch.events.forEach(this::tell);
        batch.release.forEach(Loop::quietly);
        batch.done.forEach(Loop::quietly);
    }

    private void tell(DagEvent event) {
        for (DagListener listener : listeners) {
            quietly(listener, event);
        }
    }

    private static void quietly(DagListener listener, DagEvent event) {
        try {
            listener.on(event);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "A DAG listener threw; the run goes on", e);
        }
    }

    private static void quietly(Runnable step) {
        try {
            step.run();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "A step after a commit failed; the run goes on", e);
        }
    }
}
