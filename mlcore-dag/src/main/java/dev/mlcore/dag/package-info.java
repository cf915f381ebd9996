/** Typed workflows: {@code Dag} is built, {@code DagEngine} runs it. */
@NullMarked
package dev.mlcore.dag;

import org.jspecify.annotations.NullMarked;
