package dev.mlcore.api.tracking;

import java.util.List;

/** The write face of tracking: what a task, a trial or a test sees. Thread-safe; made by mlcore alone. */
public interface Tracker {
    /**
     * An experiment, created on first use.
     *
     * @param name not blank, at most 256 characters
     * @return the experiment
     * @throws dev.mlcore.api.ConflictException if an experiment of this name was deleted: its name stays taken
     */
    Experiment experiment(String name);

    /**
     * What is known of a run now, all writes that were flushed included.
     *
     * @param id of the run
     * @return a snapshot
     * @throws dev.mlcore.api.NotFoundException if there is none
     */
    RunInfo run(String id);

    /**
     * The whole history of a metric.
     *
     * @param runId of the run
     * @param key of the metric
     * @return by time, step and value; empty if never logged
     * @throws dev.mlcore.api.NotFoundException if there is no such run
     */
    List<MetricPoint> metricHistory(String runId, String key);

    /**
     * Goes on writing to a run that has not ended, one that another part or process began included. The handle's {@link Run#close()} does not
     * end the run unless {@link Run#finish()} or {@link Run#fail} was called: it is not this handle's to end by default.
     *
     * @param id of the run
     * @return a handle; several at once are allowed
     * @throws dev.mlcore.api.NotFoundException if there is none
     * @throws dev.mlcore.api.ConflictException if it has ended
     */
    Run resume(String id);

    /**
     * The stream of commands below.
     *
     * @return the same sink each time
     */
    RunSink sink();
}
