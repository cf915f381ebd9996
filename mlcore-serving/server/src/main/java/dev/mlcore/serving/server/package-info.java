/** Open Inference Protocol over HTTP; start at {@link dev.mlcore.serving.server.InferenceServer}. */
@NullMarked
package dev.mlcore.serving.server;

import org.jspecify.annotations.NullMarked;
