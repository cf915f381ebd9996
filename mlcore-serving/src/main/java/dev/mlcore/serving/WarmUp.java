package dev.mlcore.serving;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.ModelFailedException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Runs a new version on its package's own example, twice: a failure refuses the version, and the second run finds everything in place. */
final class WarmUp {
    private WarmUp() {}

    static void run(String model, VersionHost version, List<Map<String, @Nullable Object>> example) {
        if (example.isEmpty()) {
            return;
        }
        String what = "Cannot serve model " + model + " version " + version.version()
                + ": its package's own example failed: ";
        List<Place> places = new ArrayList<>();
        for (Place place : version.inputPlaces()) {
            boolean given = example.get(0).containsKey(place.name());
            if (given) {
                places.add(place);
            } else if (place.required()) {
                throw new ModelFailedException(what + "it has no column " + place.name() + " (expected: "
                        + place.expected() + "; given: " + example.get(0).keySet() + ")");
            }
        }
        boolean[] arrays = new boolean[places.size()];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = RowWriter.flat(example.get(0).get(places.get(i).name())) instanceof Object[];
            Optional<String> misfit = Geometry.misfit(places.get(i), arrays[i]);
            if (misfit.isPresent()) {
                throw new ModelFailedException(
                        what + "column " + places.get(i).name() + " (expected: " + misfit.get() + ")");
            }
        }
        RowWriter writer = new RowWriter(version.inputs(), places, arrays);
        List<@Nullable Object[]> rows = rows(places, writer.batchable() ? example : example.subList(0, 1));
        try {
            for (int i = 0; i < 2; i++) {
                version.run(
                        writer.shapes(rows),
                        slot -> writer.write(slot, rows),
                        slot -> rows,
                        Deadline.NONE,
                        new Timing());
            }
        } catch (MlcoreException e) {
            throw new ModelFailedException(what + e.getMessage(), e);
        }
    }

    private static List<@Nullable Object[]> rows(List<Place> places, List<Map<String, @Nullable Object>> example) {
        List<@Nullable Object[]> rows = new ArrayList<>();
        for (Map<String, @Nullable Object> given : example) {
            @Nullable Object[] row = new @Nullable Object[places.size()];
            for (int i = 0; i < row.length; i++) {
                row[i] = RowWriter.flat(given.get(places.get(i).name()));
            }
            rows.add(row);
        }
        return rows;
    }
}
