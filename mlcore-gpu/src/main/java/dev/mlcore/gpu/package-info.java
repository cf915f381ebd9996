/** What GPUs there are and who holds them; start at {@code Gpus}. */
@NullMarked
package dev.mlcore.gpu;

import org.jspecify.annotations.NullMarked;
