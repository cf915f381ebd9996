/** The seam behind which a runtime executes models. */
@Preview
@NullMarked
package dev.mlcore.serving.backend;

import dev.mlcore.api.Preview;
import org.jspecify.annotations.NullMarked;
