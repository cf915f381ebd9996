package dev.mlcore.dag.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.PriorityQueue;

/**
 * A topological order by Kahn's algorithm: among nodes that may come next the one with the smallest number does, so that equal graphs are ordered
 * equally. O((n + e) log n), without recursion.
 *
 * @param order node numbers, each after its upstreams; all of them unless there is a cycle
 * @param cycles disjoint, each in the direction of flow and starting with its smallest number; empty if there is none. What merely hangs on a cycle is
 *     in neither list
 */
record Topology(List<Integer> order, List<List<Integer>> cycles) {
    /**
     * Orders the nodes {@code 0} to {@code upstream.size() - 1}.
     *
     * @param upstream per node the nodes that come before it, without duplicates
     */
    static Topology of(List<? extends Iterable<Integer>> upstream) {
        return new Walk(upstream).run();
    }

    private static final class Walk {
        private final List<? extends Iterable<Integer>> upstream;
        private final List<List<Integer>> downstream = new ArrayList<>();
        private final int[] missing;
        private final boolean[] gone;
        private final PriorityQueue<Integer> ready = new PriorityQueue<>();
        private final List<Integer> order = new ArrayList<>();
        private final List<List<Integer>> cycles = new ArrayList<>();

        Walk(List<? extends Iterable<Integer>> upstream) {
            this.upstream = upstream;
            int size = upstream.size();
            missing = new int[size];
            gone = new boolean[size];
            for (int node = 0; node < size; node++) {
                downstream.add(new ArrayList<>());
            }
            for (int node = 0; node < size; node++) {
                for (int before : upstream.get(node)) {
                    downstream.get(before).add(node);
                    missing[node]++;
                }
            }
        }

        Topology run() {
            for (int node = 0; node < missing.length; node++) {
                if (missing[node] == 0) {
                    ready.add(node);
                }
            }
            drain(true);
            for (int node = 0; node < missing.length; node++) {
                if (!gone[node]) {
                    takeOut(cycleAbove(node));
                    drain(false);
                    node = -1; // what waited for the cycle is gone too, others may be left
                }
            }
            return new Topology(List.copyOf(order), List.copyOf(cycles));
        }

        private void drain(boolean ordered) {
            while (!ready.isEmpty()) {
                int node = ready.remove();
                gone[node] = true;
                if (ordered) {
                    order.add(node);
                }
                free(node);
            }
        }

        private void free(int node) {
            for (int after : downstream.get(node)) {
                if (--missing[after] == 0 && !gone[after]) {
                    ready.add(after);
                }
            }
        }

        /** Follows what a stuck node waits for until a node comes again. */
        private List<Integer> cycleAbove(int stuck) {
            int[] seenAt = new int[missing.length];
            Arrays.fill(seenAt, -1);
            List<Integer> path = new ArrayList<>();
            int node = stuck;
            while (seenAt[node] < 0) {
                seenAt[node] = path.size();
                path.add(node);
                node = waitedFor(node);
            }
            List<Integer> cycle = new ArrayList<>(path.subList(seenAt[node], path.size()));
            Collections.reverse(cycle);
            Collections.rotate(cycle, -cycle.indexOf(Collections.min(cycle)));
            return cycle;
        }

        private int waitedFor(int node) {
            for (int before : upstream.get(node)) {
                if (!gone[before]) {
                    return before;
                }
            }
            throw new IllegalStateException("node " + node + " waits for nothing");
        }

        private void takeOut(List<Integer> cycle) {
            cycles.add(List.copyOf(cycle));
            for (int node : cycle) {
                gone[node] = true;
            }
            for (int node : cycle) {
                free(node);
            }
        }
    }
}
