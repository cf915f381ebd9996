package dev.mlcore.serving;

import java.util.List;
import java.util.Optional;

/**
 * How rows lie in one tensor.
 *
 * @param rank of the tensor
 * @param rowed whether its first dimension counts rows
 * @param anyRows whether it takes any number of them
 * @param perRow how many elements a row has; -1 if that differs from call to call
 * @param inner the dimensions after the first (all of them where rows are not counted), -1 where the size differs from call to call
 */
record Geometry(int rank, boolean rowed, boolean anyRows, int perRow, List<Long> inner) {

    /** Why a column of this place cannot be one value per row, or an array per row. */
    static Optional<String> misfit(Place place, boolean array) {
        List<String> dims = place.spec().dims();
        int rank = dims.size();
        if (array && !place.whole()) {
            return Optional.of("one value per row");
        }
        if (array
                && (rank == 0
                        || of(place, true).inner().stream().filter(d -> d < 0).count() > 1)) {
            return Optional.of(rank == 0 ? "one value" : "at most one size that differs within a row; use infer");
        }
        boolean single = rank == 0
                || rank == 1
                || (rank == 2 && (!Columns.fixed(dims.get(1)) || dims.get(1).equals("1")));
        if (!array && place.whole() && !single) {
            return Optional.of("an array per row");
        }
        Geometry geometry = of(place, array);
        if (geometry.rowed() && !geometry.anyRows() && !dims.get(0).equals("1")) {
            return Optional.of("exactly " + dims.get(0) + " rows at a time; use infer");
        }
        return Optional.empty();
    }

    static Geometry of(Place place, boolean array) {
        List<String> dims = place.spec().dims();
        int rank = dims.size();
        boolean rowed = (place.whole() && !array) ? rank > 0 : rank > 1;
        boolean anyRows = rowed && !Columns.fixed(dims.get(0));
        if (!place.whole()) {
            return new Geometry(rank, rowed, anyRows, place.width(), List.of((long) place.width()));
        }
        if (!array) {
            return new Geometry(rank, rowed, anyRows, 1, rank == 2 ? List.of(1L) : List.of());
        }
        List<Long> inner = dims.subList(rowed ? 1 : 0, rank).stream()
                .map(dim -> Columns.fixed(dim) ? Long.parseLong(dim) : -1L)
                .toList();
        long product = inner.stream().reduce(1L, (a, b) -> Math.min(a, b) < 0 ? -1 : a * b);
        return new Geometry(rank, rowed, anyRows, Math.toIntExact(product), inner);
    }

    /** The shape for a number of rows of so many elements each. */
    long[] shape(int rows, int elementsPerRow) {
        long[] shape = new long[rank];
        int at = 0;
        if (rowed) {
            shape[at++] = rows;
        }
        long known = 1;
        for (long size : inner) {
            known *= Math.max(size, 1);
        }
        for (long size : inner) {
            shape[at++] = size >= 0 ? size : elementsPerRow / known;
        }
        return shape;
    }
}
