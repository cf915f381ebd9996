package dev.mlcore.dag.internal;

import com.google.common.hash.Hashing;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Comparator;
import java.util.IdentityHashMap;
import java.util.List;

/**
 * The hash of a DAG's shape: SHA-256 of a canonical JSON. Tasks and parameters stand sorted by id and refer to one another by id, so the order of
 * declaration does not matter; a field at its default is left out, so that a release may add fields without changing the hash of what exists.
 * Once released, no field is renamed or dropped.
 */
final class GraphHash {
    private final StringBuilder out = new StringBuilder();
    private final IdentityHashMap<Source, String> literals;

    private GraphHash(IdentityHashMap<Source, String> literals) {
        this.literals = literals;
    }

    static String of(Plan plan, IdentityHashMap<Source, String> literals) {
        return Hashing.sha256()
                .hashString(canonical(plan, literals), StandardCharsets.UTF_8)
                .toString();
    }

    static String canonical(Plan plan, IdentityHashMap<Source, String> literals) {
        GraphHash hash = new GraphHash(literals);
        hash.write(plan);
        return hash.out.toString();
    }

    private void write(Plan plan) {
        out.append("{\"id\":");
        JsonText.quote(out, plan.id);
        if (!plan.params.isEmpty()) {
            out.append(",\"params\":[");
            String comma = "";
            for (ParamDraft param : sorted(plan.params, p -> p.id)) {
                out.append(comma).append("{\"id\":");
                JsonText.quote(out, param.id);
                field("type", param.type.getName());
                out.append('}');
                comma = ",";
            }
            out.append(']');
        }
        out.append(",\"tasks\":[");
        String comma = "";
        for (TaskDraft task : sorted(plan.tasks, t -> t.id)) {
            out.append(comma);
            write(task);
            comma = ",";
        }
        out.append("]}");
    }

    private void write(TaskDraft task) {
        out.append("{\"id\":");
        JsonText.quote(out, task.id);
        if (!task.after.isEmpty()) {
            out.append(",\"after\":");
            strings(task.after.stream().map(t -> t.id).sorted().toList());
        }
        if (!task.labels.isEmpty()) {
            out.append(",\"branches\":");
            strings(task.labels);
        }
        if (task.taskClass != null) {
            field("class", task.taskClass.getName());
        }
        if (task.guard != null) {
            out.append(",\"guard\":");
            strings(List.of(task.guard.decision().id, task.guard.label()));
        }
        if (!task.inputs.isEmpty()) {
            out.append(",\"in\":[");
            String comma = "";
            for (Source input : task.inputs) {
                out.append(comma);
                write(input);
                comma = ",";
            }
            out.append(']');
        }
        if (task.over != null) {
            out.append(",\"over\":");
            write(task.over);
        }
        if (task.effectiveRule() != task.defaultRule()) {
            field("rule", task.effectiveRule().name());
        }
        out.append('}');
    }

    private void write(Source source) {
        if (source instanceof Source.OfTask of) {
            out.append("{\"task\":");
            JsonText.quote(out, of.task().id);
            path(of.path());
            out.append(of.maybe() ? ",\"maybe\":true}" : "}");
        } else if (source instanceof Source.OfParam of) {
            out.append("{\"param\":");
            JsonText.quote(out, of.param().id);
            path(of.path());
            out.append('}');
        } else if (source instanceof Source.OfElement of) {
            out.append("{\"element\":true");
            path(of.path());
            out.append('}');
        } else if (source instanceof Source.OfRecord of) {
            out.append("{\"record\":");
            JsonText.quote(out, of.type().getName());
            out.append(",\"parts\":{");
            String comma = "";
            // By name: a component added with an empty default keeps its neighbours' text, and the order in the record
            // does not matter.
            List<String> names = of.names().stream().sorted().toList();
            for (String name : names) {
                out.append(comma);
                JsonText.quote(out, name);
                out.append(':');
                write(of.parts().get(of.names().indexOf(name)));
                comma = ",";
            }
            out.append("}}");
        } else {
            out.append("{\"literal\":").append(literals.get(source)).append('}');
        }
    }

    private void path(List<String> path) {
        if (!path.isEmpty()) {
            out.append(",\"path\":");
            strings(path);
        }
    }

    private void field(String name, String value) {
        out.append(",\"").append(name).append("\":");
        JsonText.quote(out, value);
    }

    private void strings(Collection<String> values) {
        out.append('[');
        String comma = "";
        for (String value : values) {
            out.append(comma);
            JsonText.quote(out, value);
            comma = ",";
        }
        out.append(']');
    }

    private static <T> List<T> sorted(List<T> all, java.util.function.Function<T, String> id) {
        return all.stream().sorted(Comparator.comparing(id)).toList();
    }
}
