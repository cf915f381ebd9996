package dev.mlcore.serving;

import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.internal.records.RecordType;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Two record types bound to one version: components to columns by name. All that does not fit is said in one message.
 *
 * @param <O> one row out
 */
final class Binding<O extends Record> {
    private final VersionHost version;
    private final RecordType<O> output;
    private final RowWriter writer;
    private final RowReader reader;

    private Binding(VersionHost version, RecordType<O> output, RowWriter writer, RowReader reader) {
        this.version = version;
        this.output = output;
        this.writer = writer;
        this.reader = reader;
    }

    static <O extends Record> Binding<O> of(
            String model, VersionHost version, Class<? extends Record> in, Class<O> out) {
        RecordType<?> input = RecordType.of(in);
        RecordType<O> output = RecordType.of(out);
        List<String> problems = new ArrayList<>();

        List<Place> inputs = new ArrayList<>();
        List<ComponentType> inputTypes = new ArrayList<>();
        match(input, version.inputPlaces(), true, inputs, inputTypes, problems);
        for (Place place : version.inputPlaces()) {
            if (place.required() && !inputs.contains(place) && !named(input, place.name())) {
                problems.add("input column " + place.name() + " has no component (expected: " + place.expected() + ")");
            }
        }
        List<Place> outputs = new ArrayList<>();
        List<ComponentType> outputTypes = new ArrayList<>();
        match(output, version.outputPlaces(), false, outputs, outputTypes, problems);

        if (!problems.isEmpty()) {
            throw new IncompatibleException("Cannot bind " + in.getSimpleName() + " -> " + out.getSimpleName()
                    + " to model " + model + " version " + version.version() + ": " + String.join("; ", problems));
        }
        boolean[] arrays = new boolean[inputs.size()];
        for (int i = 0; i < arrays.length; i++) {
            arrays[i] = inputTypes.get(i).array();
        }
        List<Class<?>> classes = new ArrayList<>();
        output.components().forEach(component -> classes.add(component.type()));
        return new Binding<>(
                version,
                output,
                new RowWriter(version.inputs(), inputs, arrays),
                new RowReader(model, outputs, outputTypes, classes));
    }

    private static boolean named(RecordType<?> record, String column) {
        return record.components().stream().anyMatch(c -> c.column().equals(column));
    }

    private static void match(
            RecordType<?> record,
            List<Place> places,
            boolean in,
            List<Place> found,
            List<ComponentType> types,
            List<String> problems) {
        Map<String, Place> byName = new HashMap<>();
        places.forEach(place -> byName.putIfAbsent(place.name(), place));
        String role = in ? "input" : "output";
        for (RecordType.Component component : record.components()) {
            Place place = byName.get(component.column());
            String what = role + " component " + component.name();
            if (place == null) {
                problems.add(what + " names no column"
                        + (component.column().equals(component.name()) ? "" : " (" + component.column() + ")")
                        + " (expected: one of "
                        + places.stream().map(Place::name).toList() + ")");
                continue;
            }
            Optional<ComponentType> type = ComponentType.of(component.type());
            boolean fits = type.isPresent()
                    && (in
                            ? type.get().feeds(place)
                            : type.get().holds(place.spec().type()));
            if (!fits) {
                problems.add(what + " is " + component.type().getSimpleName() + " (expected: "
                        + (in ? place.expected() : "what holds " + place.spec().type()) + ")");
                continue;
            }
            Optional<String> misfit = Geometry.misfit(place, type.get().array());
            if (misfit.isPresent()) {
                problems.add(what + " is " + component.type().getSimpleName() + ", but tensor "
                        + place.spec().name() + " " + place.spec().dims() + " takes "
                        + misfit.get());
                continue;
            }
            found.add(place);
            types.add(type.get());
        }
    }

    VersionHost version() {
        return version;
    }

    boolean batchable() {
        return writer.batchable() && reader.batchable();
    }

    /** Runs rows of input values in one run. The version must be held. No code of the user's runs while a slot is held. */
    List<O> run(List<@Nullable Object[]> rows, Deadline deadline, Timing timing) {
        long[][] shapes = writer.shapes(rows);
        List<@Nullable Object[]> answers = version.run(
                shapes, slot -> writer.write(slot, rows), slot -> reader.read(slot, rows.size()), deadline, timing);
        List<O> records = new ArrayList<>(answers.size());
        for (Object[] answer : answers) {
            records.add(output.newInstance(answer));
        }
        return records;
    }
}
