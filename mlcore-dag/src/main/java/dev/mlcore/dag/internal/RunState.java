package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.TaskFailedException;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.dag.internal.Graph.TaskNode;
import dev.mlcore.dag.internal.Rows.End;
import dev.mlcore.dag.internal.Rows.Phase;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/**
 * A run in memory, and the rules by which it moves: each method takes what happened, changes the state and adds to a {@link Batch} what is to be written, told
 * and done. No input or output happens here but through {@link Lookup}. Changed by the writer thread alone, under this object's monitor.
 */
final class RunState {
    /** How often an instance may be lost to a crash before it is taken for what kills the process. */
    static final int RECOVERIES = 10;

    /** Reads committed values that decide how a run goes on. */
    interface Lookup {
        /** What the decision came to. */
        String label(Instance decision);

        /** Over how many elements a task is mapped. */
        int size(RunState run, TaskNode mapped);
    }

    final Rows.RunRow row;
    final Graph graph;
    final List<RunTask> tasks;
    final CompletableFuture<@Nullable Void> done = new CompletableFuture<>();
    Phase phase;

    @Nullable String error;
    /** What made the first task fail, if it was in this process. */
    @Nullable Throwable cause;
    /** When a cancelled run no longer waits for its bodies; null unless it is being cancelled. */
    @Nullable Long cancelDeadline;

    private final List<List<Integer>> downstream;
    private final Lookup lookup;
    private final Deque<Integer> dirty = new ArrayDeque<>();
    private int openTasks;

    RunState(Rows.RunRow row, Graph graph, Lookup lookup) {
        this.row = row;
        this.graph = graph;
        this.lookup = lookup;
        this.phase = row.phase();
        this.error = row.error();
        List<RunTask> states = new ArrayList<>();
        List<List<Integer>> after = new ArrayList<>();
        for (TaskNode node : graph.tasks()) {
            states.add(new RunTask(node));
            after.add(new ArrayList<>());
            node.upstream().forEach(upstream -> after.get(upstream).add(node.index()));
        }
        this.tasks = List.copyOf(states);
        this.downstream = after;
        this.openTasks = tasks.size();
    }

    String id() {
        return row.id();
    }

    boolean goesOn() {
        return phase == Phase.RUNNING;
    }

    /** A run's first step: what waits for nothing may run. */
    void begin(Batch batch) {
        for (RunTask task : tasks) {
            dirty.add(task.node.index());
        }
        propagate(batch);
    }

    /** Takes up a run where its rows left it. */
    void restore(List<Rows.InstanceRow> rows, Batch batch) {
        List<Instance> poisoned = new ArrayList<>();
        Map<String, Map<String, Rows.InstanceRow>> byTask = new HashMap<>();
        rows.forEach(row ->
                byTask.computeIfAbsent(row.task(), task -> new HashMap<>()).put(row.path(), row));
        for (RunTask task : tasks) {
            Map<String, Rows.InstanceRow> known = byTask.get(task.node.id());
            if (known == null) {
                dirty.add(task.node.index());
                continue;
            }
            boolean one = !task.mapped() || known.containsKey(Instance.UNMAPPED);
            expand(task, one ? -1 : size(task));
            for (Instance instance : task.instances) {
                Rows.InstanceRow row = known.get(instance.path);
                if (row != null) {
                    instance.state = row.state();
                    instance.attempt = row.attempt();
                    instance.failures = row.failures();
                    instance.recoveries = row.recoveries();
                    instance.reason = row.reason();
                }
                if (instance.state.terminal()) {
                    task.count(instance.state);
                } else if (instance.recoveries > RECOVERIES) {
                    poisoned.add(instance);
                } else {
                    batch.ready.add(instance);
                }
            }
            if (task.ended()) {
                openTasks--;
            }
        }
        poisoned.forEach(instance -> poison(instance, batch));
        propagate(batch);
    }

    private void poison(Instance instance, Batch batch) {
        fail(
                instance,
                new Failure(
                        "POISON",
                        "java.lang.IllegalStateException",
                        "the process died " + instance.recoveries + " times while it ran (expected: at most "
                                + RECOVERIES + "); find out whether it is what ends the process",
                        null),
                batch);
    }

    /** An attempt begins; its body is let go after the commit. */
    void start(Instance instance, Batch batch) {
        instance.attempt++;
        instance.state = TaskState.RUNNING;
        instance.reason = null;
        instance.startNo = batch.nextNo();
        batch.starts.add(new Rows.AttemptStart(
                instance.startNo,
                row.no(),
                instance.task.node.id(),
                instance.path,
                instance.attempt,
                row.tracked() && !instance.task.node.synthetic() && instance.index() < Commands.NESTED_RUNS,
                batch.now));
        batch.instance(instance.row());
        event(instance, "RUNNING", "", batch);
    }

    /** Over how many elements of a task's value each task that is mapped over it is run; fails if it is no collection. */
    Map<Integer, Integer> sizes(RunTask task, @Nullable Object value) {
        Map<Integer, Integer> sizes = new HashMap<>();
        for (int index : downstream.get(task.node.index())) {
            TaskNode node = graph.tasks().get(index);
            if (!task.mapped()
                    && node.mapOver().orElse(null) instanceof Graph.Input.OfTask over
                    && over.task() == task.node.index()) {
                sizes.put(index, Inputs.size(value, node));
            }
        }
        return sizes;
    }

    /** An attempt succeeded; its value becomes visible with this very batch. */
    void succeed(Instance instance, Outcome.Success success, Batch batch) {
        RunTask task = instance.task;
        task.label = success.result() instanceof String text ? text : null;
        task.sizes.putAll(success.sizes());
        batch.values.add(new Rows.ValueRow(row.no(), task.node.id(), instance.path, success.value()));
        end(instance, End.SUCCEEDED, "", null, batch);
        event(instance, "SUCCEEDED", "", batch);
        settle(instance, TaskState.SUCCEEDED, null, batch);
        propagate(batch);
    }

    /** An attempt failed: another follows, or the instance has failed. */
    void attemptFailed(Instance instance, Failure failure, Batch batch) {
        instance.failures++;
        boolean again = instance.failures <= instance.task.node.retries();
        end(instance, End.FAILED, again ? "RETRY_APP" : "FAIL_EXHAUSTED", failure, batch);
        if (again) {
            again(instance, "RETRY_APP", batch);
            event(instance, "RETRY", failure.text(), batch);
        } else {
            fail(instance, failure, batch);
        }
    }

    private void fail(Instance instance, Failure failure, Batch batch) {
        if (error == null) {
            error = "Task '" + instance.task.node.id() + "'"
                    + (instance.path.equals(Instance.UNMAPPED) ? "" : " at path " + instance.path) + " failed after "
                    + instance.attempt + (instance.attempt == 1 ? " attempt: " : " attempts: ") + failure.text();
            cause = failure.cause();
            batch.runChanges.add(
                    new Rows.RunChange(row.no(), phase, null, error, null)); // the run may end in another process
        }
        event(instance, "FAILED", failure.text(), batch);
        settle(instance, TaskState.FAILED, failure.reason(), batch);
        propagate(batch);
    }

    /** The engine is being closed and took the attempt back: it spends nothing. */
    void takenBack(Instance instance, Batch batch) {
        end(instance, End.LOST, "ENGINE_CLOSED", null, batch);
        again(instance, "ENGINE_CLOSED", batch);
        event(instance, "LOST", "ENGINE_CLOSED", batch);
    }

    private void again(Instance instance, String reason, Batch batch) {
        instance.state = TaskState.READY;
        instance.reason = reason;
        instance.leaseAsked = false;
        batch.instance(instance.row());
        batch.ready.add(instance);
    }

    /** Nothing more starts; what runs is awaited. */
    void cancel(Batch batch) {
        phase = Phase.CANCELLING;
        batch.runChanges.add(new Rows.RunChange(row.no(), phase, null, null, null));
        for (RunTask task : tasks) {
            if (!task.decided) {
                expand(task, -1);
            }
            for (Instance instance : task.instances) {
                if (instance.state == TaskState.READY) {
                    event(instance, "CANCELLED", "CANCEL_RUN", batch);
                    settle(instance, TaskState.CANCELLED, "CANCEL_RUN", batch);
                }
            }
        }
        propagate(batch);
    }

    /** An attempt of a cancelled run is over, or no longer waited for. */
    void attemptCancelled(Instance instance, Batch batch) {
        end(instance, End.CANCELLED, "CANCEL_RUN", null, batch);
        event(instance, "CANCELLED", "CANCEL_RUN", batch);
        settle(instance, TaskState.CANCELLED, "CANCEL_RUN", batch);
        propagate(batch);
    }

    private void end(Instance instance, End end, String reason, @Nullable Failure failure, Batch batch) {
        batch.ends.add(new Rows.AttemptEnd(
                instance.startNo,
                batch.nextNo(),
                end,
                reason,
                failure == null ? null : failure.type(),
                failure == null ? null : failure.text(),
                batch.now));
        instance.running = null;
    }

    private void settle(Instance instance, TaskState state, @Nullable String reason, Batch batch) {
        instance.state = state;
        instance.reason = reason;
        batch.instance(instance.row());
        instance.task.count(state);
        if (instance.task.ended()) {
            openTasks--;
        }
        dirty.addAll(downstream.get(instance.task.node.index()));
    }

    /** Decides what can be decided now, and the run itself when nothing is open. */
    private void propagate(Batch batch) {
        for (Integer next = dirty.poll(); next != null; next = dirty.poll()) {
            RunTask task = tasks.get(next);
            if (!task.decided && phase == Phase.RUNNING) {
                decide(task, batch);
            }
        }
        if (openTasks == 0 && !phase.terminal()) {
            finish(batch);
        }
    }

    private void decide(RunTask task, Batch batch) {
        Gate gate;
        int size = -1;
        try {
            gate = Gate.of(this, task, lookup);
            if (gate.verdict() == Triggers.Verdict.RUN && task.mapped()) {
                size = size(task);
            }
        } catch (RuntimeException e) { // a value that cannot be read fails its reader, not the engine
            expand(task, -1);
            fail(task.instances.get(0), Failure.of(e), batch);
            return;
        }
        switch (gate.verdict()) {
            case WAIT -> {}
            case RUN -> {
                if (size == 0) {
                    skip(task, TaskState.SKIPPED, "SKIP_EMPTY_MAP", batch);
                } else {
                    expand(task, size);
                    batch.ready.addAll(task.instances);
                }
            }
            case SKIP -> skip(task, TaskState.SKIPPED, gate.reason(), batch);
            case UPSTREAM_FAILED -> skip(task, TaskState.UPSTREAM_FAILED, gate.reason(), batch);
        }
    }

    private int size(RunTask task) {
        if (task.node.mapOver().orElseThrow() instanceof Graph.Input.OfTask over) {
            RunTask source = tasks.get(over.task());
            if (source.mapped()) {
                return source.succeeded;
            }
            Integer known = source.sizes.get(task.node.index());
            if (known != null) {
                return known;
            }
        }
        return lookup.size(this, task.node);
    }

    private void skip(RunTask task, TaskState state, String reason, Batch batch) {
        expand(task, -1);
        Instance instance = task.instances.get(0);
        event(instance, state.name(), reason, batch);
        settle(instance, state, reason, batch);
    }

    private void expand(RunTask task, int size) {
        task.decided = true;
        if (size < 0) {
            task.instances = List.of(new Instance(this, task, Instance.UNMAPPED));
            return;
        }
        List<Instance> instances = new ArrayList<>(size);
        for (int i = 0; i < size; i++) {
            instances.add(new Instance(this, task, Integer.toString(i)));
        }
        task.instances = instances;
    }

    private void finish(Batch batch) {
        if (phase == Phase.CANCELLING) {
            phase = Phase.CANCELLED;
            error = "It was cancelled";
        } else {
            phase = tasks.stream().allMatch(task -> task.failed == 0) ? Phase.SUCCEEDED : Phase.FAILED;
            if (phase == Phase.FAILED && error == null) {
                error = "A task failed in an earlier process";
            }
        }
        batch.runChanges.add(new Rows.RunChange(row.no(), phase, null, error, batch.now));
        if (row.tracked()) {
            RunStatus status = phase == Phase.SUCCEEDED
                    ? RunStatus.FINISHED
                    : phase == Phase.FAILED ? RunStatus.FAILED : RunStatus.KILLED;
            if (phase == Phase.FAILED) {
                batch.outbox(
                        id(),
                        "",
                        Instance.UNMAPPED,
                        0,
                        new RunCommand.Tag(id(), Commands.ERROR_SEQ, batch.now, "mlcore.error", requireNonNull(error)));
            }
            batch.outbox(
                    id(), "", Instance.UNMAPPED, 0, new RunCommand.Status(id(), Commands.END_SEQ, batch.now, status));
        }
        batch.event(id(), "", Instance.UNMAPPED, 0, phase.name(), error == null ? "" : error);
        batch.done.add(this::complete);
    }

    /** Tells whoever awaits a run that has ended. */
    void complete() {
        switch (phase) {
            case FAILED -> done.completeExceptionally(new TaskFailedException(failure(), cause));
            case CANCELLED ->
                done.completeExceptionally(new OperationCancelledException("DAG run " + id() + " of '" + row.dagId()
                        + "' was cancelled; submit it again to start a new one"));
            default -> done.complete(null);
        }
    }

    private String failure() {
        return "DAG run " + id() + " of '" + row.dagId() + "' failed. " + error;
    }

    private void event(Instance instance, String state, String reason, Batch batch) {
        batch.event(id(), instance.task.node.id(), instance.path, instance.attempt, state, reason);
    }

    /** Instances with a body at work. */
    List<Instance> running() {
        List<Instance> running = new ArrayList<>();
        for (RunTask task : tasks) {
            for (Instance instance : task.instances) {
                if (instance.state == TaskState.RUNNING) {
                    running.add(instance);
                }
            }
        }
        return running;
    }
}
