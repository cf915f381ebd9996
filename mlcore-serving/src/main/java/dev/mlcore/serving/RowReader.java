package dev.mlcore.serving;

import dev.mlcore.api.ModelFailedException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.serving.backend.Slot;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads rows of column values out of a version's output tensors. Immutable; thread-safe. */
final class RowReader {
    private final String model;
    private final Place[] places;
    private final ComponentType[] types;
    private final Class<?>[] classes;
    private final Geometry[] geometries;
    private final boolean batchable;

    RowReader(String model, List<Place> places, List<ComponentType> types, List<Class<?>> classes) {
        this.model = model;
        this.places = places.toArray(Place[]::new);
        this.types = types.toArray(ComponentType[]::new);
        this.classes = classes.toArray(Class<?>[]::new);
        this.geometries = new Geometry[this.places.length];
        boolean any = true;
        for (int i = 0; i < geometries.length; i++) {
            geometries[i] = Geometry.of(this.places[i], this.types[i].array());
            any &= geometries[i].anyRows();
        }
        batchable = any;
    }

    /** Whether the answers to many rows can be told apart. */
    boolean batchable() {
        return batchable;
    }

    /** One array of component values per row. */
    List<@Nullable Object[]> read(Slot slot, int rows) {
        List<@Nullable Object[]> answers = new ArrayList<>(rows);
        for (int r = 0; r < rows; r++) {
            answers.add(new @Nullable Object[places.length]);
        }
        for (int i = 0; i < places.length; i++) {
            readColumn(slot, i, answers);
        }
        return answers;
    }

    private void readColumn(Slot slot, int i, List<@Nullable Object[]> answers) {
        Place place = places[i];
        int rows = answers.size();
        long[] shape = slot.outputShape(place.tensor());
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        long perRow = elements / rows;
        boolean fits = shape.length == geometries[i].rank()
                && elements % rows == 0
                && (!geometries[i].rowed() || shape[0] == rows)
                && (types[i].array() || perRow == place.width());
        if (!fits) {
            throw new ModelFailedException("Cannot read the answer of model " + model + ": tensor "
                    + place.spec().name() + " came as " + Arrays.toString(shape) + " (expected: " + rows + " rows of "
                    + (types[i].array() ? place.spec().dims() : place.width() + " values") + ")");
        }
        DataType type = place.spec().type();
        ByteBuffer buffer = type.sizeBytes() == 0 ? null : slot.output(place.tensor());
        byte[][] strings = type.sizeBytes() == 0 ? slot.outputStrings(place.tensor()) : null;
        for (int r = 0; r < rows; r++) {
            int from = (int) (r * perRow);
            answers.get(r)[i] = types[i].array()
                    ? array(i, type, buffer, strings, from, (int) perRow)
                    : one(i, type, buffer, strings, from + Math.max(place.index(), 0));
        }
    }

    private Object one(int i, DataType type, @Nullable ByteBuffer buffer, byte @Nullable [][] strings, int element) {
        if (buffer != null) {
            return types[i].convert(Elements.get(type, buffer, element));
        }
        if (strings == null) {
            throw new IllegalStateException(type + " without strings");
        }
        return types[i].convert(strings[element]);
    }

    private Object array(
            int i, DataType type, @Nullable ByteBuffer buffer, byte @Nullable [][] strings, int from, int length) {
        Object array = Array.newInstance(classes[i].getComponentType(), length);
        for (int k = 0; k < length; k++) {
            Array.set(array, k, one(i, type, buffer, strings, from + k));
        }
        return array;
    }
}
