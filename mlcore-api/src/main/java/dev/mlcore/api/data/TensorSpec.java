package dev.mlcore.api.data;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * One tensor of a model's graph: what Open Inference Protocol shows and {@code infer} checks.
 *
 * @param name not empty
 * @param type of its elements
 * @param dims one entry per dimension: a size as decimal digits, or a symbol such as {@code batch} (or {@code -1}) for one that differs from call to call
 * @param optional whether a call may leave it out
 */
public record TensorSpec(String name, DataType type, List<String> dims, boolean optional) {
    /** Copies the dimensions. */
    public TensorSpec {
        requireNonNull(name, "name");
        requireNonNull(type, "type");
        dims = List.copyOf(dims);
    }
}
