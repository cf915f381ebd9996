package dev.mlcore.dag.internal;

import dev.mlcore.api.device.DeviceLease;
import java.lang.ref.SoftReference;
import org.jspecify.annotations.Nullable;

/** A task of a run at one path. Changed by the writer thread alone, under the run's monitor. */
final class Instance {
    static final String UNMAPPED = "-";

    final RunState run;
    final RunTask task;
    final String path;
    TaskState state = TaskState.READY;
    int attempt;
    int failures;
    int recoveries;

    @Nullable String reason;

    long startNo;

    @Nullable Attempt running;

    @Nullable DeviceLease lease;

    boolean leaseAsked;
    /** The value, as long as memory allows, where consumers may share it. */
    volatile @Nullable SoftReference<Object> shared;

    Instance(RunState run, RunTask task, String path) {
        this.run = run;
        this.task = task;
        this.path = path;
    }

    /** Its place among a mapped task's; 0 for an unmapped one. */
    int index() {
        return path.equals(UNMAPPED) ? 0 : Integer.parseInt(path);
    }

    /** How a person and the tracker call it. */
    String display() {
        return display(task.node.id(), path);
    }

    static String display(String task, String path) {
        return path.equals(UNMAPPED) ? task : task + "[" + path + "]";
    }

    Rows.InstanceRow row() {
        return new Rows.InstanceRow(run.row.no(), task.node.id(), path, state, attempt, failures, recoveries, reason);
    }
}
