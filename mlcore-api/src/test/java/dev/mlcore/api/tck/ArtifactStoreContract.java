package dev.mlcore.api.tck;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.artifact.ArtifactStore;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link ArtifactStore} keeps. */
@NullUnmarked
public abstract class ArtifactStoreContract {
    protected ArtifactStore store;

    /**
     * Makes what is tested.
     *
     * @return a new, empty store that nobody else uses
     */
    protected abstract ArtifactStore newStore();

    @BeforeEach
    final void open() {
        store = newStore();
    }

    @AfterEach
    final void close() {
        store.close();
        store.close(); // a second time does nothing
    }

    @Test
    void whatIsPutIsReadBackFromTheAddressThatPutGave() throws IOException {
        URI address = put("a/b/model bytes.bin", "whole");

        assertThat(read(address)).isEqualTo("whole");
        assertThat(store.list("")).containsExactly(address);
    }

    @Test
    void anEmptyStoreListsNothing() {
        assertThat(store.list("")).isEmpty();
        assertThat(store.list("no/such/folder")).isEmpty();
    }

    @Test
    void putReplacesAndKeepsTheAddress() throws IOException {
        URI first = put("report.txt", "a much longer first content");
        URI second = put("report.txt", "short");

        assertThat(second).isEqualTo(first);
        assertThat(read(first)).isEqualTo("short");
        assertThat(store.list("")).hasSize(1);
    }

    @Test
    void listShowsWhatIsBelowAtAnyDepthInOrderOfPaths() {
        URI c = put("x/c.txt", "");
        URI a = put("x/a/deep/er.txt", "");
        URI b = put("x/b.txt", "");
        put("xy.txt", "");
        put("y/z.txt", "");

        assertThat(store.list("x")).containsExactly(a, b, c);
        assertThat(store.list("")).hasSize(5);
    }

    @Test
    void putIfAbsentStoresOnceAndLeavesWhatIsThere() throws IOException {
        assertThat(store.putIfAbsent("done/marker", "one".getBytes(UTF_8))).isTrue();
        assertThat(store.putIfAbsent("done/marker", "two".getBytes(UTF_8))).isFalse();

        assertThat(read(store.list("done").get(0))).isEqualTo("one");
    }

    @Test
    void ofManyThatPutIfAbsentAtOnceExactlyOneIsToldTrue() throws Exception {
        int callers = 8;
        for (int round = 0; round < 20; round++) {
            String path = "race/" + round;
            List<Boolean> told = atOnce(callers, i -> () -> store.putIfAbsent(path, ("caller " + i).getBytes(UTF_8)));

            assertThat(told).filteredOn(won -> won).hasSize(1);
            assertThat(read(store.list(path.substring(0, 4)).get(0))).startsWith("caller ");
        }
        assertThat(store.list("race")).hasSize(20);
    }

    @Test
    void aReaderSeesOneWholeContentWhileWritersReplaceIt() throws Exception {
        URI address = put("shared", "0".repeat(100_000));
        List<Boolean> whole = atOnce(4, i -> () -> {
            boolean good = true;
            for (int round = 0; round < 25; round++) {
                if (i % 2 == 0) {
                    put("shared", Integer.toString(i).repeat(100_000));
                } else {
                    String seen = read(address);
                    good &= seen.length() == 100_000 && seen.chars().distinct().count() == 1;
                }
            }
            return good;
        });

        assertThat(whole).doesNotContain(false);
        assertThat(store.list("")).containsExactly(address);
    }

    @Test
    void whatAWriterFailedToReadIsNotStored() {
        InputStream broken = new InputStream() {
            private int left = 10_000;

            @Override
            public int read() throws IOException {
                if (left == 0) { // for good: InputStream hides the first failure behind what it has read by then
                    throw new IOException("the source broke");
                }
                left--;
                return 'x';
            }
        };

        assertThatThrownBy(() -> store.put("half", broken)).hasMessageContaining("the source broke");
        assertThat(store.list("")).isEmpty();
    }

    @Test
    void deleteRemovesOneAndIsSilentAboutNone() {
        URI kept = put("a/kept", "");
        URI gone = put("a/gone", "");

        store.delete(gone);
        store.delete(gone);

        assertThat(store.list("")).containsExactly(kept);
        assertThatThrownBy(() -> store.open(gone))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("gone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "/",
                "/abs",
                "a//b",
                "a/",
                "./a",
                "a/.",
                "..",
                "../a",
                "a/../b",
                "a/..",
                "C:/a",
                "C:\\a",
                "a\\..\\b",
                "a\0b"
            })
    void malformedPathsAreRefusedAndTouchNothing(String path) {
        assertThatThrownBy(() -> store.put(path, new ByteArrayInputStream(new byte[1])))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("path");
        assertThatThrownBy(() -> store.putIfAbsent(path, new byte[1])).isInstanceOf(IllegalArgumentException.class);
        if (!path.isEmpty()) {
            assertThatThrownBy(() -> store.list(path)).isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(store.list("")).isEmpty();
    }

    @Test
    void addressesOfOtherPlacesAreRefused() {
        URI inside = put("a", "");
        for (String outside : List.of(
                "file:///etc/passwd", "https://example.org/a", inside + "/../../b", inside + "/%2e%2e/%2e%2e/b")) {
            assertThatThrownBy(() -> store.open(URI.create(outside)))
                    .as(outside)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(outside);
            assertThatThrownBy(() -> store.delete(URI.create(outside)))
                    .as(outside)
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    protected final URI put(String path, String content) {
        return store.put(path, new ByteArrayInputStream(content.getBytes(UTF_8)));
    }

    protected final String read(URI address) throws IOException {
        try (InputStream in = store.open(address)) {
            return new String(in.readAllBytes(), UTF_8);
        }
    }

    /** The n-th of several calls. */
    interface Numbered<T> {
        Callable<T> call(int number);
    }

    /** Calls from as many threads, which begin together. */
    static <T> List<T> atOnce(int callers, Numbered<T> calls) throws Exception {
        ExecutorService threads = Executors.newFixedThreadPool(callers);
        try {
            CyclicBarrier together = new CyclicBarrier(callers);
            List<Future<T>> futures = new ArrayList<>();
            for (int i = 0; i < callers; i++) {
                Callable<T> call = calls.call(i);
                futures.add(threads.submit(() -> {
                    together.await();
                    return call.call();
                }));
            }
            List<T> results = new ArrayList<>();
            for (Future<T> future : futures) {
                results.add(future.get());
            }
            return results;
        } finally {
            threads.shutdown();
        }
    }
}
