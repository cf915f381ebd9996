package dev.mlcore.serving;

import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.TensorSpec;
import org.jspecify.annotations.Nullable;

/**
 * Where a column lies in a model's tensors.
 *
 * @param name the column's
 * @param column its type in the signature; null if there is none and the tensor's type speaks
 * @param tensor the tensor's index
 * @param spec the tensor
 * @param index which of the columns that stand side by side in it; {@link #WHOLE} if the tensor is this column
 * @param width how many stand side by side
 * @param required whether a value must be given
 */
record Place(
        String name, @Nullable ColumnType column, int tensor, TensorSpec spec, int index, int width, boolean required) {
    static final int WHOLE = -1;

    boolean whole() {
        return index == WHOLE;
    }

    /** For messages. */
    String expected() {
        ColumnType type = column;
        return (type == null ? "tensor " + spec.type() + " " + spec.dims() : type.toString())
                + (whole() || type == null ? "" : " in tensor " + spec.name());
    }
}
