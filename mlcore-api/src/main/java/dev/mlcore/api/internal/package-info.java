/** Machinery that several engines share; exported to them alone. */
@NullMarked
package dev.mlcore.api.internal;

import org.jspecify.annotations.NullMarked;
