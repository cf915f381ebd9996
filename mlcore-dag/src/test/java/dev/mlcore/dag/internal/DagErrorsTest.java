package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.mlcore.dag.Bind;
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
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@SuppressWarnings("NullAway")
class DagErrorsTest {
    private final DagBuilder d = Dag.builder("bad");

    private List<String> errors() {
        Throwable thrown = catchThrowable(d::build);
        assertThat(thrown).isInstanceOf(IllegalStateException.class);
        List<String> lines = new ArrayList<>(List.of(thrown.getMessage().split("\n")));
        String first = lines.remove(0);
        assertThat(first)
                .isEqualTo("Cannot build DAG 'bad': " + (lines.size() == 1 ? "1 error" : lines.size() + " errors"));
        return lines.stream().map(String::strip).toList();
    }

    @Test
    void reportsAllAtOnce() {
        TaskOut<Integer> a = d.task("a", () -> 1);
        d.task("a", a, x -> x);
        d.task("b c", a, x -> x);
        d.task("x".repeat(251), () -> 1);
        d.param("a", Integer.class);
        d.param("t", Thread.class);
        d.group("a", g -> g.task("a", () -> 1));
        d.group("no/slash", g -> g.task("a", () -> 1));
        d.each("e", List.of(1)).map("m", x -> x);
        d.each("e", List.of(new Object())).map("n", x -> x);
        d.param("p", Integer.class).orElse(1).check("even", i -> i % 2 == 0);
        assertThat(errors())
                .containsExactly(
                        "task 'a': the id is taken by a task (expected: another id)",
                        "task: id: 'b c' (expected: letters, digits, _ and -)",
                        "task: id: '" + "x".repeat(40)
                                + "…' has 251 characters (expected: at most 250, prefixes included)",
                        "task: id: '" + "x".repeat(40)
                                + "…' has 251 characters (expected: at most 250, prefixes included)",
                        "parameter 'a': the id is taken by a task (expected: another id)",
                        "group 'a': the id is taken by a task (expected: another id)",
                        "group: 'no/slash' (expected: letters, digits, _ and -)",
                        "each 'e': declared twice (expected: one, with several tasks mapped over it)",
                        "parameter 't': its type java.lang.Thread cannot be stored (expected: a record, an enum, a sealed"
                                + " interface of records, a JDK value such as String, Integer, Path or Instant, an array of"
                                + " primitives, or a List, Set, Map or Optional of these)",
                        "parameter 'p': its default 1 (expected: even)",
                        "task 'n': a literal: Cannot store the value: value[0] is a java.lang.Object, which mlcore cannot store"
                                + " (expected: make it a record, pass on a FileRef of ctx.store(file), or register a Codec for it"
                                + " in the DagApp)");
    }

    @Test
    void refusesAnEmptyDag() {
        assertThat(errors()).containsExactly("it has no tasks (expected: one or more)");
        d.task("now", () -> 1);
        d.build();
    }

    @Test
    void printsCycles() {
        TaskOut<Integer> a = d.task("a", () -> 1);
        TaskOut<Integer> b = d.task("b", a, x -> x);
        TaskOut<Integer> c = d.task("c", b, x -> x);
        d.task("hangs-on-it", c, x -> x);
        a.after(c);
        TaskOut<Integer> self = d.task("self", () -> 1);
        self.after(self);
        assertThat(errors())
                .containsExactly(
                        "cycle: a -> b -> c -> a (expected: none; remove one after(…))",
                        "cycle: self -> self (expected: none; remove one after(…))");
    }

    @Test
    void refusesHandlesOfOthers() {
        DagBuilder other = Dag.builder("other");
        TaskOut<Integer> foreign = other.task("foreign", () -> 1);
        TaskOut<Integer> twin = Dag.builder("bad").task("twin", () -> 1);
        d.task("takes", foreign, x -> x);
        d.task("waits", () -> 1).after(twin);
        d.task("part", Dag.builder("third").param("p", Integer.class), x -> x);
        d.each("e", other.task("list", () -> List.of(1))).map("m", x -> x);
        assertThat(errors())
                .containsExactly(
                        "task 'takes': its input foreign belongs to DAG 'other' (expected: a handle that this builder made)",
                        "task 'waits': its input twin belongs to another builder of this DAG"
                                + " (expected: a handle that this builder made)",
                        "task 'part': its input parameter p belongs to DAG 'third' (expected: a handle that this builder made)",
                        "each 'e': its input list belongs to DAG 'other' (expected: a handle that this builder made)");
    }

    record In(int depth, List<Integer> rows, Optional<String> note) {}

    static final class Works implements Task<In, String> {
        @Override
        public String run(In in, TaskContext context) {
            return "";
        }
    }

    static final class Generic<I extends Record> implements Task<I, String> {
        @Override
        public String run(I in, TaskContext context) {
            return "";
        }
    }

    @SuppressWarnings({"unchecked", "rawtypes"})
    @Test
    void refusesWrongBindings() {
        Param<String> text = d.param("text", String.class);
        List<Out<?>> element = new ArrayList<>();
        List<Bind<In>> kept = new ArrayList<>();
        TaskOut<String> result = d.task("result", Works.class, in -> {
            kept.add(in);
            in.set(In::depth).to(1).set(In::rows).to(List.of());
        });
        d.task("unbound", Works.class, in -> in.set(In::note).to(Optional.empty()));
        d.task(
                "twice",
                Works.class,
                in -> in.set(In::depth).to(1).set(In::depth).to(2).set(In::rows).to(List.of()));
        d.task("raw", Works.class, in -> {
            ((Bind.To) in.set(In::depth)).from(text);
            ((Bind.To) in.set(In::rows)).from(result);
        });
        d.task("literal", Works.class, in -> {
            ((Bind.To) in.set(In::depth)).to("x");
            ((Bind.To) in.set(In::rows)).to(null);
        });
        d.task("null", Works.class, in -> {
            ((Bind.To) in.set(In::depth)).to(null);
            in.set(In::rows).to(List.of());
        });
        d.task("generic", (Class) Generic.class, in -> {});
        d.each("e", List.of(1)).map("mapped", Works.class, (in, x) -> {
            element.add(x);
            in.set(In::depth).from(x).set(In::rows).to(List.of());
        });
        d.task("steals", (Out<Integer>) element.get(0), x -> x);
        d.task("waits", () -> 1).after(text);

        assertThatThrownBy(() -> kept.get(0).set(In::depth).to(3))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("Cannot bind depth of 'result': its lambda has returned (expected: bindings within it)");
        assertThat(errors())
                .containsExactly(
                        "task 'unbound': component depth of In is not bound (expected: in.set(In::depth).from(…) or .to(…))",
                        "task 'unbound': component rows of In is not bound (expected: in.set(In::rows).from(…) or .to(…))",
                        "task 'twice': component depth of In is bound twice (expected: once)",
                        "task 'raw': component depth of In: parameter text is a java.lang.String (expected: a int)",
                        "task 'raw': component rows of In: result is a java.lang.String (expected: a java.util.List)",
                        "task 'literal': component depth of In: a java.lang.String (expected: a int)",
                        "task 'null': component depth of In: null (expected: a value, it is a primitive)",
                        "task 'generic': " + Generic.class.getName()
                                + " does not say which record it takes (expected: implements Task<SomeRecord, …>, not generic)",
                        "task 'steals': its input is the element of mapped (expected: an element is used in its own mapped task only)",
                        "task 'waits': after(parameter text) (expected: a task, there is nothing else to wait for)");
    }

    @Test
    void refusesBrokenChoices() {
        TaskOut<Integer> a = d.task("a", () -> 1);
        var open = d.choose("open", a).when("x", i -> true, t -> t.task("t", () -> 1));
        open.when("x", i -> true, t -> t.task("u", () -> 1));
        var ended = d.choose("ended", a).when("merged", i -> true, t -> t.task("t", () -> 1));
        ended.when("b d", i -> true, t -> t.task("t", () -> 1));
        ended.otherwise(t -> t.task("t", () -> 1));
        assertThatThrownBy(() -> ended.otherwise(t -> t.task("t", () -> 1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageStartingWith("Cannot add a branch to 'ended': otherwise(…) has ended it");
        assertThat(errors())
                .contains(
                        "task 'open': two branches are labelled 'x' (expected: one each)",
                        "task 'ended': branch label: 'merged' (expected: another word, this one is taken)",
                        "task 'ended': branch label: 'b d' (expected: letters, digits, _ and -)",
                        "choice 'open': is not ended (expected: otherwise(…) after its last branch)");
    }

    /** A rule that may let a task run without the value demands maybe(); one that never does, does not. */
    @ParameterizedTest
    @EnumSource(TriggerRule.class)
    void demandsMaybeWhereARuleMayRunWithoutTheValue(TriggerRule rule) {
        TaskOut<Integer> a = d.task("a", () -> 1);
        TaskOut<Integer> b = d.task("b", () -> 1);
        d.task("takes", a, b, (x, y) -> x + y).trigger(rule);
        d.task("takes-maybe", a.maybe(), b.maybe(), (x, y) -> 1).trigger(rule);
        switch (rule) {
            // neither a nor b can be skipped
            case ALL_SUCCESS, NONE_FAILED, NONE_FAILED_MIN_ONE_SUCCESS, ALL_SKIPPED -> d.build();
            default ->
                assertThat(errors())
                        .containsExactly(
                                "task 'takes': takes a and, by its rule " + rule
                                        + ", may run without it (expected: its maybe(), or a rule that waits for it to succeed)",
                                "task 'takes': takes b and, by its rule " + rule
                                        + ", may run without it (expected: its maybe(), or a rule that waits for it to succeed)");
        }
    }

    @Test
    void knowsThatASingleUpstreamMustSucceedForSomeRules() {
        TaskOut<Integer> a = d.task("a", () -> 1);
        d.task("one", a, x -> x).trigger(TriggerRule.ONE_SUCCESS);
        d.task("min", a, x -> x).trigger(TriggerRule.ALL_DONE_MIN_ONE_SUCCESS);
        d.build();
    }

    @Test
    void demandsMaybeOfWhatABranchMaySkipOutsideOfItOnly() {
        TaskOut<Integer> a = d.task("a", () -> 1);
        List<TaskOut<Integer>> inside = new ArrayList<>();
        Out<Integer> merged = d.choose("c", a)
                .when("x", i -> true, t -> {
                    TaskOut<Integer> first = t.task("first", () -> 1);
                    inside.add(first);
                    return t.task("second", first, x -> x).trigger(TriggerRule.NONE_FAILED);
                })
                .otherwise(t -> t.task("other", () -> 2));
        Many<Integer> many = d.each("e", List.of(1)).map("many", x -> x);
        d.task("after-merge", merged, many, (x, list) -> x);
        d.task("outside", inside.get(0), many, (x, list) -> x);
        assertThat(errors())
                .containsExactly("task 'outside': takes c.x.first and, by its rule NONE_FAILED, may run without it"
                        + " (expected: its maybe(), or a rule that waits for it to succeed)");
    }

    @Test
    void demandsMaybeOfWhatHangsOnAnEmptyMap() {
        TaskOut<List<Integer>> list = d.task("list", () -> List.of());
        Many<Integer> many = d.each("e", list).map("many", x -> x);
        TaskOut<Integer> hangs = d.task("hangs", () -> 1).after(many);
        d.task("takes", hangs, many, (x, all) -> x);
        d.task("mapped", list, x -> x);
        d.each("f", list).map("early", x -> x).trigger(TriggerRule.ALWAYS);
        assertThat(errors())
                .containsExactly(
                        "task 'takes': takes hangs and, by its rule NONE_FAILED, may run without it"
                                + " (expected: its maybe(), or a rule that waits for it to succeed)",
                        "task 'early': is mapped over list and, by its rule ALWAYS, may run without it"
                                + " (expected: a rule that waits for it to succeed)");
    }

    @Test
    void stillBuildsAWideAndLongDagFast() {
        Out<Integer> last = d.task("t0", () -> 0);
        for (int i = 1; i < 10_000; i++) {
            last = i % 100 == 0
                    ? d.task("t" + i, last, x -> x)
                    : d.task("t" + i, last, x -> x).retries(1);
        }
        Dag dag = d.build();
        assertThat(((GraphDag) dag).graph().tasks()).hasSize(10_000);
    }
}
