/** Files that outlive a process: the artifact store and references into it. */
@NullMarked
package dev.mlcore.api.artifact;

import org.jspecify.annotations.NullMarked;
