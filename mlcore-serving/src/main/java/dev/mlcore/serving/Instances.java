package dev.mlcore.serving;

import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.serving.backend.LoadedModel;
import dev.mlcore.serving.backend.Slot;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The places in which one version runs, each with memory that is used again. Taken and given back by callers; freed when the version is idle. */
final class Instances {
    /** Above this many elements, a slot is freed after its run in place of being kept. */
    private static final long LARGEST_KEPT = 1L << 22;

    private static final long TICK_NANOS = TimeUnit.MILLISECONDS.toNanos(50);

    private final String model;
    private final LoadedModel loaded;
    private final Instance[] all;
    private final BlockingQueue<Instance> free;
    private volatile boolean stopped;

    Instances(String model, LoadedModel loaded, int count) {
        this.model = model;
        this.loaded = loaded;
        all = new Instance[count];
        free = new ArrayBlockingQueue<>(count);
        for (int i = 0; i < count; i++) {
            all[i] = new Instance();
            free.add(all[i]);
        }
    }

    <R> R run(long[][] shapes, Consumer<Slot> write, Function<Slot, R> read, Deadline deadline, Timing timing) {
        long asked = System.nanoTime();
        Instance instance = take(deadline);
        try {
            deadline.check(model);
            Slot slot = instance.slot(loaded, shapes);
            write.accept(slot);
            long started = System.nanoTime();
            timing.queued(started - asked);
            if (stopped) {
                throw cancelled(null);
            }
            slot.run(shapes);
            timing.computed(System.nanoTime() - started);
            return read.apply(slot);
        } finally {
            instance.done();
            free.add(instance);
        }
    }

    private Instance take(Deadline deadline) {
        Instance instance = free.poll();
        while (instance == null) {
            if (stopped) {
                throw cancelled(null);
            }
            long left = deadline.left();
            if (left <= 0) {
                throw deadline.expired(model);
            }
            try {
                instance = free.poll(Math.min(left, TICK_NANOS), TimeUnit.NANOSECONDS);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw cancelled(e);
            }
        }
        return instance;
    }

    private OperationCancelledException cancelled(@Nullable InterruptedException e) {
        return new OperationCancelledException(
                "Cannot run model " + model + ": "
                        + (e == null
                                ? "it is being closed"
                                : "the thread was interrupted while it waited for an instance"),
                e);
    }

    /** Stops what runs and fails what waits. */
    void stop() {
        stopped = true;
        for (Instance instance : all) {
            instance.cancel();
        }
    }

    /** Frees all slots; nobody may be using one. */
    void close() {
        for (Instance instance : all) {
            instance.close();
        }
    }

    /** One run at a time. Its slot is touched by the thread that took it, and by {@link #stop}. */
    private static final class Instance {
        private volatile @Nullable Slot slot;
        private long[] capacity = new long[0];

        Slot slot(LoadedModel loaded, long[][] shapes) {
            Slot kept = slot;
            if (kept != null && holds(shapes)) {
                return kept;
            }
            long[] wanted = new long[shapes.length];
            for (int i = 0; i < wanted.length; i++) {
                wanted[i] = Math.max(elements(shapes[i]), i < capacity.length ? capacity[i] : 1);
            }
            close();
            Slot made = loaded.slot(wanted);
            capacity = wanted;
            slot = made;
            return made;
        }

        private boolean holds(long[][] shapes) {
            for (int i = 0; i < shapes.length; i++) {
                if (elements(shapes[i]) > capacity[i]) {
                    return false;
                }
            }
            return true;
        }

        void done() {
            for (long elements : capacity) {
                if (elements > LARGEST_KEPT) {
                    close();
                    return;
                }
            }
        }

        void cancel() {
            Slot running = slot;
            if (running != null) {
                running.cancel();
            }
        }

        void close() {
            Slot old = slot;
            slot = null;
            capacity = new long[0];
            if (old != null) {
                old.close();
            }
        }

        private static long elements(long @Nullable [] shape) {
            long product = 1;
            if (shape == null) {
                return 0;
            }
            for (long size : shape) {
                product *= size; // checked when the call was
            }
            return product;
        }
    }
}
