/** Tensors, schemas and data sets as plain values. */
@NullMarked
package dev.mlcore.api.data;

import org.jspecify.annotations.NullMarked;
