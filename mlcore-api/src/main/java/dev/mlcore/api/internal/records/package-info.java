/** All reflection on records, so that a user's module opens its package to one module. */
@NullMarked
package dev.mlcore.api.internal.records;

import org.jspecify.annotations.NullMarked;
