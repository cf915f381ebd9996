package dev.mlcore.dag.internal;

import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** A graph for people: words, Mermaid, Graphviz. */
final class Drawing {
    private Drawing() {}

    static String text(Graph graph) {
        StringBuilder out = new StringBuilder("DAG ").append(graph.id()).append(", hash ");
        out.append(graph.hash(), 0, 12).append('\n');
        graph.params().forEach(param -> {
            out.append("  parameter ")
                    .append(param.id())
                    .append(": ")
                    .append(param.type().getSimpleName());
            param.defaultValue().ifPresent(value -> out.append(" = ").append(value));
            param.checks().forEach(check -> out.append(", ").append(check.rule()));
            out.append('\n');
        });
        graph.tasks().forEach(task -> out.append("  ").append(line(graph, task)).append('\n'));
        return out.toString();
    }

    private static String line(Graph graph, Graph.TaskNode task) {
        StringBuilder out = new StringBuilder(task.id());
        task.mapOver().ifPresent(over -> out.append(" for each of ").append(words(graph, over)));
        List<String> inputs = task.inputs().stream()
                .filter(input -> !(input instanceof Graph.Input.Element))
                .map(input -> words(graph, input))
                .toList();
        if (!inputs.isEmpty()) {
            out.append(" <- ").append(String.join(", ", inputs));
        }
        List<String> after = task.upstream().stream()
                .filter(before -> !takes(task, before))
                .map(before -> graph.tasks().get(before).id())
                .toList();
        if (!after.isEmpty()) {
            out.append(", after ").append(String.join(", ", after));
        }
        task.guard()
                .ifPresent(guard -> out.append(", if ")
                        .append(graph.tasks().get(guard.decision()).id())
                        .append(" is ")
                        .append(guard.label()));
        if (task.rule() != dev.mlcore.dag.TriggerRule.ALL_SUCCESS) {
            out.append(", when ").append(task.rule());
        }
        if (task.retries() > 0) {
            out.append(", ").append(task.retries()).append(task.retries() == 1 ? " retry" : " retries");
        }
        task.device()
                .ifPresent(device -> out.append(", on ")
                        .append(
                                device.gpus() == 0
                                        ? "the CPU"
                                        : device.gpus() + " GPU" + (device.cpuWillDo() ? " or the CPU" : "")));
        return out.toString();
    }

    private static boolean takes(Graph.TaskNode task, int before) {
        return task.guard().map(guard -> guard.decision() == before).orElse(false)
                || task.mapOver().map(over -> reads(over, before)).orElse(false)
                || task.inputs().stream().anyMatch(input -> reads(input, before));
    }

    private static boolean reads(Graph.Input input, int task) {
        if (input instanceof Graph.Input.OfRecord of) {
            return of.parts().stream().anyMatch(part -> reads(part, task));
        }
        return input instanceof Graph.Input.OfTask of && of.task() == task;
    }

    private static String words(Graph graph, Graph.Input input) {
        String path = input.path().stream().map(part -> "." + part).collect(Collectors.joining());
        if (input instanceof Graph.Input.OfTask of) {
            return graph.tasks().get(of.task()).id() + path + (of.maybe() ? "?" : "");
        }
        if (input instanceof Graph.Input.OfParam of) {
            return graph.params().get(of.param()).id() + path;
        }
        if (input instanceof Graph.Input.Literal of) {
            return of.value() instanceof List<?> list ? list.size() + " values" : "a value";
        }
        if (input instanceof Graph.Input.OfRecord of) {
            return of.parts().stream()
                    .map(part -> words(graph, part))
                    .collect(Collectors.joining(", ", of.type().getSimpleName() + "(", ")"));
        }
        return "the element" + path;
    }

    static String mermaid(Graph graph) {
        StringBuilder out = new StringBuilder("flowchart TD\n");
        for (Graph.TaskNode task : graph.tasks()) {
            String label = task.id() + (task.mapOver().isPresent() ? " ×n" : "");
            String shape = task.synthetic() ? "{{\"" + label + "\"}}" : "[\"" + label + "\"]";
            out.append("  t").append(task.index()).append(shape).append('\n');
        }
        for (Graph.TaskNode task : graph.tasks()) {
            edges(task)
                    .forEach((before, label) -> out.append("  t")
                            .append(before)
                            .append(label.isEmpty() ? " --> " : " -->|" + label + "| ")
                            .append("t")
                            .append(task.index())
                            .append('\n'));
        }
        return out.toString();
    }

    static String dot(Graph graph) {
        StringBuilder out = new StringBuilder("digraph \"").append(graph.id()).append("\" {\n");
        for (Graph.TaskNode task : graph.tasks()) {
            out.append("  \"").append(task.id()).append('"');
            if (task.synthetic()) {
                out.append(" [shape=diamond]");
            } else if (task.mapOver().isPresent()) {
                out.append(" [peripheries=2]");
            }
            out.append(";\n");
        }
        for (Graph.TaskNode task : graph.tasks()) {
            edges(task)
                    .forEach((before, label) -> out.append("  \"")
                            .append(graph.tasks().get(before).id())
                            .append("\" -> \"")
                            .append(task.id())
                            .append(label.isEmpty() ? "\";\n" : "\" [label=\"" + label + "\"];\n"));
        }
        return out.append("}\n").toString();
    }

    /** Upstream indices with the label of the branch, if the edge is a guard. */
    private static Map<Integer, String> edges(Graph.TaskNode task) {
        Map<Integer, String> edges = new TreeMap<>();
        task.upstream().forEach(before -> edges.put(before, ""));
        task.guard().ifPresent(guard -> edges.put(guard.decision(), guard.label()));
        return edges;
    }
}
