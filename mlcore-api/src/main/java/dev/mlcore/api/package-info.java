/** What every part shares: errors with stable codes, and {@link dev.mlcore.api.Preview}. Start at the package of the part you use. */
@NullMarked
package dev.mlcore.api;

import org.jspecify.annotations.NullMarked;
