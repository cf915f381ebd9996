package dev.mlcore.dag.internal;

/** Where an instance of a task stands. Names are stored: they are never renamed. */
public enum TaskState {
    /** Waits for its upstreams. */
    PENDING(false),
    /** May run, waits for a worker or a device. */
    READY(false),
    /** An attempt is in its body. */
    RUNNING(false),
    /** Its result is committed. */
    SUCCEEDED(true),
    /** Its rule, a branch not taken or an empty map said that it does not run. */
    SKIPPED(true),
    /** Its body failed for good. */
    FAILED(true),
    /** Its run was cancelled before it ended. */
    CANCELLED(true),
    /** Its rule can no longer be met because of a failure. */
    UPSTREAM_FAILED(true);

    private final boolean terminal;

    TaskState(boolean terminal) {
        this.terminal = terminal;
    }

    /** Whether it stays so. */
    public boolean terminal() {
        return terminal;
    }
}
