package dev.mlcore.serving;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.serving.backend.Slot;
import java.lang.reflect.Array;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes rows of column values into a version's input tensors. Immutable; thread-safe. */
final class RowWriter {
    private final int tensors;
    private final Place[] places;
    private final boolean[] arrays;
    private final @Nullable Geometry[] geometries; // per tensor; null for an optional one that no column feeds
    private final boolean batchable;
    private final boolean fixedPerRow;
    private final long[][] oneRow;

    /**
     * @param specs all of the version's input tensors
     * @param places the columns in the order in which values come
     * @param arrays whether the value of each is an array
     */
    RowWriter(List<TensorSpec> specs, List<Place> places, boolean[] arrays) {
        this.tensors = specs.size();
        this.places = places.toArray(Place[]::new);
        this.arrays = arrays.clone();
        this.geometries = new @Nullable Geometry[tensors];
        boolean any = true;
        boolean fixed = true;
        for (int i = 0; i < this.places.length; i++) {
            Geometry geometry = Geometry.of(this.places[i], arrays[i]);
            geometries[this.places[i].tensor()] = geometry;
            any &= geometry.anyRows();
            fixed &= geometry.perRow() >= 0;
        }
        batchable = any;
        fixedPerRow = fixed;
        oneRow = fixed ? shapes(1, List.of()) : new long[0][];
    }

    /** Whether any number of rows can go into one run. */
    boolean batchable() {
        return batchable;
    }

    /** The tensors' shapes for these rows. */
    long[][] shapes(List<@Nullable Object[]> rows) {
        return fixedPerRow && rows.size() == 1 ? oneRow : shapes(rows.size(), rows);
    }

    private long[][] shapes(int count, List<@Nullable Object[]> rows) {
        int[] perRow = new int[tensors];
        for (int t = 0; t < tensors; t++) {
            Geometry geometry = geometries[t];
            perRow[t] = geometry == null ? 0 : geometry.perRow();
        }
        for (int i = 0; i < places.length; i++) {
            Geometry geometry = geometries[places[i].tensor()];
            if (arrays[i] && geometry != null && geometry.perRow() < 0) {
                perRow[places[i].tensor()] = length(i, rows, geometry);
            }
        }
        long[][] shapes = new long[tensors][];
        for (int t = 0; t < tensors; t++) {
            Geometry geometry = geometries[t];
            if (geometry != null) {
                shapes[t] = geometry.shape(count, perRow[t]);
            }
        }
        return shapes;
    }

    private int length(int index, List<@Nullable Object[]> rows, Geometry geometry) {
        Place place = places[index];
        int length = length(rows.get(0)[index], place);
        for (Object[] row : rows) {
            if (length(row[index], place) != length) {
                throw new InvalidInputException("Cannot feed column " + place.name() + ": " + length(row[index], place)
                        + " values (expected: " + length + ", as in the first row)");
            }
        }
        long known = geometry.inner().stream().reduce(1L, (a, b) -> Math.max(a, 1) * Math.max(b, 1));
        if (length % known != 0) {
            throw new InvalidInputException("Cannot feed column " + place.name() + ": " + length
                    + " values (expected: a multiple of " + known + ")");
        }
        return length;
    }

    private static int length(@Nullable Object array, Place place) {
        if (array == null) {
            throw Elements.refused(null, place.name(), place.expected());
        }
        return Array.getLength(array);
    }

    void write(Slot slot, List<@Nullable Object[]> rows) {
        for (int r = 0; r < rows.size(); r++) {
            @Nullable Object[] row = rows.get(r);
            for (int i = 0; i < places.length; i++) {
                Place place = places[i];
                if (arrays[i]) {
                    writeArray(slot, place, r, row[i]);
                } else {
                    writeOne(slot, place, r * place.width() + Math.max(place.index(), 0), row[i]);
                }
            }
        }
    }

    private static void writeOne(Slot slot, Place place, int element, @Nullable Object value) {
        DataType type = place.spec().type();
        if (type.sizeBytes() == 0) {
            slot.inputStrings(place.tensor())[element] = Elements.bytes(value, place.name());
        } else {
            Elements.put(type, slot.input(place.tensor()), element, value, place.name());
        }
    }

    private void writeArray(Slot slot, Place place, int row, @Nullable Object array) {
        int length = length(array, place);
        Geometry geometry = geometries[place.tensor()];
        if (array == null || geometry == null) {
            throw Elements.refused(array, place.name(), place.expected());
        }
        if (geometry.perRow() >= 0 && length != geometry.perRow()) {
            throw new InvalidInputException("Cannot feed column " + place.name() + ": " + length + " values (expected: "
                    + geometry.perRow() + ")");
        }
        if (array instanceof float[] floats && place.spec().type() == DataType.FLOAT32) {
            ByteBuffer buffer = slot.input(place.tensor());
            buffer.slice(0, buffer.limit())
                    .order(buffer.order())
                    .asFloatBuffer()
                    .put(row * length, floats);
            return;
        }
        for (int k = 0; k < length; k++) {
            writeOne(slot, place, row * length + k, Array.get(array, k));
        }
    }

    /** A JSON value as what {@link #write} takes: nested lists become one flat array. */
    static @Nullable Object flat(@Nullable Object value) {
        if (!(value instanceof Collection<?> list)) {
            return value;
        }
        List<@Nullable Object> all = new ArrayList<>();
        for (Object part : list) {
            Object flat = flat(part);
            if (flat instanceof Object[] nested) {
                all.addAll(List.of(nested));
            } else {
                all.add(flat);
            }
        }
        return all.toArray();
    }
}
