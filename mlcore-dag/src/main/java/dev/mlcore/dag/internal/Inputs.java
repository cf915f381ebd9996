package dev.mlcore.dag.internal;

import dev.mlcore.api.internal.records.RecordType;
import dev.mlcore.dag.internal.Graph.Input;
import dev.mlcore.dag.internal.Graph.TaskNode;
import java.lang.ref.SoftReference;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Where a body's arguments come from: committed values, each consumer's own copy unless nobody can change it. Thread-safe. */
final class Inputs implements RunState.Lookup {
    private final DagStore store;
    private final StoredValues values;

    Inputs(DagStore store, StoredValues values) {
        this.store = store;
        this.values = values;
    }

    /** The arguments of an attempt, in order. */
    @Nullable Object[] of(Instance instance) {
        List<Input> inputs = instance.task.node.inputs();
        @Nullable Object[] arguments = new @Nullable Object[inputs.size()];
        for (int i = 0; i < arguments.length; i++) {
            arguments[i] = resolve(instance.run, inputs.get(i), instance);
        }
        return arguments;
    }

    /** What a handle stands for, in a run that has it. */
    @Nullable Object resolve(RunState run, Input input, @Nullable Instance instance) {
        if (input instanceof Input.Literal literal) {
            return values.own(literal.value());
        } else if (input instanceof Input.OfParam param) {
            String id =
                    run.graph.params().get(param.param()).id(); // the rows may stand in another order of declaration
            Rows.ParamRow row = run.row.params().stream()
                    .filter(stored -> stored.id().equals(id))
                    .findFirst()
                    .orElseThrow();
            return follow(values.decode(row.value()), param.path());
        } else if (input instanceof Input.OfTask task) {
            return ofTask(run, task);
        } else if (input instanceof Input.Element element && instance != null) {
            return follow(element(run, instance), element.path());
        } else if (input instanceof Input.OfRecord record) {
            return ofRecord(run, record, instance);
        }
        throw new IllegalStateException("Cannot resolve " + input + ": it has a value inside a mapped task only");
    }

    private Object ofRecord(RunState run, Input.OfRecord record, @Nullable Instance instance) {
        @Nullable Object[] parts = new @Nullable Object[record.parts().size()];
        for (int i = 0; i < parts.length; i++) {
            parts[i] = resolve(run, record.parts().get(i), instance);
        }
        return RecordType.of(record.type()).newInstance(parts);
    }

    private @Nullable Object ofTask(RunState run, Input.OfTask input) {
        RunTask task = run.tasks.get(input.task());
        if (task.mapped()) {
            List<Instance> present = present(run, task);
            if (input.maybe() && present.isEmpty()) {
                return Optional.empty();
            }
            List<@Nullable Object> all = new ArrayList<>(present.size());
            for (Instance instance : present) {
                all.add(value(instance));
            }
            List<@Nullable Object> list = Collections.unmodifiableList(all);
            return input.maybe() ? Optional.of(list) : list;
        }
        Instance only;
        synchronized (run) {
            only = task.instances.isEmpty() ? null : task.instances.get(0);
            if (only != null && only.state != TaskState.SUCCEEDED) {
                only = null;
            }
        }
        if (only == null) {
            if (input.maybe()) {
                return Optional.empty();
            }
            throw new IllegalStateException("Task '" + task.node.id() + "' has no value");
        }
        Object value = follow(value(only), input.path());
        return input.maybe() ? Optional.ofNullable(value) : value;
    }

    private static List<Instance> present(RunState run, RunTask task) {
        synchronized (run) {
            return task.instances.stream()
                    .filter(instance -> instance.state == TaskState.SUCCEEDED)
                    .toList();
        }
    }

    private @Nullable Object element(RunState run, Instance instance) {
        Input over = instance.task.node.mapOver().orElseThrow();
        if (over instanceof Input.OfTask task && run.tasks.get(task.task()).mapped()) {
            return value(present(run, run.tasks.get(task.task())).get(instance.index()));
        }
        if (over instanceof Input.Literal literal && literal.value() instanceof List<?> list) {
            return values.own(
                    list.get(instance.index())); // the element alone: a wide map would look at all of them for each
        }
        Object collection = resolve(run, over, null);
        if (collection instanceof List<?> list) {
            return list.get(instance.index());
        }
        int skip = instance.index();
        for (Object element : elements(collection)) {
            if (skip-- == 0) {
                return element;
            }
        }
        throw new IllegalStateException("Element " + instance.index() + " of the collection that '"
                + instance.task.node.id() + "' is mapped over is gone: the collection's order or size changed");
    }

    private static Collection<?> elements(@Nullable Object value) {
        if (value instanceof Collection<?> collection) {
            return collection;
        }
        throw new IllegalStateException("Cannot map over " + value + " (expected: a collection)");
    }

    /** The committed value of an instance. */
    @Nullable Object value(Instance instance) {
        SoftReference<Object> reference = instance.shared;
        Object shared = reference == null ? null : reference.get();
        if (shared != null) {
            return shared;
        }
        String task = instance.task.node.id();
        Rows.Stored stored = store.value(instance.run.row.no(), task, instance.path)
                .orElseThrow(() -> new IllegalStateException(
                        "Task '" + task + "' at path " + instance.path + " succeeded and has no stored value"));
        Object value = values.load(stored, "task '" + instance.display() + "' of DAG run " + instance.run.id());
        if (value != null && values.shareable(value)) {
            instance.shared = new SoftReference<>(value);
        }
        return value;
    }

    @Override
    public String label(Instance decision) {
        return String.valueOf(value(decision));
    }

    @Override
    public int size(RunState run, TaskNode mapped) {
        return elements(resolve(run, mapped.mapOver().orElseThrow(), null)).size();
    }

    /** The same, from a value at hand. */
    static int size(@Nullable Object value, TaskNode mapped) {
        return elements(follow(value, mapped.mapOver().orElseThrow().path())).size();
    }

    /** Goes down a path of record components. */
    static @Nullable Object follow(@Nullable Object value, List<String> path) {
        Object at = value;
        for (String name : path) {
            if (!(at instanceof Record record)) {
                throw new IllegalStateException(
                        "Cannot take component '" + name + "' of " + at + " (expected: a record)");
            }
            at = component(record, name);
        }
        return at;
    }

    @SuppressWarnings("unchecked")
    private static @Nullable Object component(Record record, String name) {
        RecordType<Record> type = (RecordType<Record>) RecordType.of(record.getClass());
        for (int i = 0; i < type.components().size(); i++) {
            if (type.components().get(i).name().equals(name)) {
                return type.values(record)[i];
            }
        }
        throw new IllegalStateException(
                "Cannot take component '" + name + "': " + record.getClass().getName() + " has none of that name");
    }
}
