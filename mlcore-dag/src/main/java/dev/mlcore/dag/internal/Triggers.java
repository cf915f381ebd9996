package dev.mlcore.dag.internal;

import dev.mlcore.dag.TriggerRule;

/**
 * What a trigger rule says to the ends of a task's direct upstream instances; a pure function of counts.
 *
 * <p>A verdict other than {@link Verdict#WAIT} stays the same whatever the pending upstreams become, so that a replay in another order of completion
 * decides alike. That is why, unlike in Airflow, {@code ALL_SUCCESS} does not skip while one is pending that may still fail, and
 * {@code ALL_DONE_MIN_ONE_SUCCESS} waits for all.
 */
public final class Triggers {
    private Triggers() {}

    /** What becomes of the task. */
    public enum Verdict {
        /** It may start. */
        RUN,
        /** It ends as {@link TaskState#SKIPPED}. */
        SKIP,
        /** It ends as {@link TaskState#UPSTREAM_FAILED}. */
        UPSTREAM_FAILED,
        /** Not decided yet. */
        WAIT
    }

    /**
     * The verdict. A mapped upstream that is not expanded yet counts as one pending, a map over nothing as one skipped. The decision of a branch that
     * the task stands in is a gate before the rule and is not counted.
     *
     * @param rule of the task
     * @param succeeded upstreams that are {@link TaskState#SUCCEEDED}
     * @param skipped upstreams that are {@link TaskState#SKIPPED}
     * @param failed upstreams that are {@link TaskState#FAILED} or {@link TaskState#CANCELLED}
     * @param upstreamFailed upstreams that are {@link TaskState#UPSTREAM_FAILED}
     * @param pending upstreams in any other state
     * @return the verdict; {@code RUN} if there are no upstreams at all
     */
    public static Verdict decide(
            TriggerRule rule, int succeeded, int skipped, int failed, int upstreamFailed, int pending) {
        int bad = failed + upstreamFailed;
        int all = succeeded + skipped + bad + pending;
        if (all == 0) {
            return Verdict.RUN;
        }
        boolean done = pending == 0;
        return switch (rule) {
            case ALL_SUCCESS -> bad > 0 ? Verdict.UPSTREAM_FAILED : !done ? Verdict.WAIT : runIf(skipped == 0);
            case ALL_FAILED -> succeeded + skipped > 0 ? Verdict.SKIP : runWhen(done);
            case ALL_DONE -> runWhen(done);
            case ALL_SKIPPED -> succeeded + bad > 0 ? Verdict.SKIP : runWhen(done);
            case ALL_DONE_MIN_ONE_SUCCESS -> !done ? Verdict.WAIT : atLeastOne(succeeded, bad);
            case ONE_SUCCESS -> succeeded > 0 || done ? atLeastOne(succeeded, bad) : Verdict.WAIT;
            case ONE_FAILED -> bad > 0 || done ? runIf(bad > 0) : Verdict.WAIT;
            case ONE_DONE -> succeeded + failed > 0 || done ? runIf(succeeded + failed > 0) : Verdict.WAIT;
            case NONE_FAILED -> bad > 0 ? Verdict.UPSTREAM_FAILED : runWhen(done);
            case NONE_FAILED_MIN_ONE_SUCCESS ->
                bad > 0 ? Verdict.UPSTREAM_FAILED : !done ? Verdict.WAIT : runIf(succeeded > 0);
            case NONE_SKIPPED -> skipped > 0 ? Verdict.SKIP : runWhen(done);
            case ALWAYS -> Verdict.RUN;
        };
    }

    private static Verdict runWhen(boolean done) {
        return done ? Verdict.RUN : Verdict.WAIT;
    }

    private static Verdict runIf(boolean met) {
        return met ? Verdict.RUN : Verdict.SKIP;
    }

    private static Verdict atLeastOne(int succeeded, int bad) {
        return succeeded > 0 ? Verdict.RUN : bad > 0 ? Verdict.UPSTREAM_FAILED : Verdict.SKIP;
    }
}
