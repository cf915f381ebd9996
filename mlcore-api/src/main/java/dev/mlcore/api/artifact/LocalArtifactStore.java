package dev.mlcore.api.artifact;

/** Placeholder that the tracking work replaces. */
final class LocalArtifactStore {
    private LocalArtifactStore() {}

    static ArtifactStore open(String uri) {
        throw new UnsupportedOperationException(uri);
    }
}
