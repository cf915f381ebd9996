package dev.mlcore.api.tracking;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.model.ModelPackage;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Where a model lies and what is known of where it came from.
 *
 * @param location a package directory, or a plain file
 * @param model the opened package; empty for a plain file, which is in none
 * @param name the registered model, if it came through one
 * @param version the registered version, if it came through one
 * @param runId the run that made it, if known
 */
public record ResolvedModel(
        Path location,
        Optional<ModelPackage> model,
        Optional<String> name,
        OptionalInt version,
        Optional<String> runId) {
    /** Checks that nothing is null. */
    public ResolvedModel {
        requireNonNull(location, "location");
        requireNonNull(model, "model");
        requireNonNull(name, "name");
        requireNonNull(version, "version");
        requireNonNull(runId, "runId");
    }
}
