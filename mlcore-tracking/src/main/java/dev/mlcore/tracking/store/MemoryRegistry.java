package dev.mlcore.tracking.store;

import dev.mlcore.api.NotFoundException;
import dev.mlcore.tracking.store.Store.NewVersion;
import dev.mlcore.tracking.store.Store.Registered;
import dev.mlcore.tracking.store.Store.VersionRow;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.TreeSet;

/** Registered models in memory. Its store is its lock. */
final class MemoryRegistry {
    private final InstantSource clock;
    private final Map<String, SortedMap<Integer, VersionRow>> versions = new HashMap<>();
    private final Map<String, Map<String, Integer>> aliases = new HashMap<>();

    MemoryRegistry(InstantSource clock) {
        this.clock = clock;
    }

    Registered register(NewVersion version) {
        SortedMap<Integer, VersionRow> known = versions.computeIfAbsent(version.name(), name -> new TreeMap<>());
        if (version.key().isPresent()) {
            for (VersionRow row : known.values()) {
                if (version.key().get().equals(row.tags().get(Rules.KEY))) {
                    return new Registered(row.number(), false);
                }
            }
        }
        int number = known.isEmpty() ? 1 : known.lastKey() + 1;
        TreeMap<String, String> tags = new TreeMap<>();
        version.key().ifPresent(key -> tags.put(Rules.KEY, key));
        known.put(
                number,
                new VersionRow(
                        version.name(),
                        number,
                        "None",
                        version.source(),
                        version.location(),
                        version.runId(),
                        clock.millis(),
                        new TreeSet<>(),
                        tags));
        return new Registered(number, true);
    }

    List<VersionRow> versions(String name) {
        return versions.getOrDefault(name, new TreeMap<>()).values().stream()
                .map(this::snapshot)
                .toList();
    }

    Optional<VersionRow> version(String name, int number) {
        return Optional.ofNullable(versions.getOrDefault(name, new TreeMap<>()).get(number))
                .map(this::snapshot);
    }

    OptionalInt alias(String name, String alias) {
        Integer number = aliases.getOrDefault(name, Map.of()).get(alias);
        return number == null ? OptionalInt.empty() : OptionalInt.of(number);
    }

    boolean setAlias(String name, int number, String alias) {
        existing(name, number);
        Integer old = aliases.computeIfAbsent(name, n -> new HashMap<>()).put(alias, number);
        return old == null || old != number;
    }

    void setTag(String name, int number, String key, String value) {
        existing(name, number).tags().put(key, value);
    }

    private VersionRow existing(String name, int number) {
        VersionRow row = versions.getOrDefault(name, new TreeMap<>()).get(number);
        if (row == null) {
            throw new NotFoundException(
                    "Cannot find version " + number + " of model " + name + ": it does not exist or was deleted");
        }
        return row;
    }

    private VersionRow snapshot(VersionRow row) {
        TreeSet<String> names = new TreeSet<>();
        aliases.getOrDefault(row.name(), Map.of()).forEach((alias, number) -> {
            if (number == row.number()) {
                names.add(alias);
            }
        });
        return new VersionRow(
                row.name(),
                row.number(),
                row.stage(),
                row.source(),
                row.location(),
                row.runId(),
                row.createdMillis(),
                names,
                new TreeMap<>(row.tags()));
    }
}
