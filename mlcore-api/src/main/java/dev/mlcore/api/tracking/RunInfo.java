package dev.mlcore.api.tracking;

import dev.mlcore.api.data.DatasetInfo;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What is known of a run at one moment: a snapshot. Immutable; made by mlcore alone, so that it can grow. */
public interface RunInfo {
    /**
     * The run's id.
     *
     * @return 32 lower-case hex digits in a local store
     */
    String id();

    /**
     * The run's name, not unique.
     *
     * @return as given at its start
     */
    String name();

    /**
     * The experiment's name.
     *
     * @return not its id
     */
    String experiment();

    /**
     * Where it stands.
     *
     * @return the status
     */
    RunStatus status();

    /**
     * The run it is nested under.
     *
     * @return that run's id; empty at the top
     */
    Optional<String> parent();

    /**
     * When it began.
     *
     * @return to the millisecond
     */
    Instant started();

    /**
     * When it ended.
     *
     * @return to the millisecond; empty while it goes on
     */
    Optional<Instant> ended();

    /**
     * Its parameters.
     *
     * @return key to value, in order of keys
     */
    Map<String, String> params();

    /**
     * The latest value of each metric: that of the greatest (step, time, value).
     *
     * @return key to value, in order of keys
     */
    Map<String, Double> metrics();

    /**
     * Its tags, MLflow's own ({@code mlflow.…}) included.
     *
     * @return key to value, in order of keys
     */
    Map<String, String> tags();

    /**
     * The data sets it read.
     *
     * @return in the order they were logged
     */
    List<DatasetUse> inputs();

    /**
     * A data set and what a run read it for.
     *
     * @param dataset which
     * @param context for example {@code training}; empty if none was given
     */
    record DatasetUse(DatasetInfo dataset, String context) {}
}
