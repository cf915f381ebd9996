package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import com.google.common.hash.Hasher;
import com.google.common.hash.Hashing;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.Param;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** What a submission sets; checked as a whole, so that every mistake is reported at once. */
final class RunParams implements DagEngine.Values {
    private static final Pattern RUN_ID = Pattern.compile("[0-9a-f]{32}");

    private final GraphDag dag;
    private final Map<Integer, Object> set = new HashMap<>();
    private @Nullable String key;
    private @Nullable String parent;

    RunParams(GraphDag dag) {
        this.dag = dag;
    }

    @Override
    public <T> DagEngine.Values set(Param<T> param, T value) {
        requireNonNull(param, "param");
        if (!(dag.input(param) instanceof Graph.Input.OfParam of)) {
            throw new IllegalArgumentException(
                    "param: " + param + " (expected: a parameter of DAG '" + dag.id() + "')");
        }
        String id = dag.graph().params().get(of.param()).id();
        requireNonNull(value, () -> "value of parameter '" + id + "'");
        if (set.putIfAbsent(of.param(), value) != null) {
            throw new IllegalArgumentException("param: '" + id + "' is set twice (expected: once)");
        }
        return this;
    }

    @Override
    public DagEngine.Values key(String name) {
        if (requireNonNull(name, "key").isBlank() || name.length() > 250) {
            throw new IllegalArgumentException("key: '" + name + "' (expected: 1 to 250 characters, not blank)");
        }
        key = name;
        return this;
    }

    @Override
    public DagEngine.Values parent(String trackedRunId) {
        if (!RUN_ID.matcher(requireNonNull(trackedRunId, "parent")).matches()) {
            throw new IllegalArgumentException(
                    "parent: '" + trackedRunId + "' (expected: 32 lower-case hex digits, a tracked run's id)");
        }
        parent = trackedRunId;
        return this;
    }

    @Nullable String key() {
        return key;
    }

    @Nullable String parent() {
        return parent;
    }

    /** The values in the graph's order, defaults filled in. */
    List<Object> checked() {
        List<String> errors = new ArrayList<>();
        List<Object> all = new ArrayList<>();
        List<Graph.ParamNode> params = dag.graph().params();
        for (int i = 0; i < params.size(); i++) {
            Graph.ParamNode param = params.get(i);
            Object value = set.getOrDefault(i, param.defaultValue().orElse(null));
            if (value == null) {
                errors.add("'" + param.id() + "' is not set and has no default (expected: a "
                        + param.type().getName() + ", p.set(" + param.id() + ", …))");
            } else if (!param.type().isInstance(value)) {
                errors.add("'" + param.id() + "': " + value + ", a "
                        + value.getClass().getName() + " (expected: a "
                        + param.type().getName() + ")");
            } else {
                for (Graph.Check check : param.checks()) {
                    if (!check.valid().test(value)) {
                        errors.add("'" + param.id() + "': " + value + " (expected: " + check.rule() + ")");
                    }
                }
                all.add(value);
            }
        }
        if (!errors.isEmpty()) {
            throw new IllegalArgumentException(
                    "Cannot submit DAG '" + dag.id() + "': parameter " + String.join("; parameter ", errors));
        }
        return all;
    }

    /** The stored form. */
    List<Rows.ParamRow> rows(StoredValues values, List<Object> checked) {
        List<Rows.ParamRow> rows = new ArrayList<>();
        for (int i = 0; i < checked.size(); i++) {
            rows.add(new Rows.ParamRow(dag.graph().params().get(i).id(), values.encode(checked.get(i))));
        }
        return rows;
    }

    static String hash(List<Rows.ParamRow> rows) {
        Hasher hasher = Hashing.sha256().newHasher();
        for (Rows.ParamRow row :
                rows.stream().sorted(Comparator.comparing(Rows.ParamRow::id)).toList()) {
            hasher.putString(row.id(), StandardCharsets.UTF_8)
                    .putByte((byte) 0)
                    .putInt(row.value().length)
                    .putBytes(row.value());
        }
        return hasher.hash().toString();
    }
}
