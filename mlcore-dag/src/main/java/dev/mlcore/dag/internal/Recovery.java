package dev.mlcore.dag.internal;

import dev.mlcore.api.tracking.RunCommand;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** What an earlier process left behind, and what tracking hears of a run's beginning. */
final class Recovery {
    private Recovery() {}

    /** An attempt that died with its process: recorded as lost, its instance may run again and has spent no retry. */
    static void lost(Rows.OpenAttempt open, DagStore store, Batch batch) {
        batch.ends.add(new Rows.AttemptEnd(
                open.startNo(), batch.nextNo(), Rows.End.LOST, "LEASE_LOST", null, null, batch.now));
        store.instance(open.runNo(), open.task(), open.path())
                .ifPresent(row -> batch.instance(new Rows.InstanceRow(
                        row.runNo(),
                        row.task(),
                        row.path(),
                        TaskState.READY,
                        row.attempt(),
                        row.failures(),
                        row.recoveries() + 1,
                        "LEASE_LOST")));
        batch.event(open.runId(), open.task(), open.path(), open.attempt(), "LOST", "LEASE_LOST");
    }

    /** The start of a run and its parameters, for the tracker. */
    static void tracked(Rows.RunRow row, List<Object> params, Batch batch) {
        String id = row.id();
        batch.outbox(
                id,
                "",
                Instance.UNMAPPED,
                0,
                new RunCommand.Start(
                        id,
                        Commands.START_SEQ,
                        batch.now,
                        row.dagId(),
                        row.dagId(),
                        Optional.ofNullable(row.parent()),
                        Map.of("mlcore.dag", row.dagId(), "mlcore.dag_hash", row.hash())));
        for (int i = 0; i < params.size(); i++) {
            batch.outbox(
                    id,
                    "",
                    Instance.UNMAPPED,
                    0,
                    new RunCommand.Param(
                            id,
                            Commands.START_SEQ + 1 + i,
                            batch.now,
                            row.params().get(i).id(),
                            text(params.get(i))));
        }
    }

    private static String text(Object value) {
        String text = String.valueOf(value);
        return text.length() > 6000 ? text.substring(0, 6000) : text;
    }
}
