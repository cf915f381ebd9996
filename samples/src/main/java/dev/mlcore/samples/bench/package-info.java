/** What is measured: ours and the peer in one invocation, alternating, medians over several rounds. */
@NullMarked
package dev.mlcore.samples.bench;

import org.jspecify.annotations.NullMarked;
