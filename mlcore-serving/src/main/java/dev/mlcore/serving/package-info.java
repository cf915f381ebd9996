/** Models answered in process; start at {@code InferenceEngine}. */
@NullMarked
package dev.mlcore.serving;

import org.jspecify.annotations.NullMarked;
