/** What tasks, trials and tests see of tracking: experiments, runs and the model registry; under them the commands that stores apply. */
@NullMarked
package dev.mlcore.api.tracking;

import org.jspecify.annotations.NullMarked;
