package dev.mlcore.api.tracking;

import dev.mlcore.api.model.ModelUri;

/**
 * A model that a run logged: a package in the artifact store with an identity of its own. Not yet a registered version.
 *
 * @param id {@code m-} and 32 lower-case hex digits
 * @param name as it was logged under
 * @param uri {@code models:/m-…}, what {@link ModelRegistry#register} takes
 */
public record LoggedModel(String id, String name, ModelUri uri) {}
