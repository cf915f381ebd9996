package dev.mlcore.dag.internal;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.data.Accessor;
import dev.mlcore.api.internal.records.Accessors;
import dev.mlcore.dag.Out;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Every {@link Out} is one of these: the plan it belongs to and the source it stands for.
 *
 * @param <T> the value
 */
public abstract non-sealed class Handle<T> implements Out<T> {
    final Plan plan;

    Handle(Plan plan) {
        this.plan = plan;
    }

    abstract Source source();

    @Override
    public final <P> Out<P> get(Accessor<T, P> component) {
        String name = Accessors.component(requireNonNull(component, "component"));
        return new View<>(plan, Plan.part(source(), name));
    }

    @Override
    public final Out<Optional<T>> maybe() {
        if (source() instanceof Source.OfTask of) {
            return new View<>(plan, new Source.OfTask(of.task(), of.path(), true));
        }
        throw new IllegalStateException("maybe(): " + this + " always has a value (expected: the value of a task)");
    }

    /** What an engine reads for a handle. */
    @Override
    public final String toString() {
        return Plan.words(source());
    }

    /** A part of a value, an element, a value that may be absent. */
    static final class View<T> extends Handle<T> {
        private final Source source;

        View(Plan plan, Source source) {
            super(plan);
            this.source = source;
        }

        @Override
        Source source() {
            return source;
        }
    }

    static List<String> longer(List<String> path, String name) {
        List<String> all = new ArrayList<>(path);
        all.add(name);
        return List.copyOf(all);
    }
}
