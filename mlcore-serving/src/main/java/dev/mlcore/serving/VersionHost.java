package dev.mlcore.serving;

import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.model.ModelSignature;
import dev.mlcore.serving.backend.LoadedModel;
import dev.mlcore.serving.backend.Slot;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;

/**
 * A loaded version. Whoever runs it holds it ({@link #enter}); closing lets nobody in, waits for those inside, and only then frees what the backend made. If they do
 * not come out, even after they were told to stop, nothing is freed until they do: a leak is better than a crash.
 */
final class VersionHost implements ServedVersion {
    private static final System.Logger LOG = System.getLogger(VersionHost.class.getName());
    private static final Duration LONGEST_STOP = Duration.ofSeconds(10);

    private final String model;
    private final String version;
    private final Optional<String> runId;
    private final Optional<ModelSignature> signature;
    private final LoadedModel loaded;
    private final Optional<DeviceLease> lease;
    private final List<Place> inputPlaces;
    private final List<Place> outputPlaces;
    private final TensorCheck check;
    private final Instances instances;
    private final Users users = new Users();
    private final CountDownLatch closed = new CountDownLatch(1);
    private boolean closeBegun; // guarded by this
    private volatile State state = State.LOADING;

    /** Takes over the loaded model and the lease; if this fails, they are still the caller's. */
    VersionHost(
            String model,
            String version,
            Optional<String> runId,
            Optional<ModelSignature> signature,
            LoadedModel loaded,
            Optional<DeviceLease> lease,
            int instances) {
        this.model = model;
        this.version = version;
        this.runId = runId;
        this.signature = signature;
        this.loaded = loaded;
        this.lease = lease;
        String title = model + " version " + version;
        this.inputPlaces = Columns.inputs(title, loaded.inputs(), signature);
        this.outputPlaces = Columns.outputs(title, loaded.outputs(), signature);
        this.check = new TensorCheck(title, loaded.inputs());
        this.instances = new Instances(title, loaded, instances);
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public State state() {
        return state;
    }

    void state(State now) {
        state = now;
    }

    @Override
    public String platform() {
        return loaded.platform();
    }

    @Override
    public Optional<String> runId() {
        return runId;
    }

    @Override
    public Optional<ModelSignature> signature() {
        return signature;
    }

    @Override
    public List<TensorSpec> inputs() {
        return loaded.inputs();
    }

    @Override
    public List<TensorSpec> outputs() {
        return loaded.outputs();
    }

    List<Place> inputPlaces() {
        return inputPlaces;
    }

    List<Place> outputPlaces() {
        return outputPlaces;
    }

    @Override
    public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
        return prediction(inputs, Call.of()).value();
    }

    @Override
    public Prediction<Map<String, Tensor>> prediction(Map<String, Tensor> inputs, Call call) {
        if (!enter()) {
            throw unavailable();
        }
        try {
            return answer(inputs, Deadline.of(call));
        } finally {
            leave();
        }
    }

    /** The same for one who holds it. */
    Prediction<Map<String, Tensor>> answer(Map<String, Tensor> inputs, Deadline deadline) {
        TensorCheck.Checked checked = check.check(inputs);
        Timing timing = new Timing();
        Map<String, Tensor> outputs =
                run(checked.shapes(), checked::write, slot -> Tensors.read(slot, loaded.outputs()), deadline, timing);
        return timing.answer(outputs, model, version, runId, checked.rows());
    }

    /** One run. The caller holds the version. */
    <R> R run(long[][] shapes, Consumer<Slot> write, Function<Slot, R> read, Deadline deadline, Timing timing) {
        return instances.run(shapes, write, read, deadline, timing);
    }

    boolean enter() {
        return users.enter();
    }

    void leave() {
        users.leave();
    }

    /** Whether somebody holds it. */
    boolean inUse() {
        return users.count() > 0;
    }

    private UnavailableException unavailable() {
        return new UnavailableException("Cannot call model " + model + " version " + version + ": it "
                + (state == State.CLOSED ? "was" : "is being")
                + " closed (expected: a served version; serve the model again)");
    }

    /** Refuses new calls from now on; {@link #close} does the rest. */
    void beginClose() {
        if (users.close()) {
            state = State.DRAINING;
        }
    }

    /** Waits until it is freed; the first to come frees it. Bounded by the limit and {@link #LONGEST_STOP}. */
    void close(Duration drain) {
        boolean first;
        synchronized (this) {
            first = !closeBegun;
            closeBegun = true;
        }
        boolean interrupted = false;
        if (!first) {
            interrupted = awaitClosed(drain);
        } else {
            beginClose();
            interrupted = drainAndFree(drain);
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    @SuppressWarnings("ResultOfMethodCallIgnored") // the closer has the same limit and has logged it
    private boolean awaitClosed(Duration drain) {
        try {
            closed.await(drain.plus(LONGEST_STOP).toNanos(), TimeUnit.NANOSECONDS);
            return false;
        } catch (InterruptedException e) {
            return true;
        }
    }

    /** Whether the thread was interrupted, which ends the waiting at once, not the freeing. */
    private boolean drainAndFree(Duration drain) {
        boolean interrupted = false;
        boolean idle = false;
        try {
            idle = users.awaitIdle(drain.toNanos());
        } catch (InterruptedException e) {
            interrupted = true;
        }
        if (!idle) {
            instances.stop();
            try {
                idle = users.awaitIdle(stopLimit(drain).toNanos());
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (idle) {
            free();
        } else {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "Model {0} version {1} still runs {2} after it was told to stop; its memory is kept until it ends",
                    model,
                    version,
                    stopLimit(drain));
            Thread later = new Thread(this::freeLater, "mlcore-serving-free");
            later.setDaemon(true);
            later.start();
        }
        state = State.CLOSED;
        closed.countDown();
        return interrupted;
    }

    private static Duration stopLimit(Duration drain) {
        Duration least = Duration.ofSeconds(1);
        return drain.compareTo(LONGEST_STOP) > 0 ? LONGEST_STOP : drain.compareTo(least) < 0 ? least : drain;
    }

    private void freeLater() {
        try {
            users.awaitIdle();
            free();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // nobody does that; the memory stays
        }
    }

    private void free() {
        try {
            instances.close();
            loaded.release();
        } catch (RuntimeException e) {
            LOG.log(System.Logger.Level.WARNING, "Model " + model + " version " + version + " was not freed whole", e);
        } finally {
            lease.ifPresent(DeviceLease::close);
        }
    }
}
