package dev.mlcore.dag;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Compiles only if the shapes of the API infer; what the graphs mean is tested beside {@code Graph}. */
@SuppressWarnings("NullAway")
class DagBuilderTest {
    record Split(List<Integer> train, List<Integer> test) {}

    @Test
    void isOneFluentPageOfLambdas() {
        DagBuilder d = Dag.builder("page");
        Param<Integer> size = d.param("size", int.class).orElse(4).check("positive", n -> n > 0);
        Out<Split> split = d.task("split", size, n -> new Split(List.of(n), List.of(1)));
        Many<Double> tried = d.each("l2", List.of(0.1, 1.0))
                .with(split)
                .map("train", (l2, s, ctx) -> l2 * s.train().size())
                .retries(2);
        Out<Double> best =
                d.task("best", tried, all -> all.stream().max(Double::compare).orElseThrow());
        Out<Integer> version = d.task("register", best, (b, ctx) -> 1).after(split);
        d.action("tell", version, (v, ctx) -> {}).trigger(TriggerRule.ALL_SUCCESS);

        Dag dag = d.build();

        assertThat(dag.id()).isEqualTo("page");
        assertThat(dag.hash()).matches("[0-9a-f]{64}");
        assertThat(dag).hasToString("Dag page (" + dag.hash().substring(0, 12) + ")");
    }

    @Test
    void refusesChangesOnceBuilt() {
        DagBuilder d = Dag.builder("done");
        TaskOut<Integer> one = d.task("one", () -> 1);
        Param<Integer> p = d.param("p", Integer.class);
        d.build();
        String message = "DAG 'done' is built and can no longer be changed (expected: changes before build())";
        assertThatThrownBy(() -> d.task("two", () -> 2))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage(message);
        assertThatThrownBy(() -> one.retries(1)).hasMessage(message);
        assertThatThrownBy(() -> one.after(one)).hasMessage(message);
        assertThatThrownBy(() -> p.orElse(1)).hasMessage(message);
        assertThatThrownBy(() -> p.check("any", x -> true)).hasMessage(message);
        assertThatThrownBy(d::build).hasMessage(message);
        assertThatThrownBy(() -> d.param("q", Integer.class)).hasMessage(message);
    }

    @Test
    void refusesDeclarationsAroundAnOpenScopeAndInOneThatWasLeft() {
        DagBuilder d = Dag.builder("scopes");
        Tasks[] kept = new Tasks[1];
        d.group("g", g -> {
            kept[0] = g;
            assertThatThrownBy(() -> d.task("outside", () -> 1))
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessage("Cannot declare here: the inner scope 'g' is open"
                            + " (expected: declarations on the Tasks that its lambda got)");
            return g.task("inside", () -> 1);
        });
        assertThatThrownBy(() -> kept[0].task("late", () -> 1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot declare in 'g.': its lambda has returned (expected: declarations within it)");
        d.task("after", () -> 1);
        d.build();
    }

    @Test
    void opensTheOuterScopeAgainIfTheInnerOneThrows() {
        DagBuilder d = Dag.builder("thrown");
        assertThatThrownBy(() -> d.group("g", g -> {
                    throw new IllegalArgumentException("mine");
                }))
                .hasMessage("mine");
        d.task("after", () -> 1);
        d.build();
    }

    @Test
    void refusesBadArgumentsAtOnce() {
        DagBuilder d = Dag.builder("args");
        TaskOut<Integer> one = d.task("one", () -> 1);
        assertThatThrownBy(() -> Dag.builder("no spaces"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("id of the DAG: 'no spaces' (expected: letters, digits, _ and -)");
        assertThatThrownBy(() -> Dag.builder("")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> Dag.builder("x".repeat(251))).hasMessageContaining("has 251 characters");
        assertThatThrownBy(() -> one.retries(-1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("retries of task 'one': -1 (expected: >= 0)");
        Param<Integer> p = d.param("p", Integer.class).orElse(3);
        assertThatThrownBy(() -> p.orElse(4))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("default of parameter 'p': 4 (expected: no second default, there is 3)");
        assertThatThrownBy(() -> wronglyTyped(p))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("default of parameter 'p': a java.lang.String (expected: a java.lang.Integer)");
        assertThatThrownBy(p::maybe)
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("maybe(): parameter p always has a value (expected: the value of a task)");
        assertThatThrownBy(() -> d.task("null", one, (Fn1<Integer, Integer>) null))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("body");
        Out<Split> split = d.task("split", () -> new Split(List.of(), List.of()));
        assertThatThrownBy(() -> split.get(s -> s.train()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("a lambda");
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    private static void wronglyTyped(Param p) {
        p.orElse("text");
    }

    @Test
    void readsAHandleAsWhatItStandsFor() {
        DagBuilder d = Dag.builder("handles");
        Param<Integer> n = d.param("n", Integer.class);
        Out<Split> split = d.task("split", n, i -> new Split(List.of(i), List.of()));
        assertThat(n).hasToString("parameter n");
        assertThat(split).hasToString("split");
        assertThat(split.get(Split::train)).hasToString("split.train");
        Out<Optional<List<Integer>>> maybe = split.get(Split::train).maybe();
        assertThat(maybe).hasToString("split.train?");
    }

    @Test
    void drawsItself() {
        DagBuilder d = Dag.builder("drawn");
        Param<Integer> n = d.param("n", Integer.class).orElse(1).check("positive", i -> i > 0);
        TaskOut<Integer> one = d.task("one", n, i -> i).retries(2);
        Many<Integer> many = d.each("xs", List.of(1, 2, 3)).map("many", x -> x);
        Out<Integer> end = d.choose("size", one)
                .when("big", i -> i > 5, t -> t.task("shrink", one, i -> i / 2))
                .otherwise(t -> t.task("keep", one, i -> i));
        d.task("sum", many, end, (all, e) -> e).after(one);
        Dag dag = d.build();

        assertThat(dag.describe()).isEqualTo("DAG drawn, hash " + dag.hash().substring(0, 12) + "\n" + """
                          parameter n: Integer = 1, positive
                          one <- n, 2 retries
                          many for each of 3 values
                          size <- one
                          size.big.shrink <- one, if size is big
                          size.otherwise.keep <- one, if size is otherwise
                          size.merged <- size.big.shrink?, size.otherwise.keep?, when NONE_FAILED_MIN_ONE_SUCCESS
                          sum <- many, size.merged, after one, when NONE_FAILED
                        """);
        assertThat(dag.toMermaid()).isEqualTo("""
                flowchart TD
                  t0["one"]
                  t1["many ×n"]
                  t2{{"size"}}
                  t3["size.big.shrink"]
                  t4["size.otherwise.keep"]
                  t5{{"size.merged"}}
                  t6["sum"]
                  t0 --> t2
                  t0 --> t3
                  t2 -->|big| t3
                  t0 --> t4
                  t2 -->|otherwise| t4
                  t3 --> t5
                  t4 --> t5
                  t0 --> t6
                  t1 --> t6
                  t5 --> t6
                """);
        assertThat(dag.toDot())
                .startsWith("digraph \"drawn\" {\n  \"one\";\n  \"many\" [peripheries=2];\n")
                .contains("  \"size\" -> \"size.big.shrink\" [label=\"big\"];\n")
                .endsWith("  \"size.merged\" -> \"sum\";\n}\n");
    }
}
