package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hashing;
import dev.mlcore.api.ConflictException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.artifact.ArtifactStore;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.api.tracking.Tracker;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.internal.Rows.Phase;
import dev.mlcore.dag.internal.Rows.RunRow;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The engine: puts store, writer, workers and pump together, and keeps the runs that go on. */
final class Engine implements DagEngine, Loop.Engine, BodyContext.Lent {
    private static final Duration BODIES = Duration.ofSeconds(10);
    private static final Duration TRACKING = Duration.ofSeconds(5);

    private final EngineSetup setup;
    private final EngineLock lock;
    private final DagStore store;
    private final Inputs inputs;
    private final StoredValues values;
    private final Loop loop;
    private final Dispatcher dispatcher;
    private final Workers workers;
    private final @Nullable TrackingPump pump;
    private final Supplier<ArtifactStore> artifacts;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final AtomicLong outboxBytes;
    private final Map<String, RunState> live = new ConcurrentHashMap<>(); // changed by the writer thread alone
    private final Set<CompletableFuture<?>> waiting = ConcurrentHashMap.newKeySet();
    private final Map<List<String>, GraphDag> known = new ConcurrentHashMap<>();
    private final Map<String, Object> resources = new LinkedHashMap<>(); // guarded by itself
    private volatile @Nullable RuntimeException failure;
    private long lastRunNo; // of the writer thread

    private Engine(EngineSetup setup, EngineLock lock, DagStore store) {
        this.setup = setup;
        this.lock = lock;
        this.store = store;
        this.artifacts = setup.artifacts();
        this.values = new StoredValues(new ValueCodec(setup.app().codecs(), loader()), artifacts);
        this.inputs = new Inputs(store, values);
        this.outboxBytes = new AtomicLong(store.outboxBytes());
        this.lastRunNo = store.lastRunNo();
        Tracker tracker = setup.tracker();
        this.pump = tracker == null
                ? null
                : new TrackingPump(store, tracker.sink(), this::refused, outboxBytes, store.lastNo());
        this.dispatcher = new Dispatcher(setup.devices(), setup.home().resolve("work"), this::post, outboxBytes);
        this.workers = new Workers(
                setup.executor(),
                inputs,
                values,
                setup.app().interceptors(),
                setup.app().factory()::create,
                this::context,
                dispatcher::ended);
        dispatcher.serve(workers);
        this.loop = new Loop(store, setup.clock(), setup.listeners(), this, no -> {
            if (pump != null) {
                pump.committed(no);
            }
        });
        setup.app().dags().forEach(dag -> known.put(List.of(dag.id(), dag.hash()), dag));
    }

    /** Opens the store, records what an earlier process left half done, and takes up the runs whose DAGs are known. */
    static Engine open(EngineSetup setup) {
        EngineLock lock = EngineLock.take(setup.file());
        DagStore store = null;
        Engine engine = null;
        boolean opened = false;
        try {
            store = DagStore.open(setup.file());
            WorkDirs.remove(setup.home().resolve("work")); // of attempts that no process goes on with
            engine = new Engine(setup, lock, store);
            engine.loop.start();
            if (engine.pump != null) {
                engine.pump.start();
            }
            engine.recover();
            opened = true;
            return engine;
        } finally {
            if (!opened) {
                if (engine != null) {
                    engine.close();
                } else {
                    if (store != null) {
                        store.close();
                    }
                    setup.closeOwned();
                    lock.close();
                }
            }
        }
    }

    private static ClassLoader loader() {
        ClassLoader loader = Thread.currentThread().getContextClassLoader();
        return loader == null ? Engine.class.getClassLoader() : loader;
    }

    private void recover() {
        Boolean done = onWriter(batch -> {
            for (Rows.OpenAttempt open : store.openAttempts()) {
                Recovery.lost(open, store, batch);
            }
            return true;
        });
        requireNonNull(done);
        for (RunRow row : store.openRuns()) {
            GraphDag dag = known.get(List.of(row.dagId(), row.hash()));
            if (dag != null) {
                try {
                    onWriter(batch -> takeUp(row, dag, batch));
                } catch (RuntimeException e) { // one run that cannot be read keeps no other from going on
                    loop.post(batch -> batch.event(
                            row.id(), "", Instance.UNMAPPED, 0, "NOT_RESUMED", String.valueOf(e.getMessage())));
                }
            }
        }
    }

    // ---- runs ----

    @Override
    public DagRun submit(Dag dag) {
        return submit(dag, values -> {});
    }

    @Override
    public DagRun submit(Dag dag, Consumer<Values> params) {
        return submit((GraphDag) requireNonNull(dag, "dag"), requireNonNull(params, "params"), false);
    }

    @Override
    public DagRun submitOrResume(Dag dag, Consumer<Values> params) {
        return submit((GraphDag) requireNonNull(dag, "dag"), requireNonNull(params, "params"), true);
    }

    private DagRun submit(GraphDag dag, Consumer<Values> fill, boolean resume) {
        RunParams params = new RunParams(dag);
        fill.accept(params);
        List<Object> checked = params.checked();
        List<Rows.ParamRow> rows = params.rows(values, checked);
        String hash = RunParams.hash(rows);
        known.putIfAbsent(List.of(dag.id(), dag.hash()), dag);
        return new RunHandle(this, dag, onWriter(batch -> {
            Optional<RunRow> found = params.key() != null
                    ? store.runByKey(dag.id(), params.key())
                    : resume ? store.openRun(dag.id(), hash) : Optional.empty();
            if (found.isPresent()) {
                return goOn(found.get(), dag, hash, batch);
            }
            return begin(dag, rows, checked, hash, params, batch);
        }));
    }

    private RunState begin(
            GraphDag dag, List<Rows.ParamRow> rows, List<Object> checked, String hash, RunParams params, Batch batch) {
        long no = ++lastRunNo;
        RunRow row = new RunRow(
                no,
                newId(no, batch),
                dag.id(),
                dag.hash(),
                dag.graph().fingerprint(),
                rows,
                hash,
                params.key(),
                params.parent(),
                setup.tracker() != null,
                Phase.RUNNING,
                null,
                batch.now);
        RunState run = new RunState(row, dag.graph(), inputs);
        batch.runs.add(row);
        if (row.tracked()) {
            Recovery.tracked(row, checked, batch);
        }
        batch.event(row.id(), "", Instance.UNMAPPED, 0, "RUNNING", "");
        synchronized (run) {
            run.begin(batch);
        }
        keep(run);
        return run;
    }

    private String newId(long no, Batch batch) {
        return Hashing.sha256()
                .hashString(no + " " + setup.ids().get() + " " + batch.now, StandardCharsets.UTF_8)
                .toString()
                .substring(0, 32);
    }

    private RunState goOn(RunRow row, GraphDag dag, String paramsHash, Batch batch) {
        if (!row.paramsHash().equals(paramsHash)) {
            throw new ConflictException("Cannot submit DAG '" + dag.id() + "' under key '" + row.key() + "': run "
                    + row.id() + " of that key has other parameters (expected: the same); use another key");
        }
        if (!row.hash().equals(dag.hash()) && !row.phase().terminal()) {
            throw new ConflictException(
                    "Cannot go on with DAG run " + row.id() + " of '" + dag.id() + "': it was started with hash "
                            + row.hash() + ", this DAG has " + dag.hash()
                            + " (expected: the same tasks and edges); finish it with the program that started it, or cancel it: engine.run(\""
                            + row.id() + "\").cancel()");
        }
        RunState run = live.get(row.id());
        return run != null ? run : takeUp(row, dag, batch);
    }

    /** Brings a run of the store into memory and lets it go on. */
    private RunState takeUp(RunRow row, GraphDag dag, Batch batch) {
        RunState run = new RunState(row, dag.graph(), inputs);
        synchronized (run) {
            if (row.phase().terminal()) {
                if (row.hash().equals(dag.hash())) {
                    run.restore(store.instances(row.no()), batch);
                }
                batch.ready.clear();
                run.complete();
                return run;
            }
            if (!row.fingerprint().equals(dag.graph().fingerprint())) {
                batch.runChanges.add(
                        new Rows.RunChange(row.no(), row.phase(), dag.graph().fingerprint(), null, null));
                batch.event(
                        row.id(),
                        "",
                        Instance.UNMAPPED,
                        0,
                        "CODE_CHANGED",
                        "same tasks, other code: " + row.fingerprint() + " became "
                                + dag.graph().fingerprint());
            }
            batch.event(row.id(), "", Instance.UNMAPPED, 0, "RUNNING", "RESUMED");
            run.restore(store.instances(row.no()), batch);
            keep(run);
        }
        if (row.phase() == Phase.CANCELLING) {
            run.phase = Phase.RUNNING;
            dispatcher.cancel(run, batch);
        }
        return run;
    }

    private void keep(RunState run) {
        live.put(run.id(), run);
        var unused = run.done.whenComplete((nothing, thrown) -> live.remove(run.id(), run));
    }

    @Override
    public DagRun run(String id) {
        RunState run = live.get(requireNonNull(id, "id"));
        if (run != null) {
            return handle(run);
        }
        RunRow row = store.run(id)
                .orElseThrow(() -> new NotFoundException("Cannot find DAG run '" + id + "' in " + store.file()
                        + " (expected: the id of a run of this store); ids are what DagRun.id() answers"));
        GraphDag dag = known.get(List.of(row.dagId(), row.hash()));
        if (dag == null) {
            return new UnknownDagRun(store, row, () -> cancelUnknown(id));
        }
        return new RunHandle(this, dag, onWriter(batch -> {
            RunState now = live.get(id);
            return now != null ? now : takeUp(store.run(id).orElse(row), dag, batch);
        }));
    }

    private DagRun handle(RunState run) {
        return new RunHandle(this, requireNonNull(known.get(List.of(run.row.dagId(), run.graph.hash()))), run);
    }

    void cancel(RunState run) {
        boolean posted = loop.post(batch -> dispatcher.cancel(run, batch));
        if (!posted && !run.done.isDone()) {
            throw closedFailure("cancel DAG run " + run.id());
        }
    }

    /** Ends a run that has no code here. Its attempts of earlier processes were recorded as lost when the engine was opened. */
    private void cancelUnknown(String id) {
        Boolean done = onWriter(batch -> {
            RunRow row = store.run(id).orElseThrow();
            if (!row.phase().terminal()) {
                String reason = "It was cancelled";
                batch.runChanges.add(new Rows.RunChange(row.no(), Phase.CANCELLED, null, reason, batch.now));
                if (row.tracked()) {
                    batch.outbox(
                            id,
                            "",
                            Instance.UNMAPPED,
                            0,
                            new RunCommand.Status(id, Commands.END_SEQ, batch.now, RunStatus.KILLED));
                }
                batch.event(id, "", Instance.UNMAPPED, 0, Phase.CANCELLED.name(), reason);
            }
            return true;
        });
        requireNonNull(done);
    }

    Inputs inputs() {
        return inputs;
    }

    boolean onWriterThread() {
        return loop.onThread();
    }

    /** Does something on the writer thread, in a transaction of its own, and waits for the commit. */
    @SuppressWarnings("UndefinedEquals") // the set means the very future
    private <T> T onWriter(Function<Batch, T> work) {
        if (loop.onThread()) {
            throw new IllegalStateException(
                    "Cannot submit or look up a DAG run from a DagListener: it holds up the engine's writer; do it on another thread");
        }
        CompletableFuture<T> future = new CompletableFuture<>();
        boolean posted = loop.postAlone(batch -> {
            try {
                T result = work.apply(batch);
                batch.done.add(() -> future.complete(result));
            } catch (RuntimeException e) {
                batch.clear();
                future.completeExceptionally(e);
            }
        });
        waiting.add(future);
        try {
            if (!posted || failure != null) {
                throw closedFailure("reach the DAG engine");
            }
            return future.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                cause.addSuppressed(new IllegalStateException("called here"));
                throw cause;
            }
            throw new IllegalStateException(e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationCancelledException(
                    "Stopped waiting for the DAG engine: interrupted; what was asked may still happen", e);
        } finally {
            waiting.remove(future);
        }
    }

    private RuntimeException closedFailure(String what) {
        RuntimeException broken = failure;
        return broken != null
                ? new UnavailableException("Cannot " + what + ": the store failed: " + broken.getMessage(), broken)
                : new IllegalStateException("Cannot " + what + ": the engine of " + setup.file() + " is closed");
    }

    // ---- what the loop asks ----

    private void post(Loop.Event event) {
        loop.post(event); // after the end nobody hears of it: the store has the truth
    }

    @Override
    public void fill(Batch batch) {
        dispatcher.fill(batch);
    }

    @Override
    public long patience() {
        return dispatcher.patience();
    }

    @Override
    public void tick(Batch batch) {
        dispatcher.tick(batch);
    }

    @Override
    public void broken(RuntimeException thrown) {
        failure = thrown;
        dispatcher.abandon();
        release(thrown);
    }

    /** Lets go of everybody who waits. */
    private void release(RuntimeException thrown) {
        waiting.forEach(future -> future.completeExceptionally(thrown));
        live.values().forEach(run -> run.done.completeExceptionally(thrown));
    }

    private void refused(Rows.Item item, String reason) {
        post(batch -> batch.event(item.runId(), item.task(), item.path(), item.attempt(), "TRACKING_REFUSED", reason));
    }

    // ---- what bodies are lent ----

    private BodyContext context(Attempt attempt) {
        Instance instance = attempt.instance;
        RunState run = instance.run;
        String key = Commands.key(run.id(), instance.task.node.id(), instance.path, 0);
        TaskRun.Drain drain = new TaskRun.Drain() {
            @Override
            public void stored() {
                committed(attempt);
            }

            @Override
            public void told() {
                long no = committed(attempt);
                if (pump != null) {
                    pump.committed(no); // numbers that a refused submit used up are in no row
                    pump.drainTo(no);
                }
            }
        };
        Tracker tracker = setup.tracker();
        String tracked = Commands.attemptRunId(run.id(), instance.task.node.id(), instance.path, attempt.number);
        Run face;
        if (run.row.tracked() && tracker != null) {
            TaskRun taskRun = new TaskRun(tracked, setup.clock(), attempt.log, drain, tracker, key);
            attempt.afterwards(taskRun::release);
            face = taskRun;
        } else {
            face = new NoRun(tracked, setup.clock());
        }
        return new BodyContext(
                attempt,
                key,
                face,
                () -> {
                    ModelRegistry registry = setup.registry();
                    if (registry == null) {
                        throw BodyContext.noRegistry();
                    }
                    return new KeyedRegistry(registry, key, drain::told);
                },
                this);
    }

    /** Waits until what an attempt logged is in the store, and answers how far that is. */
    @SuppressWarnings("UndefinedEquals") // the set means the very future
    private long committed(Attempt attempt) {
        CompletableFuture<Long> future = new CompletableFuture<>();
        waiting.add(future);
        try {
            boolean posted = loop.post(batch -> {
                dispatcher.take(attempt, batch);
                long no = batch.lastNo();
                batch.done.add(() -> future.complete(no));
            });
            if (!posted || failure != null) {
                throw closedFailure("write what the task logged");
            }
            return future.get();
        } catch (ExecutionException e) {
            throw closedFailure("write what the task logged");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new OperationCancelledException("Stopped waiting for what the task logged: interrupted", e);
        } finally {
            waiting.remove(future);
        }
    }

    @Override
    public <T> T resource(String name, Class<T> type) {
        Supplier<?> supplier = setup.app().resources().get(name);
        if (supplier == null) {
            throw new NotFoundException("Cannot find resource '" + name + "' (expected: one of "
                    + setup.app().resources().keySet() + "); name it in the DagApp with resource(\"" + name + "\", …)");
        }
        synchronized (resources) {
            Object resource = resources.get(name);
            if (resource == null) {
                resource = supplier.get();
                resources.put(name, resource);
            }
            return BodyContext.typed(name, resource, type);
        }
    }

    @Override
    public ArtifactStore artifacts() {
        return artifacts.get();
    }

    // ---- the end ----

    @Override
    public void close() {
        if (loop.onThread()) {
            throw new IllegalStateException("Cannot close the DAG engine from a DagListener; do it on another thread");
        }
        if (!closed.compareAndSet(false, true)) {
            return;
        }
        boolean interrupted = false;
        try {
            CompletableFuture<@Nullable Void> idle = dispatcher.close();
            if (failure == null) {
                long end = System.nanoTime() + BODIES.toNanos();
                while (!idle.isDone() && failure == null && System.nanoTime() < end) {
                    try {
                        idle.get(100, TimeUnit.MILLISECONDS);
                    } catch (InterruptedException e) {
                        interrupted = true;
                    } catch (TimeoutException | ExecutionException e) {
                        // looks again whether the store has failed meanwhile
                    }
                }
            }
            loop.stop(BODIES);
            if (pump != null) {
                pump.drain(TRACKING);
                pump.close();
            }
            release(
                    new OperationCancelledException(
                            "The DAG engine of " + setup.file()
                                    + " was closed; the run stays open and goes on when an engine is started again and it is submitted with submitOrResume"));
            workers.close();
        } finally {
            store.close();
            setup.closeOwned();
            lock.close();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
