package dev.mlcore.dag.internal;

import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.dag.Fn0;
import dev.mlcore.dag.TaskContext;
import dev.mlcore.dag.TaskInterceptor;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BiConsumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Runs bodies: on the application's executor, or on daemon threads of its own. */
final class Workers implements AutoCloseable {
    /** How many bodies at once an executor of the application's is handed, which alone knows how many threads it has. */
    private static final int FOREIGN_SLOTS = 1024;

    private static final System.Logger LOG = System.getLogger(Workers.class.getName());

    private final Executor executor;
    private final @Nullable ExecutorService own;
    private final int slots;
    private final Inputs inputs;
    private final StoredValues values;
    private final List<TaskInterceptor> interceptors;
    private final Graph.Bodies bodies;
    private final Function<Attempt, BodyContext> contexts;
    private final BiConsumer<Attempt, Outcome> ended;

    Workers(
            @Nullable Executor executor,
            Inputs inputs,
            StoredValues values,
            List<TaskInterceptor> interceptors,
            Graph.Bodies bodies,
            Function<Attempt, BodyContext> contexts,
            BiConsumer<Attempt, Outcome> ended) {
        this.inputs = inputs;
        this.values = values;
        this.interceptors = interceptors;
        this.bodies = bodies;
        this.contexts = contexts;
        this.ended = ended;
        if (executor != null) {
            this.executor = executor;
            this.own = null;
            this.slots = FOREIGN_SLOTS;
        } else {
            this.slots = Math.max(4, Runtime.getRuntime().availableProcessors());
            AtomicInteger count = new AtomicInteger();
            this.own = Executors.newFixedThreadPool(slots, body -> {
                Thread thread = new Thread(body, "mlcore-dag-worker-" + count.incrementAndGet());
                thread.setDaemon(true);
                return thread;
            });
            this.executor = own;
        }
    }

    int slots() {
        return slots;
    }

    /** Lets a body go. */
    void run(Attempt attempt) {
        Thread writer = Thread.currentThread();
        try {
            executor.execute(() -> ended.accept(
                    attempt,
                    Thread.currentThread() == writer
                            ? refused(
                                    attempt,
                                    new IllegalStateException(
                                            "Cannot run a body on the engine's own thread, which would wait"
                                                    + " for itself (expected: an executor with threads of its own)"))
                            : outcome(attempt)));
        } catch (RuntimeException e) { // above all RejectedExecutionException
            ended.accept(attempt, refused(attempt, e));
        }
    }

    private static Outcome refused(Attempt attempt, RuntimeException e) {
        release(attempt); // its lease, above all
        return new Outcome.Threw(Failure.of(e));
    }

    private Outcome outcome(Attempt attempt) {
        if (!attempt.enter()) {
            release(attempt);
            return new Outcome.NotEntered();
        }
        try {
            @Nullable Object result = body(attempt);
            attempt.leave();
            Instance instance = attempt.instance;
            Rows.Stored stored = values.store(
                    result,
                    "dag/values/" + instance.run.id() + "/" + instance.task.node.id() + "/" + instance.path + "/"
                            + attempt.number,
                    attempt.workDir);
            return new Outcome.Success(
                    stored,
                    result,
                    result != null && values.shareable(result),
                    instance.run.sizes(instance.task, result));
        } catch (Throwable e) { // an attempt that ran out of memory has failed, too
            return new Outcome.Threw(Failure.of(e));
        } finally {
            attempt.leave();
            release(attempt);
        }
    }

    private @Nullable Object body(Attempt attempt) throws Exception {
        Graph.TaskNode node = attempt.instance.task.node;
        @Nullable Object[] arguments = inputs.of(attempt.instance);
        BodyContext context = contexts.apply(attempt);
        Fn0<@Nullable Object> body = () -> node.body().run(arguments, context, bodies);
        for (int i = node.synthetic() ? -1 : interceptors.size() - 1; i >= 0; i--) {
            body = around(interceptors.get(i), context, body);
        }
        return body.apply();
    }

    private static Fn0<@Nullable Object> around(
            TaskInterceptor interceptor, TaskContext context, Fn0<@Nullable Object> body) {
        return () -> interceptor.around(context, body);
    }

    private static void release(Attempt attempt) {
        attempt.log.close();
        try {
            attempt.afterwards();
        } catch (RuntimeException e) {
            LOG.log(
                    Level.WARNING,
                    "Cannot close the tracked run of " + attempt.instance.display() + "; its end is told by the engine",
                    e);
        }
        DeviceLease lease = attempt.lease;
        if (lease != null) {
            try {
                lease.close();
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "Cannot give back the devices of " + attempt.instance.display(), e);
            }
        }
    }

    /** Ends threads of our own; what still runs on them was interrupted before. */
    @Override
    public void close() {
        if (own != null) {
            own.shutdownNow();
        }
    }
}
