/** Open Inference Protocol over HTTP; start at {@code InferenceServer}. */
@NullMarked
package dev.mlcore.serving.server;

import org.jspecify.annotations.NullMarked;
