/** The seam behind which a runtime executes models; start at {@code Backend} to add one, at {@code JavaFunctions} to serve a function. */
@Preview
@NullMarked
package dev.mlcore.serving.backend;

import dev.mlcore.api.Preview;
import org.jspecify.annotations.NullMarked;
