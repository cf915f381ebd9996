package dev.mlcore.dag.internal;

import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.internal.tracking.RunCommandJson;
import dev.mlcore.api.tracking.RunCommand;
import java.lang.ref.SoftReference;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Decides which body is let go when: as many at once as there are slots, first come, first served, those that hold devices before others. Everything here is
 * the writer thread's, except what is said to be posted to it.
 */
final class Dispatcher {
    /** How long a cancelled run waits for its bodies. */
    static final Duration CANCEL_GRACE = Duration.ofSeconds(10);

    private static final long OUTBOX_LIMIT = 1L << 30;

    private final DevicePool devices;
    private final Path workRoot;
    private final Consumer<Loop.Event> post;
    private final AtomicLong outboxBytes;
    private final Deque<Instance> ready = new ArrayDeque<>();
    private final Map<Instance, CompletableFuture<DeviceLease>> asked = new HashMap<>();
    private final Set<Attempt> running = new LinkedHashSet<>();
    private final Set<RunState> cancelling = new HashSet<>();
    private final Set<Attempt> late = new HashSet<>();
    private final CompletableFuture<@Nullable Void> idle = new CompletableFuture<>();
    private @Nullable Workers workers;
    private int free;
    private boolean closing;
    private boolean dropping;

    Dispatcher(DevicePool devices, Path workRoot, Consumer<Loop.Event> post, AtomicLong outboxBytes) {
        this.devices = devices;
        this.workRoot = workRoot;
        this.post = post;
        this.outboxBytes = outboxBytes;
    }

    /** Once, before the loop starts. */
    void serve(Workers pool) {
        workers = pool;
        free = pool.slots();
    }

    /** Starts what may start. */
    void fill(Batch batch) {
        for (Instance instance : batch.ready) {
            if (closing || !startable(instance)) {
                continue; // a request made now would be granted to nobody
            }
            if (instance.task.node.device().isPresent()) {
                ask(instance);
            } else {
                ready.add(instance);
            }
        }
        batch.ready.clear();
        while (!closing && free > 0 && !ready.isEmpty()) {
            Instance instance = ready.remove();
            if (startable(instance)) {
                start(instance, batch);
            } else {
                giveBack(instance);
            }
        }
    }

    private static boolean startable(Instance instance) {
        return instance.state == TaskState.READY && instance.run.goesOn();
    }

    private void start(Instance instance, Batch batch) {
        free--;
        synchronized (instance.run) {
            instance.run.start(instance, batch);
        }
        Attempt attempt = attempt(instance, batch.now);
        instance.running = attempt;
        instance.lease = null;
        running.add(attempt);
        batch.release.add(() -> pool().run(attempt));
    }

    private Attempt attempt(Instance instance, Instant now) {
        String task = instance.task.node.id();
        Path workDir = workRoot.resolve(instance.run.id())
                .resolve(task)
                .resolve(instance.path)
                .resolve(Integer.toString(instance.attempt));
        Attempt[] self = new Attempt[1];
        AttemptLog log = new AttemptLog(() -> post.accept(batch -> take(self[0], batch)), lateStart(instance, now));
        self[0] = new Attempt(instance, log, instance.lease, workDir);
        return self[0];
    }

    /** Of an instance beyond those that are nested runs in any case. */
    private static Optional<RunCommand.Start> lateStart(Instance instance, Instant now) {
        if (instance.index() < Commands.NESTED_RUNS && !instance.task.node.synthetic()) {
            return Optional.empty();
        }
        return Optional.of(Commands.start(new Rows.Item.Started(
                0,
                instance.run.id(),
                instance.run.row.dagId(),
                instance.task.node.id(),
                instance.path,
                instance.attempt,
                now)));
    }

    private void ask(Instance instance) {
        if (instance.leaseAsked) {
            return;
        }
        instance.leaseAsked = true;
        String owner = instance.run.row.dagId() + "/" + instance.display() + "#" + (instance.attempt + 1);
        CompletableFuture<DeviceLease> future = request(instance, owner);
        asked.put(instance, future);
        CompletableFuture<DeviceLease> unused = future.whenComplete(
                (lease, failure) -> post.accept(batch -> granted(instance, future, lease, failure, batch)));
    }

    private CompletableFuture<DeviceLease> request(Instance instance, String owner) {
        try {
            return devices.request(instance.task.node.device().orElseThrow(), owner);
        } catch (RuntimeException e) {
            return CompletableFuture.failedFuture(e); // a pool that is closed, for example
        }
    }

    private void granted(
            Instance instance,
            CompletableFuture<DeviceLease> future,
            @Nullable DeviceLease lease,
            @Nullable Throwable failure,
            Batch batch) {
        asked.remove(instance, future);
        boolean wanted = startable(instance) && !closing;
        if (lease != null) {
            instance.lease = lease;
            if (wanted) {
                ready.addFirst(instance);
            } else {
                giveBack(instance);
            }
        } else if (wanted && failure != null) {
            Throwable cause =
                    failure instanceof CompletionException && failure.getCause() != null ? failure.getCause() : failure;
            synchronized (instance.run) {
                instance.run.start(instance, batch); // an attempt of its own, that no body entered
                instance.run.attemptFailed(instance, Failure.of(cause), batch);
            }
        }
    }

    private static void giveBack(Instance instance) {
        DeviceLease lease = instance.lease;
        if (lease != null) {
            instance.lease = null;
            lease.close();
        }
    }

    /** Queued by a worker: a body is over. */
    void ended(Attempt attempt, Outcome outcome) {
        post.accept(batch -> ended(attempt, outcome, batch));
    }

    private void ended(Attempt attempt, Outcome outcome, Batch batch) {
        free++;
        running.remove(attempt);
        take(attempt, batch);
        late.remove(attempt);
        batch.done.add(() -> WorkDirs.remove(attempt.workDir));
        if (closing && running.isEmpty()) {
            batch.done.add(() -> idle.complete(null));
        }
        Instance instance = attempt.instance;
        RunState run = instance.run;
        synchronized (run) {
            if (instance.running != attempt) {
                return; // the run was cancelled and no longer waited for it
            }
            if (run.phase == Rows.Phase.CANCELLING) {
                run.attemptCancelled(instance, batch);
            } else if (outcome instanceof Outcome.Success success) {
                run.succeed(instance, success, batch);
                if (success.shareable() && success.result() != null) {
                    instance.shared = new SoftReference<>(success.result());
                }
            } else if (closing && attempt.interrupted()) {
                run.takenBack(instance, batch);
            } else if (outcome instanceof Outcome.Threw threw) {
                run.attemptFailed(instance, threw.failure(), batch);
            } else {
                run.attemptFailed(instance, Failure.of(new IllegalStateException("the body was not entered")), batch);
            }
        }
    }

    /** Takes what an attempt logged into the batch. */
    void take(Attempt attempt, Batch batch) {
        RunState run = attempt.instance.run;
        List<RunCommand> commands = attempt.log.take();
        if (commands.isEmpty() || !run.row.tracked()) {
            return;
        }
        if (attempt.log.late() && late.add(attempt)) {
            batch.late.add(attempt.startNo);
        }
        String task = attempt.instance.task.node.id();
        for (RunCommand command : commands) {
            if (outboxBytes.get() > OUTBOX_LIMIT && !(command instanceof RunCommand.Start)) {
                if (!dropping) {
                    dropping = true;
                    batch.event(
                            run.id(),
                            task,
                            attempt.instance.path,
                            attempt.number,
                            "TRACKING_DROPPED",
                            "more than " + OUTBOX_LIMIT
                                    + " bytes wait for the tracker; what tasks log is dropped until it is back");
                }
                continue;
            }
            dropping = false;
            String json = RunCommandJson.encode(command);
            outboxBytes.addAndGet(json.length());
            batch.outbox.add(
                    new Rows.OutboxRow(batch.nextNo(), run.id(), task, attempt.instance.path, attempt.number, json));
        }
    }

    /** Cancels a run: nothing more starts, bodies are interrupted. */
    void cancel(RunState run, Batch batch) {
        if (run.phase != Rows.Phase.RUNNING) {
            return;
        }
        List<Instance> interrupted;
        synchronized (run) {
            interrupted = run.running();
            run.cancelDeadline = System.nanoTime() + CANCEL_GRACE.toNanos();
            run.cancel(batch);
        }
        for (Map.Entry<Instance, CompletableFuture<DeviceLease>> entry : List.copyOf(asked.entrySet())) {
            if (entry.getKey().run == run) {
                entry.getValue().cancel(false);
            }
        }
        if (!run.phase.terminal()) {
            cancelling.add(run);
            batch.release.add(() -> interrupted.forEach(instance -> {
                Attempt attempt = instance.running;
                if (attempt != null) {
                    attempt.interrupt();
                }
            }));
        }
    }

    /** How long until a cancelled run is no longer waited for, in milliseconds; 0 if there is none. */
    long patience() {
        cancelling.removeIf(run -> run.phase.terminal());
        long least = 0;
        for (RunState run : cancelling) {
            Long deadline = run.cancelDeadline;
            long left = deadline == null ? 1 : Math.max(1, (deadline - System.nanoTime()) / 1_000_000);
            least = least == 0 ? left : Math.min(least, left);
        }
        return least;
    }

    void tick(Batch batch) {
        for (RunState run : List.copyOf(cancelling)) {
            Long deadline = run.cancelDeadline;
            if (deadline != null && deadline - System.nanoTime() <= 0) {
                synchronized (run) {
                    for (Instance instance : run.running()) {
                        run.attemptCancelled(instance, batch);
                    }
                }
            }
        }
    }

    /** Nothing is going to be committed any more: bodies need not go on. */
    void abandon() {
        closing = true;
        List.copyOf(asked.values()).forEach(future -> future.cancel(false));
        ready.forEach(Dispatcher::giveBack);
        ready.clear();
        running.forEach(Attempt::interrupt);
        running.forEach(attempt -> attempt.log.close()); // nobody takes from it any more
    }

    /** Lets nothing more start and interrupts bodies; the future completes when the last one is over and its end committed. */
    CompletableFuture<@Nullable Void> close() {
        post.accept(batch -> {
            closing = true;
            new ArrayList<>(asked.values()).forEach(future -> future.cancel(false));
            ready.forEach(Dispatcher::giveBack);
            ready.clear();
            running.forEach(Attempt::interrupt);
            if (running.isEmpty()) {
                batch.done.add(() -> idle.complete(null));
            }
        });
        return idle;
    }

    private Workers pool() {
        if (workers == null) {
            throw new IllegalStateException("no workers");
        }
        return workers;
    }
}
