package dev.mlcore.api.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.AlreadyExistsException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnavailableException;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AtomicFilesTest {
    @TempDir
    Path folder;

    @AfterEach
    void leavesNothingHidden() throws IOException {
        try (Stream<Path> all = Files.walk(folder)) {
            assertThat(all.filter(path -> path.getFileName().toString().contains(".tmp-")))
                    .isEmpty();
        }
    }

    private static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /** Fails after some bytes, as a broken connection or a full disk does. */
    private static InputStream breaking(int after) {
        return new InputStream() {
            private int read;

            @Override
            public int read() throws IOException {
                if (read++ >= after) {
                    throw new IOException("No space left on device");
                }
                return 'x';
            }
        };
    }

    @Test
    void replacesAFileWholeOrNotAtAll() {
        Path file = folder.resolve("a b/c.txt");
        AtomicFiles.write(file, utf8("one"));
        AtomicFiles.write(file, new ByteArrayInputStream(utf8("two")));
        assertThat(file).hasContent("two");
        assertThatThrownBy(() -> AtomicFiles.write(file, breaking(100_000)))
                .isInstanceOf(UnavailableException.class)
                .hasMessage("Cannot write " + file
                        + ": No space left on device. Check that the folder is there and writable and that its"
                        + " disk has room, then try again");
        assertThat(file).hasContent("two");
    }

    @Test
    void saysWhyTheMediumRefused() throws IOException {
        Path file = Files.createFile(folder.resolve("file"));
        assertThatThrownBy(() -> AtomicFiles.write(file.resolve("below"), utf8("x")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("Cannot write " + file.resolve("below") + ": ");
        assertThatThrownBy(() -> AtomicFiles.temporaryDirectory(file.resolve("below")))
                .isInstanceOf(UnavailableException.class);
    }

    @Test
    void exactlyOneOfManyWritesAMarker() throws Exception {
        int threads = 8;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CyclicBarrier start = new CyclicBarrier(threads);
        try {
            for (int round = 0; round < 20; round++) {
                Path file = folder.resolve("marker-" + round);
                List<Future<Boolean>> told = new ArrayList<>();
                for (int i = 0; i < threads; i++) {
                    byte[] own = utf8("writer " + i);
                    told.add(pool.submit(() -> {
                        start.await();
                        return AtomicFiles.writeIfAbsent(file, own);
                    }));
                }
                int winner = -1;
                for (int i = 0; i < threads; i++) {
                    if (told.get(i).get()) {
                        assertThat(winner).isEqualTo(-1);
                        winner = i;
                    }
                }
                assertThat(file).hasContent("writer " + winner);
            }
        } finally {
            pool.shutdownNow();
        }
        assertThat(AtomicFiles.writeIfAbsent(folder.resolve("marker-0"), utf8("late")))
                .isFalse();
    }

    @Test
    void publishesAFolderOnce() throws Exception {
        int threads = 4;
        ExecutorService pool = Executors.newFixedThreadPool(threads);
        CyclicBarrier start = new CyclicBarrier(threads);
        Path place = folder.resolve("model");
        List<Future<Integer>> told = new ArrayList<>();
        try {
            for (int i = 0; i < threads; i++) {
                int writer = i;
                Callable<Integer> publish = () -> {
                    Path temp = AtomicFiles.temporaryDirectory(place);
                    AtomicFiles.fill(temp.resolve("deep/who"), out -> out.write(utf8("writer " + writer)));
                    start.await();
                    try {
                        AtomicFiles.publishDirectory(temp, place);
                        return writer;
                    } catch (AlreadyExistsException e) {
                        assertThat(e).hasMessageContaining(place.toString());
                        return -1;
                    }
                };
                told.add(pool.submit(publish));
            }
            List<Integer> winners = new ArrayList<>();
            for (Future<Integer> one : told) {
                if (one.get() >= 0) {
                    winners.add(one.get());
                }
            }
            assertThat(winners).hasSize(1);
            assertThat(place.resolve("deep/who")).hasContent("writer " + winners.get(0));
        } finally {
            pool.shutdownNow();
        }
    }

    @Test
    void copiesAFolderAndRefusesLinks() throws IOException {
        Path source = Files.createDirectories(folder.resolve("source/deep/empty"))
                .getParent()
                .getParent();
        Files.writeString(source.resolve("deep/file"), "x");
        Path place = folder.resolve("copies/one");
        AtomicFiles.copyDirectory(source, place);
        assertThat(place.resolve("deep/file")).hasContent("x");
        assertThat(place.resolve("deep/empty")).isDirectory();
        assertThatThrownBy(() -> AtomicFiles.copyDirectory(source, place)).isInstanceOf(AlreadyExistsException.class);

        Files.createSymbolicLink(source.resolve("link"), folder.resolve("elsewhere"));
        assertThatThrownBy(() -> AtomicFiles.copyDirectory(source, folder.resolve("copies/two")))
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining(source.resolve("link") + ": it is a link");
        assertThat(folder.resolve("copies")).isDirectoryNotContaining("glob:**two*");
        assertThatThrownBy(() -> AtomicFiles.copyDirectory(folder.resolve("nowhere"), folder.resolve("copies/two")))
                .isInstanceOf(NotFoundException.class);
    }

    /** A kill between two renames leaves a hidden folder; a day later the next writer takes it away, and not a younger one. */
    @Test
    void sweepsWhatAKilledWriterLeft() throws IOException {
        Path place = folder.resolve("model");
        Path old = AtomicFiles.temporaryDirectory(place);
        Path young = AtomicFiles.temporaryDirectory(place);
        Path other = AtomicFiles.temporaryDirectory(folder.resolve("model2"));
        AtomicFiles.fill(old.resolve("half"), out -> out.write(1));
        FileTime longAgo = FileTime.from(Instant.now().minus(Duration.ofHours(25)));
        Files.setLastModifiedTime(old, longAgo);
        Files.setLastModifiedTime(other, longAgo);

        Path next = AtomicFiles.temporaryDirectory(place);

        assertThat(old).doesNotExist();
        assertThat(young).exists();
        assertThat(other).exists();
        for (Path path : List.of(young, other, next)) {
            assertThat(path.getFileName().toString()).startsWith(".");
            AtomicFiles.delete(path);
        }
    }

    @Test
    void neitherStopsAtAnInterruptNorLosesIt() {
        Path file = folder.resolve("a");
        Path place = folder.resolve("b");
        Path temp = AtomicFiles.temporaryDirectory(place);
        Thread.currentThread().interrupt();
        try {
            AtomicFiles.write(file, utf8("x"));
            AtomicFiles.fill(temp.resolve("c"), out -> out.write(utf8("y")));
            AtomicFiles.publishDirectory(temp, place);
            AtomicFiles.copyDirectory(place, folder.resolve("d"));
            assertThat(AtomicFiles.writeIfAbsent(folder.resolve("e"), utf8("z")))
                    .isTrue();
        } finally {
            assertThat(Thread.interrupted()).isTrue();
        }
        assertThat(file).hasContent("x");
        assertThat(folder.resolve("d/c")).hasContent("y");
    }

    @Test
    void deletesWithoutFollowingLinks() throws IOException {
        Path kept = Files.writeString(folder.resolve("kept"), "x");
        Path tree = Files.createDirectories(folder.resolve("tree/deep"));
        Files.createSymbolicLink(tree.resolve("link"), kept);
        Files.createSymbolicLink(tree.resolve("folder"), folder);
        AtomicFiles.delete(folder.resolve("tree"));
        AtomicFiles.delete(folder.resolve("tree"));
        assertThat(folder.resolve("tree")).doesNotExist();
        assertThat(kept).hasContent("x");
    }

    @Test
    void checksPathsThatComeFromOutside() {
        for (String path : List.of("a", "a/b.c", "ä ö/ü", ".hidden", "a..b", "...")) {
            assertThat(RelativePath.check("path", path)).isEqualTo(path);
        }
        for (String path : List.of(
                "",
                "/a",
                "a/",
                "a//b",
                ".",
                "..",
                "a/../b",
                "a/.",
                "a\\b",
                "C:a",
                "c:/a",
                "a\0b",
                "a\nb",
                "x".repeat(1001))) {
            assertThatThrownBy(() -> RelativePath.check("path", path))
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageStartingWith("path: '")
                    .hasMessageNotContaining("\n");
        }
    }
}
