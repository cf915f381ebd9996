package dev.mlcore.api.artifact;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.tck.ArtifactStoreContract;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class LocalArtifactStoreTest extends ArtifactStoreContract {
    @TempDir
    Path folder;

    @Override
    protected ArtifactStore newStore() {
        return ArtifactStore.open(root().toString());
    }

    private Path root() {
        return folder.resolve("the store");
    }

    @AfterEach
    void leavesNoUnfinishedFiles() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            assertThat(all.filter(path -> path.getFileName().toString().contains(".tmp-")))
                    .isEmpty();
        }
    }

    @Test
    void theFolderIsMadeWhenFirstWrittenTo() {
        store.list("");
        assertThat(root()).doesNotExist();

        put("a", "x");
        assertThat(root().resolve("a")).hasContent("x");
    }

    @Test
    void fileUrisAndPathsNameTheSameStore() throws IOException {
        put("a", "x");
        try (ArtifactStore same = ArtifactStore.open(root().toUri().toString())) {
            assertThat(same.list("")).isEqualTo(store.list(""));
        }
    }

    @Test
    void otherSchemesAreUnsupported() {
        assertThatThrownBy(() -> ArtifactStore.open("s3://bucket/models"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("s3://bucket/models")
                .hasMessageContaining("file:///");
        assertThatThrownBy(() -> ArtifactStore.open(" ")).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void linksThatLeadOutAreNotFollowed() throws IOException {
        Path outside = Files.createDirectories(folder.resolve("outside"));
        Files.writeString(outside.resolve("secret"), "secret");
        Files.createDirectories(root());
        Files.createSymbolicLink(root().resolve("out"), outside);
        Files.createSymbolicLink(root().resolve("file"), outside.resolve("secret"));

        assertThatThrownBy(() -> put("out/new", "x"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("link");
        assertThatThrownBy(() -> store.putIfAbsent("out/new", new byte[1]))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.open(root().resolve("out/secret").toUri()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.open(root().resolve("file").toUri()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> store.delete(root().resolve("out/secret").toUri()))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(store.list("")).isEmpty();
        assertThat(outside).isDirectoryContaining(path -> path.endsWith("secret"));
        assertThat(outside.resolve("new")).doesNotExist();
    }

    @Test
    void aLinkThatStaysInsideIsFollowed() throws IOException {
        put("real/a", "x");
        Files.createSymbolicLink(root().resolve("alias"), root().resolve("real"));

        assertThat(read(root().resolve("alias/a").toUri())).isEqualTo("x");
    }

    @Test
    void filesAndFoldersAreNotMistakenForEachOther() {
        put("a/b", "x");

        assertThatThrownBy(() -> put("a", "x"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("folder");
        assertThatThrownBy(() -> put("a/b/c", "x"))
                .isInstanceOf(ConflictException.class)
                .hasMessageContaining("is a file");
        store.delete(root().resolve("a").toUri());
        assertThat(store.list("")).hasSize(1);
    }

    @Test
    void whatACrashedWriterLeftIsNotShown() throws IOException {
        put("a", "x");
        Files.writeString(root().resolve(".b.tmp-01234567-89ab"), "half");

        assertThat(store.list("")).isEqualTo(List.of(root().resolve("a").toUri()));
        Files.delete(root().resolve(".b.tmp-01234567-89ab"));
    }
}
