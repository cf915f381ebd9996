package dev.mlcore.dag.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A parameter while the DAG is being built. */
final class ParamDraft {
    final String id;
    final Class<?> type;
    final int index;
    final List<Graph.Check> checks = new ArrayList<>();

    @Nullable Object defaultValue;

    ParamDraft(String id, Class<?> type, int index) {
        this.id = id;
        this.type = type;
        this.index = index;
    }
}
