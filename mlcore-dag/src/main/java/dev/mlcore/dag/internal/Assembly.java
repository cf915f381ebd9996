package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.MlcoreException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Checks a plan as a whole and makes the graph of it. */
final class Assembly {
    private final Plan plan;
    private final List<String> errors;

    /** Stored forms of the literals, for the hash. */
    private final IdentityHashMap<Source, String> literals = new IdentityHashMap<>();

    private Assembly(Plan plan) {
        this.plan = plan;
        this.errors = new ArrayList<>(plan.errors);
    }

    /** Throws what {@link dev.mlcore.dag.DagBuilder#build} says. */
    static GraphDag assemble(Plan plan) {
        return new Assembly(plan).run();
    }

    private GraphDag run() {
        if (plan.tasks.isEmpty()) {
            errors.add("it has no tasks (expected: one or more)");
        }
        plan.unended.forEach(decision -> errors.add(
                "choice '" + decision.id + "': is not ended (expected: otherwise(…) after its last branch)"));
        plan.params.forEach(this::check);
        plan.tasks.forEach(this::checkLiterals);
        List<TaskDraft> ordered = order();
        if (ordered.size() == plan.tasks.size()) {
            checkAbsence(ordered);
        }
        if (!errors.isEmpty()) {
            throw new IllegalStateException(errors.stream()
                    .collect(Collectors.joining(
                            "\n  ",
                            "Cannot build DAG '" + plan.id + "': "
                                    + (errors.size() == 1 ? "1 error" : errors.size() + " errors") + "\n  ",
                            "")));
        }
        Map<TaskDraft, Integer> indices = new HashMap<>();
        ordered.forEach(task -> indices.put(task, indices.size()));
        Map<String, Integer> byId = new HashMap<>();
        indices.forEach((task, index) -> byId.put(task.id, index));
        Graph graph = new Graph(
                plan.id,
                GraphHash.of(plan, literals),
                CodeFingerprint.of(plan.tasks.stream().flatMap(task -> task.code.stream())),
                plan.params.stream().map(Assembly::node).toList(),
                ordered.stream().map(task -> node(task, indices)).toList());
        return new GraphDag(graph, byId);
    }

    private void check(ParamDraft param) {
        String problem = ValueCodec.problem(param.type);
        if (problem != null) {
            errors.add("parameter '" + param.id + "': " + problem);
        }
        if (param.defaultValue == null) {
            return;
        }
        for (Graph.Check check : param.checks) {
            if (!check.valid().test(param.defaultValue)) {
                errors.add("parameter '" + param.id + "': its default " + param.defaultValue + " (expected: "
                        + check.rule() + ")");
            }
        }
    }

    private void checkLiterals(TaskDraft task) {
        checkLiteral(task, task.over);
        task.leaves().forEach(source -> checkLiteral(task, source));
    }

    private void checkLiteral(TaskDraft task, @Nullable Source source) {
        if (source instanceof Source.Literal literal && !literals.containsKey(source)) {
            try {
                literals.put(source, ValueCodec.canonical(literal.value()));
            } catch (MlcoreException e) {
                errors.add("task '" + task.id + "': a literal: " + e.getMessage());
            }
        }
    }

    private List<TaskDraft> order() {
        List<TreeSet<Integer>> upstream = plan.tasks.stream()
                .map(task -> task.upstream().stream()
                        .map(before -> before.order)
                        .collect(Collectors.toCollection(TreeSet::new)))
                .toList();
        Topology topology = Topology.of(upstream);
        for (List<Integer> cycle : topology.cycles()) {
            String path = cycle.stream().map(i -> plan.tasks.get(i).id).collect(Collectors.joining(" -> "));
            errors.add("cycle: " + path + " -> " + plan.tasks.get(cycle.get(0)).id
                    + " (expected: none; remove one after(…))");
        }
        return topology.order().stream().map(plan.tasks::get).toList();
    }

    @SuppressWarnings("ReferenceEquality") // the very source that it is mapped over, not an equal input
    private void checkAbsence(List<TaskDraft> ordered) {
        Absence absence = new Absence(ordered);
        for (TaskDraft task : ordered) {
            for (Source.OfTask of : absence.missing(task)) {
                String what = of == task.over ? "is mapped over " : "takes ";
                String remedy = of == task.over
                        ? "a rule that waits for it to succeed"
                        : "its maybe(), or a rule that waits for it to succeed";
                errors.add("task '" + task.id + "': " + what + Plan.words(of) + " and, by its rule "
                        + task.effectiveRule() + ", may run without it (expected: " + remedy + ")");
            }
        }
    }

    private static Graph.ParamNode node(ParamDraft param) {
        return new Graph.ParamNode(
                param.id, param.type, Optional.ofNullable(param.defaultValue), List.copyOf(param.checks));
    }

    private static Graph.TaskNode node(TaskDraft task, Map<TaskDraft, Integer> indices) {
        return new Graph.TaskNode(
                index(task, indices),
                task.id,
                task.synthetic,
                Optional.ofNullable(task.over).map(over -> input(over, indices)),
                task.inputs.stream().map(source -> input(source, indices)).toList(),
                task.upstream().stream()
                        .map(before -> index(before, indices))
                        .sorted()
                        .toList(),
                Optional.ofNullable(task.guard)
                        .map(guard -> new Graph.Guard(index(guard.decision(), indices), guard.label())),
                task.effectiveRule(),
                task.retries,
                Optional.ofNullable(task.device),
                task.resultType,
                task.body);
    }

    private static int index(TaskDraft task, Map<TaskDraft, Integer> indices) {
        return requireNonNull(indices.get(task), task.id);
    }

    private static Graph.Input input(Source source, Map<TaskDraft, Integer> indices) {
        if (source instanceof Source.OfTask of) {
            return new Graph.Input.OfTask(index(of.task(), indices), of.path(), of.maybe());
        }
        if (source instanceof Source.OfParam of) {
            return new Graph.Input.OfParam(of.param().index, of.path());
        }
        if (source instanceof Source.OfElement of) {
            return new Graph.Input.Element(of.path());
        }
        if (source instanceof Source.Literal of) {
            return new Graph.Input.Literal(of.value());
        }
        if (source instanceof Source.OfRecord of) {
            return new Graph.Input.OfRecord(
                    of.type(),
                    of.parts().stream().map(part -> input(part, indices)).toList());
        }
        throw new IllegalStateException("an input that was reported: " + source);
    }
}
