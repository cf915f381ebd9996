package dev.mlcore.api.tracking;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.data.DatasetInfo;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;

/**
 * One write to one run, carrying its own id and time so that it can be stored, sent and repeated. The set is closed.
 *
 * <p><b>Sequence.</b> A source that may repeat itself after a crash (an outbox) numbers its commands to a run upwards from 1; a store keeps the
 * highest number it has applied to each run and skips what is not newer, so that a replay is told from a reopening. Number 0 is outside
 * the sequence and always applied; live {@link Run} handles use it, since nothing repeats them. One run has at most one numbering source.
 */
public sealed interface RunCommand {
    /**
     * Which run.
     *
     * @return 32 lower-case hex digits
     */
    String runId();

    /**
     * Its place in the source's order.
     *
     * @return 1 or more, or 0 for outside the sequence
     */
    long seq();

    /**
     * When it happened.
     *
     * @return stored to the millisecond
     */
    Instant at();

    /**
     * Begins a run, RUNNING; the experiment is created if need be. A run of that id that exists already is left as it is.
     *
     * @param runId a new id
     * @param seq see {@link RunCommand}
     * @param at the run's start time
     * @param experiment by name
     * @param name of the run
     * @param parent the run it is nested under
     * @param tags set at once
     */
    record Start(
            String runId,
            long seq,
            Instant at,
            String experiment,
            String name,
            Optional<String> parent,
            Map<String, String> tags)
            implements RunCommand {
        /** Copies the tags. */
        public Start {
            check(runId, seq, at);
            requireNonNull(experiment, "experiment");
            requireNonNull(name, "name");
            requireNonNull(parent, "parent");
            tags = Map.copyOf(tags);
        }
    }

    /**
     * Changes the status; a terminal one sets the end time to {@code at}, another clears it.
     *
     * @param runId which run
     * @param seq see {@link RunCommand}
     * @param at when
     * @param status the new status
     */
    record Status(String runId, long seq, Instant at, RunStatus status) implements RunCommand {
        /** Checks the parts. */
        public Status {
            check(runId, seq, at);
            requireNonNull(status, "status");
        }
    }

    /**
     * Sets a parameter, once: the same value again changes nothing, another one is refused for ever.
     *
     * @param runId which run
     * @param seq see {@link RunCommand}
     * @param at when
     * @param key at most 250 characters, MLflow's rules
     * @param value longer than 6000 characters is cut
     */
    record Param(String runId, long seq, Instant at, String key, String value) implements RunCommand {
        /** Checks the parts. */
        public Param {
            check(runId, seq, at);
            requireNonNull(key, "key");
            requireNonNull(value, "value");
        }
    }

    /**
     * Adds a point to a metric's history.
     *
     * @param runId which run
     * @param seq see {@link RunCommand}
     * @param at when it was measured
     * @param key at most 250 characters, MLflow's rules
     * @param value any double
     * @param step any long
     */
    record Metric(String runId, long seq, Instant at, String key, double value, long step) implements RunCommand {
        /** Checks the parts. */
        public Metric {
            check(runId, seq, at);
            requireNonNull(key, "key");
        }
    }

    /**
     * Sets or replaces a tag.
     *
     * @param runId which run
     * @param seq see {@link RunCommand}
     * @param at when
     * @param key at most 250 characters, MLflow's rules
     * @param value longer than 8000 characters is cut
     */
    record Tag(String runId, long seq, Instant at, String key, String value) implements RunCommand {
        /** Checks the parts. */
        public Tag {
            check(runId, seq, at);
            requireNonNull(key, "key");
            requireNonNull(value, "value");
        }
    }

    /**
     * Notes that the run read a data set.
     *
     * @param runId which run
     * @param seq see {@link RunCommand}
     * @param at when
     * @param dataset what it read
     * @param context what for, for example {@code training}; may be empty
     */
    record Dataset(String runId, long seq, Instant at, DatasetInfo dataset, String context) implements RunCommand {
        /** Checks the parts. */
        public Dataset {
            check(runId, seq, at);
            requireNonNull(dataset, "dataset");
            requireNonNull(context, "context");
        }
    }

    /**
     * Ties a logged model to the run.
     *
     * @param runId which run
     * @param seq see {@link RunCommand}
     * @param at when
     * @param modelId {@code m-…}
     * @param role whether the run used or made it
     * @param step of training, 0 unless known
     */
    record Link(String runId, long seq, Instant at, String modelId, Role role, long step) implements RunCommand {
        /** Checks the parts. */
        public Link {
            check(runId, seq, at);
            requireNonNull(modelId, "modelId");
            requireNonNull(role, "role");
        }

        /** What the model is to the run. */
        public enum Role {
            /** The run read it. */
            INPUT,
            /** The run made it. */
            OUTPUT
        }
    }

    private static void check(String runId, long seq, Instant at) {
        requireNonNull(runId, "runId");
        requireNonNull(at, "at");
        if (seq < 0) {
            throw new IllegalArgumentException("seq: " + seq + " (expected: >= 0)");
        }
    }
}
