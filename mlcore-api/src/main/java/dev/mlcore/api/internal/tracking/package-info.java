/** The face of a run over commands, and how commands are stored. */
@NullMarked
package dev.mlcore.api.internal.tracking;

import org.jspecify.annotations.NullMarked;
