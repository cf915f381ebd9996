/** How a DAG is represented, stored and run. */
@NullMarked
package dev.mlcore.dag.internal;

import org.jspecify.annotations.NullMarked;
