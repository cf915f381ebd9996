package dev.mlcore.dag.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** Where a run or a task stands, in words. */
final class Explanation {
    private static final int MANY = 5;

    private Explanation() {}

    /** What keeps a run from ending. */
    static String waiting(RunState run) {
        List<String> running = new ArrayList<>();
        int ready = 0;
        int pending = 0;
        synchronized (run) {
            for (RunTask task : run.tasks) {
                if (!task.decided) {
                    pending++;
                }
                for (Instance instance : task.instances) {
                    if (instance.state == TaskState.RUNNING) {
                        running.add("'" + instance.display() + "' (attempt " + instance.attempt + ")");
                    } else if (instance.state == TaskState.READY) {
                        ready++;
                    }
                }
            }
        }
        String words = running.isEmpty()
                ? "nothing runs"
                : "running: " + String.join(", ", running.subList(0, Math.min(MANY, running.size())))
                        + (running.size() > MANY ? " and " + (running.size() - MANY) + " more" : "");
        return words + "; " + ready + " ready, " + pending + " waiting for others";
    }

    /** Where a task stands, and why. */
    static String of(RunState run, RunTask task) {
        synchronized (run) {
            if (!task.decided) {
                return "waiting for " + upstreams(run, task);
            }
            if (task.instances.size() == 1) {
                return one(task.instances.get(0));
            }
            return "mapped over " + task.instances.size() + ": " + task.succeeded + " succeeded, " + task.failed
                    + " failed, " + task.open() + " open" + firstFailure(task);
        }
    }

    private static String firstFailure(RunTask task) {
        return task.instances.stream()
                .filter(instance -> instance.state == TaskState.FAILED)
                .findFirst()
                .map(instance -> "; '" + instance.display() + "' " + one(instance))
                .orElse("");
    }

    private static String one(Instance instance) {
        String why = instance.reason == null ? "" : " (" + instance.reason + ")";
        return switch (instance.state) {
            case PENDING, READY ->
                instance.leaseAsked ? "waiting for a device" + why : "ready, waiting for a worker" + why;
            case RUNNING -> "running, attempt " + instance.attempt;
            case SUCCEEDED -> "succeeded at attempt " + instance.attempt;
            default ->
                instance.state.name().toLowerCase(Locale.ROOT).replace('_', ' ')
                        + (instance.attempt > 0 ? " after " + instance.attempt + " attempts" : "")
                        + why;
        };
    }

    private static String upstreams(RunState run, RunTask task) {
        List<String> open = new ArrayList<>();
        for (int index : task.node.upstream()) {
            RunTask upstream = run.tasks.get(index);
            if (!upstream.ended()) {
                open.add("'" + upstream.node.id() + "'");
            }
        }
        return String.join(", ", open);
    }
}
