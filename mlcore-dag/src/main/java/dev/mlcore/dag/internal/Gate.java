package dev.mlcore.dag.internal;

import dev.mlcore.dag.internal.Graph.Guard;
import dev.mlcore.dag.internal.Triggers.Verdict;

/** What is to become of a task whose upstreams moved: its branch is asked first, then its trigger rule. */
record Gate(Verdict verdict, String reason) {
    private static final Gate WAIT = new Gate(Verdict.WAIT, "");

    static Gate of(RunState run, RunTask task, RunState.Lookup lookup) {
        int decided = -1;
        if (task.node.guard().isPresent()) {
            Guard guard = task.node.guard().get();
            decided = guard.decision();
            RunTask decision = run.tasks.get(decided);
            if (!decision.ended()) {
                return WAIT;
            }
            if (decision.succeeded == 0) {
                return decision.skipped > 0
                        ? new Gate(Verdict.SKIP, "SKIP_BRANCH")
                        : new Gate(Verdict.UPSTREAM_FAILED, "UPFAIL_RULE");
            }
            if (decision.label == null) {
                decision.label = lookup.label(decision.instances.get(0));
            }
            if (!guard.label().equals(decision.label)) {
                return new Gate(Verdict.SKIP, "SKIP_BRANCH");
            }
        }
        int succeeded = 0;
        int skipped = 0;
        int failed = 0;
        int upstreamFailed = 0;
        int pending = 0;
        for (int index : task.node.upstream()) {
            if (index == decided) {
                continue; // a gate before the rule, not counted by it
            }
            RunTask upstream = run.tasks.get(index);
            succeeded += upstream.succeeded;
            skipped += upstream.skipped;
            failed += upstream.failed;
            upstreamFailed += upstream.upstreamFailed;
            pending += upstream.open();
        }
        Verdict verdict = Triggers.decide(task.node.rule(), succeeded, skipped, failed, upstreamFailed, pending);
        return switch (verdict) {
            case WAIT -> WAIT;
            case RUN -> new Gate(verdict, "");
            case SKIP -> new Gate(verdict, "SKIP_RULE");
            case UPSTREAM_FAILED -> new Gate(verdict, "UPFAIL_RULE");
        };
    }
}
