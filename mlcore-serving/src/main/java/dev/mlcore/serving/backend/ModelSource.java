package dev.mlcore.serving.backend;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.Preview;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.ResolvedModel;
import java.util.Optional;

/**
 * The model that a backend is asked to load.
 *
 * @param uri as it was given to the engine
 * @param resolved where it lies; empty for {@code java:name}, which lies nowhere
 */
@Preview
public record ModelSource(ModelUri uri, Optional<ResolvedModel> resolved) {
    /** Checks that nothing is null. */
    public ModelSource {
        requireNonNull(uri, "uri");
        requireNonNull(resolved, "resolved");
    }
}
