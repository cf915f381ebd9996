package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.Param;
import dev.mlcore.dag.Task;
import dev.mlcore.dag.TaskContext;
import dev.mlcore.dag.TaskOut;
import dev.mlcore.dag.TriggerRule;
import java.util.ArrayList;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

@SuppressWarnings("NullAway")
class GraphHashTest {
    record In(double l2, List<Integer> rows) {}

    static final class Train implements Task<In, String> {
        @Override
        public String run(In in, TaskContext context) {
            return "";
        }
    }

    static final class Train2 implements Task<In, String> {
        @Override
        public String run(In in, TaskContext context) {
            return "";
        }
    }

    /** Holds everything that the canonical form knows. */
    private static DagBuilder full() {
        DagBuilder d = Dag.builder("full");
        Param<Integer> n = d.param("n", int.class);
        Param<String> s = d.param("a", String.class);
        TaskOut<In> in = d.task("in", n, s, (x, y) -> new In(x, List.of()));
        Many<Double> many =
                d.each("l2", List.of(0.001, 0.01)).with(in.get(In::rows)).map("many", (l2, rows) -> l2);
        TaskOut<String> train = d.task(
                "train",
                Train.class,
                b -> b.set(In::rows).to(List.of(1)).set(In::l2).from(in.get(In::l2)));
        Out<String> end = d.choose("pick", train)
                .when("long", t -> t.length() > 3, t -> t.task("cut", train, x -> x.substring(3)))
                .otherwise(t -> train);
        d.task("last", many, end.maybe(), (all, e) -> 1).after(in).trigger(TriggerRule.ALL_DONE);
        return d;
    }

    /** A stored run goes on only with a DAG of its hash: no release may change it for the same graph. */
    @Test
    void isAsEveryReleaseComputedIt() {
        DagBuilder d = full();
        Plan plan = ((GraphBuilder) d).plan;
        IdentityHashMap<Source, String> literals = new IdentityHashMap<>();
        plan.tasks.forEach(task -> {
            task.leaves().forEach(source -> literal(literals, source));
            literal(literals, task.over);
        });
        assertThat(GraphHash.canonical(plan, literals))
                .isEqualTo(
                        "" // one task a line
                                + "{\"id\":\"full\",\"params\":[{\"id\":\"a\",\"type\":\"java.lang.String\"},"
                                + "{\"id\":\"n\",\"type\":\"java.lang.Integer\"}],\"tasks\":[{\"id\":\"in\",\"in\":[{\"param\":\"n\"},{\"param\":\"a\"}]},"
                                + "{\"id\":\"last\",\"after\":[\"in\"],\"in\":[{\"task\":\"many\"},{\"task\":\"pick.merged\",\"maybe\":true}],\"rule\":\"ALL_DONE\"},"
                                + "{\"id\":\"many\",\"in\":[{\"element\":true},{\"task\":\"in\",\"path\":[\"rows\"]}],\"over\":{\"literal\":{\"v\":1,\"value\":[0.001,0.01]}}},"
                                + "{\"id\":\"pick\",\"branches\":[\"long\",\"otherwise\"],\"in\":[{\"task\":\"train\"}]},"
                                + "{\"id\":\"pick.long.cut\",\"guard\":[\"pick\",\"long\"],\"in\":[{\"task\":\"train\"}]},"
                                + "{\"id\":\"pick.merged\",\"in\":[{\"task\":\"pick.long.cut\",\"maybe\":true},{\"task\":\"pick.otherwise\",\"maybe\":true}],\"rule\":\"NONE_FAILED_MIN_ONE_SUCCESS\"},"
                                + "{\"id\":\"pick.otherwise\",\"guard\":[\"pick\",\"otherwise\"],\"in\":[{\"task\":\"train\"}]},"
                                + "{\"id\":\"train\",\"class\":\"dev.mlcore.dag.internal.GraphHashTest$Train\",\"in\":[{\"record\":\"dev.mlcore.dag.internal.GraphHashTest$In\",\"parts\":{\"l2\":{\"task\":\"in\",\"path\":[\"l2\"]},\"rows\":{\"literal\":{\"v\":1,\"value\":[1]}}}}]}]}");
        assertThat(d.build().hash()).isEqualTo("c567de02fb6c6c8ed39141d074dabb3bded83b1510a2068b6a3e88b48d31b245");
    }

    private static void literal(IdentityHashMap<Source, String> literals, Source source) {
        if (source instanceof Source.Literal of) {
            literals.put(source, ValueCodec.canonical(of.value()));
        }
    }

    private static String hash(Consumer<DagBuilder> declare) {
        DagBuilder d = Dag.builder("h");
        declare.accept(d);
        return d.build().hash();
    }

    @Test
    void doesNotChangeWithTuningOrderOrCode() {
        String plain = hash(d -> {
            Param<Integer> n = d.param("n", Integer.class);
            d.param("m", String.class);
            TaskOut<Integer> a = d.task("a", n, x -> x);
            d.task("b", () -> 2).after(a);
        });
        assertThat(hash(d -> {
                    d.param("m", String.class).orElse("x");
                    TaskOut<Integer> b = d.task("b", () -> 4);
                    Param<Integer> n = d.param("n", int.class).orElse(1).check("positive", x -> x > 0);
                    TaskOut<Integer> a = d.task("a", n, (x, ctx) -> x + 1)
                            .retries(7)
                            .device(DeviceRequest.ofCpu())
                            .trigger(TriggerRule.ALL_SUCCESS);
                    b.after(a).after(a);
                }))
                .isEqualTo(plain);
    }

    @Test
    void doesNotChangeWhenADefaultIsSaid() {
        String plain = hash(d -> {
            Many<Integer> many = d.each("e", List.of(1)).map("m", x -> x);
            d.task("sum", many, List::size);
        });
        assertThat(hash(d -> {
                    Many<Integer> many = d.each("other-name", List.of(1)).map("m", x -> x);
                    d.task("sum", many, List::size).trigger(TriggerRule.NONE_FAILED);
                }))
                .isEqualTo(plain);
    }

    @Test
    void changesWithTheShape() {
        List<Consumer<DagBuilder>> shapes = new ArrayList<>();
        shapes.add(d -> d.task("a", () -> 1));
        shapes.add(d -> d.task("b", () -> 1));
        shapes.add(d -> {
            d.param("n", Integer.class);
            d.task("a", () -> 1);
        });
        shapes.add(d -> {
            d.param("n", Long.class);
            d.task("a", () -> 1);
        });
        shapes.add(d -> d.task("a", d.param("n", Integer.class), x -> x));
        shapes.add(d -> two(d, "none"));
        shapes.add(d -> two(d, "data"));
        shapes.add(d -> two(d, "part"));
        shapes.add(d -> two(d, "maybe"));
        shapes.add(d -> two(d, "after"));
        shapes.add(d -> two(d, "rule"));
        shapes.add(d -> d.each("e", List.of(1, 2)).map("a", x -> x));
        shapes.add(d -> d.each("e", List.of(2, 1)).map("a", x -> x));
        shapes.add(d -> d.each("e", List.of(1L, 2L)).map("a", x -> x));
        shapes.add(d -> d.task(
                "a", Train.class, b -> b.set(In::l2).to(0.1).set(In::rows).to(List.of())));
        shapes.add(d -> d.task(
                "a", Train.class, b -> b.set(In::l2).to(0.2).set(In::rows).to(List.of())));
        shapes.add(d -> d.task(
                "a", Train2.class, b -> b.set(In::l2).to(0.1).set(In::rows).to(List.of())));
        shapes.add(d ->
                d.task("a", In.class, b -> b.set(In::l2).to(0.1).set(In::rows).to(List.of()), (in, c) -> 1));
        shapes.add(d -> branches(d, "x", "y"));
        shapes.add(d -> branches(d, "y", "x"));
        assertThat(shapes.stream().map(GraphHashTest::hash))
                .doesNotHaveDuplicates()
                .hasSize(shapes.size());
        assertThat(Dag.builder("other")).isNotNull();
    }

    private static void two(DagBuilder d, String how) {
        TaskOut<In> a = d.task("a", () -> new In(1, List.of()));
        switch (how) {
            case "data" -> d.task("b", a, x -> 1);
            case "part" -> d.task("b", a.get(In::l2), x -> 1);
            case "maybe" -> d.task("b", a.maybe(), x -> 1);
            case "after" -> d.task("b", () -> 1).after(a);
            case "rule" -> d.task("b", () -> 1).after(a).trigger(TriggerRule.ALL_DONE);
            default -> d.task("b", () -> 1);
        }
    }

    private static void branches(DagBuilder d, String first, String second) {
        TaskOut<Integer> a = d.task("a", () -> 1);
        d.choose("c", a)
                .when(first, i -> i > 1, t -> t.task("t", () -> 1))
                .when(second, i -> i > 2, t -> t.task("t", () -> 1))
                .otherwise(t -> t.task("t", () -> 1));
    }

    @Test
    void readsHandlesOfAnEqualDagBuiltAgain() {
        DagBuilder one = Dag.builder("same");
        TaskOut<Integer> first = one.task("a", () -> 1);
        GraphDag dag = (GraphDag) one.build();
        DagBuilder two = Dag.builder("same");
        TaskOut<Integer> again = two.task("a", () -> 5);
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> dag.input(again))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("which is not built");
        two.build();
        assertThat(dag.input(again)).isEqualTo(dag.input(first));
        DagBuilder three = Dag.builder("same");
        TaskOut<Integer> other = three.task("a", () -> 5);
        three.task("b", other, x -> x);
        three.build();
        org.assertj.core.api.Assertions.assertThatThrownBy(() -> dag.input(other))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("handle: a of DAG 'same' with hash ");
    }

    @Test
    void tellsTheCodeApart() {
        String here = ((GraphDag) one(() -> 1)).graph().fingerprint();
        assertThat(((GraphDag) one(() -> 2)).graph().fingerprint())
                .as("the same class file")
                .isEqualTo(here);
        assertThat(((GraphDag) one(Elsewhere.body())).graph().fingerprint()).isNotEqualTo(here);
        assertThat(here).matches("[0-9a-f]{64}");
    }

    private static Dag one(dev.mlcore.dag.Fn0<Integer> body) {
        DagBuilder d = Dag.builder("code");
        d.task("a", body);
        return d.build();
    }

    private static final class Elsewhere {
        static dev.mlcore.dag.Fn0<Integer> body() {
            return () -> 1;
        }
    }
}
