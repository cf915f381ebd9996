/** Programs that show mlcore at work; the README's code blocks are regions of these. */
@NullMarked
package dev.mlcore.samples;

import org.jspecify.annotations.NullMarked;
