package dev.mlcore.api.tracking;

/** Where a run stands; MLflow's words. */
public enum RunStatus {
    /** Begun, not going on at the moment. */
    SCHEDULED(false),
    /** Going on. */
    RUNNING(false),
    /** Ended well. */
    FINISHED(true),
    /** Ended by an exception, or closed without having been finished. */
    FAILED(true),
    /** Stopped from outside, or lost in a crash. */
    KILLED(true);

    private final boolean terminal;

    RunStatus(boolean terminal) {
        this.terminal = terminal;
    }

    /**
     * Whether a run of this status has ended.
     *
     * @return true for FINISHED, FAILED and KILLED
     */
    public boolean terminal() {
        return terminal;
    }
}
