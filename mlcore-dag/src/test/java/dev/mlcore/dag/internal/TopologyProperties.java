package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class TopologyProperties {
    @Property
    void ordersEachNodeOnceAndAfterItsUpstreams(@ForAll("acyclic") List<Set<Integer>> upstream) {
        Topology topology = Topology.of(upstream);

        assertThat(topology.cycles()).isEmpty();
        assertThat(topology.order())
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.range(0, upstream.size()).boxed().toList());
        Set<Integer> before = new HashSet<>();
        for (int node : topology.order()) {
            assertThat(before).containsAll(upstream.get(node));
            before.add(node);
        }
    }

    /** The oracle tries all that may come next at each step and takes the smallest. */
    @Property
    void breaksTiesByNumber(@ForAll("acyclic") List<Set<Integer>> upstream) {
        List<Integer> expected = new ArrayList<>();
        while (expected.size() < upstream.size()) {
            int next = 0;
            while (expected.contains(next) || !expected.containsAll(upstream.get(next))) {
                next++;
            }
            expected.add(next);
        }
        assertThat(Topology.of(upstream).order()).isEqualTo(expected);
    }

    /** The oracle searches in depth from each node for a way back to it. */
    @Property(tries = 3000)
    void findsACycleWhereThereIsOneAndOnlyThere(@ForAll("any") List<Set<Integer>> upstream) {
        Set<Integer> onCycles = new TreeSet<>();
        for (int node = 0; node < upstream.size(); node++) {
            if (above(upstream, node).contains(node)) {
                onCycles.add(node);
            }
        }

        Topology topology = Topology.of(upstream);

        assertThat(topology.cycles().isEmpty()).isEqualTo(onCycles.isEmpty());
        assertThat(topology.order().size() == upstream.size()).isEqualTo(onCycles.isEmpty());
        for (List<Integer> cycle : topology.cycles()) {
            assertThat(cycle).doesNotHaveDuplicates().isSubsetOf(onCycles);
            for (int i = 0; i < cycle.size(); i++) { // in the direction of flow
                assertThat(upstream.get(cycle.get((i + 1) % cycle.size()))).contains(cycle.get(i));
            }
        }
        Set<Integer> named = new HashSet<>();
        topology.cycles().forEach(cycle -> assertThat(named.addAll(cycle)).isTrue());
    }

    @net.jqwik.api.Example
    void copesWithALongChain() {
        List<Set<Integer>> chain = IntStream.range(0, 50_000)
                .<Set<Integer>>mapToObj(i -> i == 0 ? Set.of() : Set.of(i - 1))
                .toList();
        assertThat(Topology.of(chain).order()).hasSize(50_000).startsWith(0, 1, 2);
    }

    private static Set<Integer> above(List<Set<Integer>> upstream, int node) {
        Set<Integer> found = new HashSet<>();
        List<Integer> open = new ArrayList<>(upstream.get(node));
        while (!open.isEmpty()) {
            int last = open.size() - 1;
            Integer next = open.get(last);
            open.subList(last, last + 1).clear();
            if (found.add(next)) {
                open.addAll(upstream.get(next));
            }
        }
        return found;
    }

    @Provide
    Arbitrary<List<Set<Integer>>> any() {
        return Arbitraries.integers()
                .between(1, 9)
                .flatMap(size -> Arbitraries.integers()
                        .between(0, size - 1)
                        .set()
                        .ofMaxSize(3)
                        .list()
                        .ofSize(size));
    }

    /** Edges from lower to higher, under a random renumbering, so that declaration order is not already a solution. */
    @Provide
    Arbitrary<List<Set<Integer>>> acyclic() {
        return Arbitraries.integers().between(1, 12).flatMap(size -> {
            Arbitrary<List<Integer>> renumbering =
                    Arbitraries.shuffle(IntStream.range(0, size).boxed().toList());
            Arbitrary<List<Set<Integer>>> edges = Arbitraries.integers()
                    .between(0, Math.max(0, size - 1))
                    .set()
                    .ofMaxSize(4)
                    .list()
                    .ofSize(size);
            return net.jqwik.api.Combinators.combine(renumbering, edges).as((names, raw) -> {
                List<Set<Integer>> upstream = new ArrayList<>();
                for (int i = 0; i < size; i++) {
                    upstream.add(Set.of());
                }
                for (int i = 0; i < size; i++) {
                    Set<Integer> before = new TreeSet<>();
                    for (int j : raw.get(i)) {
                        if (j < i) {
                            before.add(names.get(j));
                        }
                    }
                    upstream.set(names.get(i), before);
                }
                return upstream;
            });
        });
    }
}
