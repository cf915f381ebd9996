package dev.mlcore.dag.internal;

import dev.mlcore.api.internal.tracking.RunCommandJson;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.dag.DagEvent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongSupplier;

/** What one transaction writes, and what happens once it is committed. Filled and used by the engine's writer thread alone. */
final class Batch {
    final List<Rows.RunRow> runs = new ArrayList<>();
    final List<Rows.RunChange> runChanges = new ArrayList<>();
    final Map<List<Object>, Rows.InstanceRow> instances = new LinkedHashMap<>(); // the last state of each wins
    final List<Rows.AttemptStart> starts = new ArrayList<>();
    final List<Rows.AttemptEnd> ends = new ArrayList<>();
    final List<Rows.ValueRow> values = new ArrayList<>();
    final List<Rows.OutboxRow> outbox = new ArrayList<>();
    final List<Long> late = new ArrayList<>();

    /** Told to listeners after the commit, in order. */
    final List<DagEvent> events = new ArrayList<>();
    /** Done after the listeners were told, first of all: bodies are let go. */
    final List<Runnable> release = new ArrayList<>();
    /** Done last: whoever waits hears of it. */
    final List<Runnable> done = new ArrayList<>();
    /** Instances that may run now. */
    final List<Instance> ready = new ArrayList<>();

    final Instant now;
    private final LongSupplier numbers;

    private long lastNo;

    Batch(Instant now, long lastNo, LongSupplier numbers) {
        this.now = now;
        this.lastNo = lastNo;
        this.numbers = numbers;
    }

    /** The next place in the order of what tracking hears. */
    long nextNo() {
        lastNo = numbers.getAsLong();
        return lastNo;
    }

    /** The last place given so far, by this batch or an earlier one. */
    long lastNo() {
        return lastNo;
    }

    void instance(Rows.InstanceRow row) {
        instances.put(List.of(row.runNo(), row.task(), row.path()), row);
    }

    void event(String runId, String task, String path, int attempt, String state, String reason) {
        events.add(new DagEvent(runId, task, path, attempt, state, reason, now));
    }

    void outbox(String runId, String task, String path, int attempt, RunCommand command) {
        outbox.add(new Rows.OutboxRow(nextNo(), runId, task, path, attempt, RunCommandJson.encode(command)));
    }

    /** Forgets everything: what was to be done could not be done. */
    void clear() {
        runs.clear();
        runChanges.clear();
        instances.clear();
        starts.clear();
        ends.clear();
        values.clear();
        outbox.clear();
        late.clear();
        events.clear();
        release.clear();
        done.clear();
        ready.clear();
    }

    /** Whether there is anything for the store. */
    boolean writes() {
        return !(runs.isEmpty() && runChanges.isEmpty() && instances.isEmpty() && values.isEmpty()) || tracks();
    }

    /** Whether the pump has something to do after it. */
    boolean tracks() {
        return !(starts.isEmpty() && ends.isEmpty() && outbox.isEmpty() && late.isEmpty());
    }
}
