package dev.mlcore.api.artifact;

import dev.mlcore.api.tck.ArtifactStoreContract;

class MemoryArtifactStoreTest extends ArtifactStoreContract {
    @Override
    protected ArtifactStore newStore() {
        return ArtifactStore.open("memory:");
    }
}
