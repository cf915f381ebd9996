package dev.mlcore.dag.internal;

import static dev.mlcore.dag.internal.TaskState.FAILED;
import static dev.mlcore.dag.internal.TaskState.SKIPPED;
import static dev.mlcore.dag.internal.TaskState.SUCCEEDED;
import static dev.mlcore.dag.internal.TaskState.UPSTREAM_FAILED;
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
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** What the builder's graphs do when they are run in the plainest way. */
@SuppressWarnings("NullAway")
class GraphMeaningTest {
    record Split(List<Integer> train, int test) {}

    @Test
    void passesValuesParametersPartsAndElements() {
        DagBuilder d = Dag.builder("values");
        Param<Integer> n = d.param("n", int.class).orElse(3);
        Out<Split> split = d.task("split", n, i -> new Split(List.of(i, i + 1), 7));
        Many<Integer> scaled = d.each("x", split.get(Split::train))
                .with(split.get(Split::test))
                .map("scale", (x, test) -> x * test);
        Many<String> texts = scaled.map("text", x -> "t" + x);
        Out<String> all = d.task("all", texts, n, (list, i) -> i + String.join(",", list));
        GraphRunner run = GraphRunner.run(d.build());
        assertThat(run.get(all)).isEqualTo("3t21,t28");
        assertThat(run.get(scaled)).containsExactly(21, 28);
        assertThat(run.get(split.get(Split::test))).isEqualTo(7);
        assertThat(run.get(n)).isEqualTo(3);
        assertThat(GraphRunner.run(dag(d, all), Map.of("n", 1)).get(all)).isEqualTo("1t7,t14");
    }

    private static Dag dag(DagBuilder ignored, Out<?> of) {
        return ((Handle<?>) of).plan.built();
    }

    @Test
    void handsAnEmptyListToWhatReducesAMapOverNothing() {
        DagBuilder d = Dag.builder("empty");
        Many<Integer> none = d.each("x", List.<Integer>of()).map("none", x -> x);
        Many<Integer> chained = none.map("chained", x -> x);
        TaskOut<Integer> count = d.task("count", chained, List::size);
        TaskOut<Integer> plain = d.task("after", () -> 1).after(none);
        GraphRunner run = GraphRunner.run(d.build());
        assertThat(run.get(count)).isZero();
        assertThat(run.state("chained")).isEqualTo(SKIPPED);
        assertThat(run.state("after")).isEqualTo(SKIPPED);
        assertThat(plain).hasToString("after");
    }

    private Out<String> end;

    private Dag choice() {
        DagBuilder d = Dag.builder("choice");
        Param<Integer> n = d.param("n", Integer.class);
        Param<String> text = d.param("text", String.class).orElse("outside");
        TaskOut<Integer> value = d.task("value", n, i -> {
            if (i == 99) {
                throw new IllegalStateException("99");
            }
            return i;
        });
        end = d.choose("size", value)
                .when("big", i -> i > 10, t -> {
                    Out<Integer> half = t.task("half", value, i -> i / 2);
                    return t.choose("parity", half)
                            .when("even", i -> i % 2 == 0, e -> e.task("say", half, i -> "even " + i))
                            .otherwise(o -> o.task("say", half, i -> "odd " + i));
                })
                .when("middle", i -> i > 5, t -> t.task("say", value, i -> "middle " + i))
                .when("five", i -> i == 5, t -> text)
                .otherwise(t -> t.task("nothing", value, i -> null));
        d.task("end", end, s -> "end " + s);
        return d.build();
    }

    private GraphRunner choice(int n) {
        return GraphRunner.run(choice(), Map.of("n", n));
    }

    @Test
    void takesOneBranchAndSkipsTheOthers() {
        GraphRunner big = choice(24);
        assertThat(big.get(end)).isEqualTo("even 12");
        assertThat(big.state("end")).isEqualTo(SUCCEEDED);
        assertThat(big.state("size.big.parity.otherwise.say")).isEqualTo(SKIPPED);
        assertThat(big.state("size.middle.say")).isEqualTo(SKIPPED);
        assertThat(big.state("size.otherwise.nothing")).isEqualTo(SKIPPED);

        assertThat(choice(22).get(end)).isEqualTo("odd 11");

        GraphRunner middle = choice(7);
        assertThat(middle.get(end)).as("the first that holds").isEqualTo("middle 7");
        assertThat(middle.state("size.big.half")).isEqualTo(SKIPPED);
        assertThat(middle.state("size.big.parity")).as("an inner decision").isEqualTo(SKIPPED);
        assertThat(middle.state("size.big.parity.merged")).isEqualTo(SKIPPED);
    }

    @Test
    void passesOnWhatABranchTakesFromOutsideAndNothing() {
        assertThat(choice(5).get(end)).isEqualTo("outside");
        GraphRunner nothing = choice(1);
        assertThat(nothing.get(end)).isNull();
        assertThat(nothing.state("size.merged")).isEqualTo(SUCCEEDED);
    }

    @Test
    void failsTheBranchesOfAFailedDecision() {
        GraphRunner failed = choice(99);
        assertThat(failed.state("value")).isEqualTo(FAILED);
        assertThat(failed.state("size")).isEqualTo(UPSTREAM_FAILED);
        assertThat(failed.state("size.middle.say")).isEqualTo(UPSTREAM_FAILED);
        assertThat(failed.state("size.merged")).isEqualTo(UPSTREAM_FAILED);
        assertThat(failed.state("end")).isEqualTo(UPSTREAM_FAILED);
    }

    @Test
    void joinsABranchThatEndsInAMapOverNothing() {
        DagBuilder d = Dag.builder("mapped-branch");
        Param<Boolean> yes = d.param("yes", Boolean.class);
        Out<List<Integer>> result = d.choose("c", yes)
                .<List<Integer>>when(
                        "yes", y -> y, t -> t.each("x", List.<Integer>of()).map("m", x -> x))
                .otherwise(t -> t.task("other", () -> List.of(1)));
        Dag dag = d.build();
        assertThat(GraphRunner.run(dag, Map.of("yes", true)).get(result)).isEmpty();
        assertThat(GraphRunner.run(dag, Map.of("yes", false)).get(result)).containsExactly(1);
    }

    @Test
    void tellsWhetherASkippedOrFailedValueIsThere() {
        DagBuilder d = Dag.builder("maybe");
        TaskOut<Split> fails = d.task("fails", () -> {
            throw new IllegalStateException("always");
        });
        TaskOut<Integer> works = d.task("works", () -> 1);
        TaskOut<String> told = d.task(
                        "told", fails.get(Split::test).maybe(), works.maybe(), (a, b) -> a.isPresent() + " " + b.get())
                .trigger(TriggerRule.ALL_DONE);
        TaskOut<Integer> never = d.task("never", fails, works, (a, b) -> 1);
        TaskOut<Integer> rescued = d.task("rescue", () -> 2).after(fails).trigger(TriggerRule.ONE_FAILED);
        GraphRunner run = GraphRunner.run(d.build());
        assertThat(run.get(told)).isEqualTo("false 1");
        assertThat(run.state("never")).isEqualTo(UPSTREAM_FAILED);
        assertThat(run.get(rescued)).isEqualTo(2);
        assertThat(never).hasToString("never");
    }

    record TrainIn(List<Integer> rows, int depth, Optional<String> note) {}

    static final class Train implements Task<TrainIn, String> {
        @Override
        public String run(TrainIn in, TaskContext context) {
            return in.rows() + "/" + in.depth() + in.note().map(n -> "/" + n).orElse("");
        }
    }

    @Test
    void bindsClassTasksAndRecords() {
        DagBuilder d = Dag.builder("classes");
        Out<Split> split = d.task("split", () -> new Split(List.of(1, 2), 5));
        Param<Integer> depth = d.param("depth", Integer.class).orElse(8);
        TaskOut<String> trained = d.task(
                "train",
                Train.class,
                in -> in.set(TrainIn::rows)
                        .from(split.get(Split::train))
                        .set(TrainIn::depth)
                        .from(depth));
        Many<String> mapped = d.each("depth", List.of(1, 2))
                .map(
                        "each",
                        Train.class,
                        (in, element) -> in.set(TrainIn::rows)
                                .to(List.of(9))
                                .set(TrainIn::depth)
                                .from(element)
                                .set(TrainIn::note)
                                .to(Optional.of("n")));
        TaskOut<Integer> record = d.task(
                "record",
                TrainIn.class,
                in -> in.set(TrainIn::rows).to(List.of()).set(TrainIn::depth).to(4),
                (in, ctx) -> in.depth());
        Dag dag = d.build();
        GraphRunner run = GraphRunner.run(dag);
        assertThat(run.get(trained)).isEqualTo("[1, 2]/8");
        assertThat(run.get(mapped)).containsExactly("[9]/1/n", "[9]/2/n");
        assertThat(run.get(record)).isEqualTo(4);
        assertThat(((GraphDag) dag).graph().tasks().get(1).resultType()).isEqualTo(String.class);
    }

    @Test
    void putsOptionsIntoTheGraph() {
        DagBuilder d = Dag.builder("options");
        TaskOut<Integer> a = d.task("a", () -> 1);
        d.group(
                "g",
                g -> g.group(
                        "h",
                        h -> h.task("b", a, x -> x)
                                .retries(3)
                                .device(DeviceRequest.ofGpus(2))
                                .after(a, a)
                                .trigger(TriggerRule.ALL_SUCCESS)));
        Graph graph = ((GraphDag) d.build()).graph();
        Graph.TaskNode b = graph.tasks().get(1);
        assertThat(b.id()).isEqualTo("g.h.b");
        assertThat(b.retries()).isEqualTo(3);
        assertThat(b.device()).contains(DeviceRequest.ofGpus(2));
        assertThat(b.upstream()).containsExactly(0);
        assertThat(b.rule()).isEqualTo(TriggerRule.ALL_SUCCESS);
        assertThat(b.synthetic()).isFalse();
        assertThat(graph.tasks()).extracting(Graph.TaskNode::index).containsExactly(0, 1);
    }

    @Test
    void marksWhatItAddedItself() {
        Graph graph = ((GraphDag) choice()).graph();
        assertThat(graph.tasks().stream().filter(Graph.TaskNode::synthetic).map(Graph.TaskNode::id))
                .containsExactlyInAnyOrder(
                        "size", "size.big.parity", "size.big.parity.merged", "size.five", "size.merged");
        assertThat(graph.tasks().stream()
                        .filter(t -> t.id().equals("size.big.half"))
                        .findFirst()
                        .orElseThrow()
                        .guard())
                .hasValueSatisfying(guard -> {
                    assertThat(graph.tasks().get(guard.decision()).id()).isEqualTo("size");
                    assertThat(guard.label()).isEqualTo("big");
                });
    }
}
