package dev.mlcore.tracking.store;

import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunSink;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/** MLflow's rows. Each method is one transaction, durable when it returns (or its future completes). Thread-safe. */
public interface Store extends AutoCloseable {
    /**
     * An experiment by name, created if there is none.
     *
     * @throws dev.mlcore.api.ConflictException if one of this name was deleted
     * @throws IllegalArgumentException if the name is malformed
     */
    ExperimentRow experiment(String name);

    /** Applies commands in their order; refusals as of {@link RunSink}. The future completes after the commit, on any thread. */
    CompletableFuture<List<RunSink.Refusal>> submit(List<RunCommand> commands);

    /** The same, waiting. */
    default List<RunSink.Refusal> apply(List<RunCommand> commands) {
        try {
            return submit(List.copyOf(commands)).join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof RuntimeException cause ? cause : e;
        }
    }

    /** A run, deleted ones included; throws not found. */
    RunInfo run(String id);

    /** Where a run stands and stores its files; throws not found. */
    RunPlace place(String id);

    /** By time, step and value; throws not found for the run. */
    List<MetricPoint> metricHistory(String runId, String key);

    /** Active runs, newest first. */
    List<RunInfo> search(RunFilter filter);

    /** Inserts a logged model as PENDING, or finds the one of the same key in the experiment. */
    ModelRow beginModel(NewModel model);

    /** Turns a logged model READY and makes it an output of the run; throws not found if it was deleted meanwhile. */
    void readyModel(String id, String runId);

    /** Turns a logged model FAILED. */
    void failModel(String id, String reason);

    /** A logged model that is not deleted. */
    Optional<ModelRow> model(String id);

    /** The newest logged model of this name that the run made and that is not deleted. */
    Optional<ModelRow> modelOf(String runId, String name);

    /** Inserts a version (and the registered model, if need be) with its tags; a repeated key finds the version made under it. */
    Registered register(NewVersion version);

    /** A version that is not deleted. */
    Optional<VersionRow> version(String name, int number);

    /** The number that an alias points at. */
    OptionalInt alias(String name, String alias);

    /** All versions that are not deleted, by number. */
    List<VersionRow> versions(String name);

    /** Points an alias at a version; false if it did already. Throws not found for the version. */
    boolean setAlias(String name, int number, String alias);

    /** Sets a tag of a version. Throws not found for the version. */
    void setTag(String name, int number, String key, String value);

    @Override
    void close();

    /** An experiment. */
    record ExperimentRow(long id, String name, String location, boolean active) {}

    /** A run's standing. */
    record RunPlace(
            String id,
            ExperimentRow experiment,
            String artifactUri,
            dev.mlcore.api.tracking.RunStatus status,
            boolean active) {}

    /** A logged model to be. */
    record NewModel(String id, String name, String runId, Optional<String> key) {}

    /** A logged model. */
    record ModelRow(String id, String name, String location, Status status, Optional<String> runId) {
        /** With MLflow's numbers. */
        public enum Status {
            /** Nothing said. */
            UNSPECIFIED(0),
            /** Its files are not whole yet. */
            PENDING(1),
            /** Whole. */
            READY(2),
            /** Given up. */
            FAILED(3);

            private final int number;

            Status(int number) {
                this.number = number;
            }

            int number() {
                return number;
            }

            /** What is not known counts as not said. */
            static Status of(int number) {
                for (Status status : values()) {
                    if (status.number == number) {
                        return status;
                    }
                }
                return UNSPECIFIED;
            }
        }
    }

    /** A version to be. */
    record NewVersion(
            String name,
            String source,
            String location,
            Optional<String> runId,
            Optional<String> modelId,
            Optional<String> key) {}

    /** A version, new or found. */
    record Registered(int number, boolean created) {}

    /** A version. */
    record VersionRow(
            String name,
            int number,
            String stage,
            String source,
            String location,
            Optional<String> runId,
            long createdMillis,
            java.util.SortedSet<String> aliases,
            java.util.SortedMap<String, String> tags) {}

    /** Which runs. */
    record RunFilter(
            List<String> experiments,
            Optional<String> parent,
            Optional<dev.mlcore.api.tracking.RunStatus> status,
            int limit) {}
}
