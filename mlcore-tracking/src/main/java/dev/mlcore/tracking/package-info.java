/** Experiments, runs and the model registry in a local store; start at {@code Tracking}. */
@NullMarked
package dev.mlcore.tracking;

import org.jspecify.annotations.NullMarked;
