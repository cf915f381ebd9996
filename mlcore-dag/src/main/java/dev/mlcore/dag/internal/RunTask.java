package dev.mlcore.dag.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A task of a run: its instances, once its rule has decided, and how they stand. */
final class RunTask {
    final Graph.TaskNode node;
    List<Instance> instances = List.of();
    boolean decided;
    int succeeded;
    int skipped;
    int failed;
    int upstreamFailed;
    /** What a decision came to; null until known. */
    @Nullable String label;
    /** For each mapped task over this one's value: over how many elements. */
    final Map<Integer, Integer> sizes = new HashMap<>();

    RunTask(Graph.TaskNode node) {
        this.node = node;
    }

    boolean mapped() {
        return node.mapOver().isPresent();
    }

    /** Instances that have not ended; one as long as the task is not decided. */
    int open() {
        return decided ? instances.size() - succeeded - skipped - failed - upstreamFailed : 1;
    }

    boolean ended() {
        return decided && open() == 0;
    }

    void count(TaskState state) {
        switch (state) {
            case SUCCEEDED -> succeeded++;
            case SKIPPED -> skipped++;
            case FAILED, CANCELLED -> failed++;
            case UPSTREAM_FAILED -> upstreamFailed++;
            default -> throw new IllegalArgumentException("state: " + state + " (expected: terminal)");
        }
    }
}
