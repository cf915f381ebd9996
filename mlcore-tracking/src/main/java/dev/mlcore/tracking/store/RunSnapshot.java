package dev.mlcore.tracking.store;

import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunStatus;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/** A run as it was read. */
record RunSnapshot(
        String id,
        String name,
        String experiment,
        RunStatus status,
        Instant started,
        Optional<Instant> ended,
        Map<String, String> params,
        Map<String, Double> metrics,
        Map<String, String> tags,
        List<DatasetUse> inputs)
        implements RunInfo {
    RunSnapshot {
        params = sorted(params);
        metrics = sorted(metrics);
        tags = sorted(tags);
        inputs = List.copyOf(inputs);
    }

    @Override
    public Optional<String> parent() {
        return Optional.ofNullable(tags.get(Rules.PARENT));
    }

    private static <V> SortedMap<String, V> sorted(Map<String, V> map) {
        return Collections.unmodifiableSortedMap(new TreeMap<>(map));
    }
}
