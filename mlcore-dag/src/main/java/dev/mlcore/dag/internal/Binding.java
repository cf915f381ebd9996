package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.data.Accessor;
import dev.mlcore.api.internal.records.Accessors;
import dev.mlcore.api.internal.records.RecordType;
import dev.mlcore.dag.Bind;
import dev.mlcore.dag.Out;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The inputs of one task, put together to a record. */
final class Binding<I extends Record> implements Bind<I> {
    private final Plan plan;
    private final TaskDraft task;
    private final RecordType<I> type;
    private final Map<String, Source> bound = new HashMap<>();
    private boolean open = true;

    private Binding(Plan plan, TaskDraft task, RecordType<I> type) {
        this.plan = plan;
        this.task = task;
        this.type = type;
    }

    static <I extends Record> Source bind(Plan plan, TaskDraft task, Class<I> type, Consumer<Bind<I>> inputs) {
        requireNonNull(inputs, "inputs");
        Binding<I> binding = new Binding<>(plan, task, RecordType.of(type));
        inputs.accept(binding);
        binding.open = false;
        return binding.source();
    }

    @Override
    public <T> To<I, T> set(Accessor<I, T> component) {
        String name = Accessors.component(requireNonNull(component, "component"));
        return new To<>() {
            @Override
            public Bind<I> from(Out<? extends T> value) {
                return put(name, plan.source(task, value));
            }

            @Override
            public Bind<I> to(T value) {
                return put(name, new Source.Literal(value));
            }
        };
    }

    private Bind<I> put(String name, Source value) {
        if (!open) {
            throw new IllegalStateException("Cannot bind " + name + " of '" + task.id
                    + "': its lambda has returned (expected: bindings within it)");
        }
        RecordType.Component component = component(name);
        if (component == null) {
            throw new IllegalArgumentException(
                    "component: " + name + " (expected: one of " + type.type().getName() + ")");
        }
        String problem = Types.problem(component.type(), value);
        if (problem != null) {
            plan.error(task, "component " + name + " of " + type.type().getSimpleName() + ": " + problem);
        }
        if (bound.putIfAbsent(name, value) != null) {
            plan.error(
                    task,
                    "component " + name + " of " + type.type().getSimpleName() + " is bound twice (expected: once)");
        }
        return this;
    }

    private RecordType.@Nullable Component component(String name) {
        for (RecordType.Component component : type.components()) {
            if (component.name().equals(name)) {
                return component;
            }
        }
        return null;
    }

    private Source source() {
        List<String> names = new ArrayList<>();
        List<Source> parts = new ArrayList<>();
        for (RecordType.Component component : type.components()) {
            names.add(component.name());
            Source part = bound.get(component.name());
            if (part == null && component.type() == Optional.class) {
                part = new Source.Literal(Optional.empty());
            }
            if (part == null) {
                plan.error(
                        task,
                        "component " + component.name() + " of "
                                + type.type().getSimpleName() + " is not bound (expected: in.set("
                                + type.type().getSimpleName() + "::" + component.name() + ").from(…) or .to(…))");
                part = new Source.Broken();
            }
            parts.add(part);
        }
        return new Source.OfRecord(type.type(), List.copyOf(names), List.copyOf(parts));
    }
}
