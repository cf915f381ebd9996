/** A database with one writer that commits in groups, and many readers. */
@NullMarked
package dev.mlcore.api.internal.jdbc;

import org.jspecify.annotations.NullMarked;
