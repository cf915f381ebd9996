package dev.mlcore.dag.internal;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What the store keeps, row by row. */
final class Rows {
    private Rows() {}

    /** Where a run stands. */
    enum Phase {
        RUNNING,
        CANCELLING,
        SUCCEEDED,
        FAILED,
        CANCELLED;

        boolean terminal() {
            return this != RUNNING && this != CANCELLING;
        }
    }

    /** How an attempt ended. */
    enum End {
        SUCCEEDED,
        FAILED,
        LOST,
        CANCELLED
    }

    /**
     * A run.
     *
     * @param params stored values, in the graph's order
     * @param paramsHash of all of them, defaults included
     * @param error what {@code await} says of a failed run
     */
    record RunRow(
            long no,
            String id,
            String dagId,
            String hash,
            String fingerprint,
            List<ParamRow> params,
            String paramsHash,
            @Nullable String key,
            @Nullable String parent,
            boolean tracked,
            Phase phase,
            @Nullable String error,
            Instant startedAt) {
        RunRow {
            params = List.copyOf(params);
        }
    }

    /** A stored parameter. */
    @SuppressWarnings("ArrayRecordComponent") // bytes on their way to and from the store
    record ParamRow(String id, byte[] value) {}

    /** The end of a run, or its being cancelled. */
    record RunChange(
            long no,
            Phase phase,
            @Nullable String fingerprint,
            @Nullable String error,
            @Nullable Instant endedAt) {}

    /** A task instance that was started or decided; others have no row. */
    record InstanceRow(
            long runNo,
            String task,
            String path,
            TaskState state,
            int attempt,
            int failures,
            int recoveries,
            @Nullable String reason) {}

    /** The start of an attempt; {@code no} is its place in the order of all that tracking hears. */
    record AttemptStart(long no, long runNo, String task, String path, int attempt, boolean tracked, Instant at) {}

    /** The end of an attempt, found by the number of its start. */
    record AttemptEnd(
            long startNo,
            long no,
            End end,
            String reason,
            @Nullable String errorClass,
            @Nullable String errorText,
            Instant at) {}

    /** An attempt that is RUNNING in the store. */
    record OpenAttempt(long startNo, long runNo, String runId, String task, String path, int attempt) {}

    /** A value. */
    record ValueRow(long runNo, String task, String path, Stored value) {}

    /**
     * A stored value: small ones inline, others in the artifact store.
     *
     * @param inline the bytes, or null
     * @param uri where they lie, or null
     */
    @SuppressWarnings("ArrayRecordComponent") // bytes on their way to and from the store
    record Stored(byte @Nullable [] inline, @Nullable String uri, String sha256, long size) {}

    /** A tracking command kept for the pump, and whose it is. */
    record OutboxRow(long no, String runId, String task, String path, int attempt, String command) {}

    /** What the pump reads: one of a start, an end or a command. */
    sealed interface Item {
        long no();

        String runId();

        String task();

        String path();

        int attempt();

        record Started(long no, String runId, String dagId, String task, String path, int attempt, Instant at)
                implements Item {}

        record Ended(
                long no,
                String runId,
                String task,
                String path,
                int attempt,
                End end,
                @Nullable String error,
                Instant at)
                implements Item {}

        record Command(long no, String runId, String task, String path, int attempt, String json) implements Item {}
    }
}
