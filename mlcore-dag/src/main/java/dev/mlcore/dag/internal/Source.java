package dev.mlcore.dag.internal;

import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Where an argument comes from while the DAG is being built; becomes a {@link Graph.Input} once tasks have indices. */
sealed interface Source {
    /** The sources without the records that put them together. */
    default Stream<Source> leaves() {
        return Stream.of(this);
    }

    /** A task's result, or a part of it. */
    record OfTask(TaskDraft task, List<String> path, boolean maybe) implements Source {}

    /** A parameter, or a part of it. */
    record OfParam(ParamDraft param, List<String> path) implements Source {}

    /** The element that an instance is for, or a part of it; valid for the one mapped task that {@code scope} stands for. */
    record OfElement(Object scope, List<String> path) implements Source {}

    /** A value fixed now. */
    record Literal(@Nullable Object value) implements Source {}

    /** A record put together. */
    record OfRecord(Class<? extends Record> type, List<String> names, List<Source> parts) implements Source {
        @Override
        public Stream<Source> leaves() {
            return parts.stream().flatMap(Source::leaves);
        }
    }

    /** Something that an error was reported for; keeps the rest of the checks going. */
    record Broken() implements Source {}
}
