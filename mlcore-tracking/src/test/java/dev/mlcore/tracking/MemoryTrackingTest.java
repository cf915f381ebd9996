package dev.mlcore.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@NullUnmarked
class MemoryTrackingTest {
    @TempDir
    Path folder;

    @Test
    void theTemporaryFolderGoesWithTheStore() throws IOException {
        Path files = Files.createDirectories(folder.resolve("files"));
        Files.writeString(files.resolve("data"), "x");
        ModelPackage model =
                ModelPackage.builder().flavor("test", Map.of("v", 1), files).write(folder.resolve("package"));
        Path stored;
        try (Tracking tracking = Tracking.open("memory:");
                Run run = tracking.experiment("churn").start("fit")) {
            run.text("a.txt", "a");
            ModelUri uri = run.logModel("tree", model).uri();
            stored = tracking.registry().resolve(uri).location();
            assertThat(stored).exists();
            run.finish();
        }
        // <temporary folder>/<experiment>/models/<id>/artifacts
        assertThat(stored.getParent().getParent().getParent().getParent()).doesNotExist();
        assertThat(model.directory()).exists();
    }

    @Test
    void aFolderThatWasGivenStays() {
        try (Tracking tracking = Tracking.builder("memory:")
                        .artifacts(folder.toUri().toString())
                        .build();
                Run run = tracking.experiment("churn").start("fit")) {
            run.text("a.txt", "a");
            assertThat(folder.resolve("1/" + run.id() + "/artifacts/a.txt")).hasContent("a");
            run.finish();
        }
        assertThat(folder.resolve("1")).exists();
    }

    @Test
    void theClockIsTheOneThatWasGiven() {
        Instant now = Instant.parse("2026-05-01T12:00:00.123Z");
        try (Tracking tracking = Tracking.builder("memory:").clock(() -> now).build()) {
            String id = tracking.experiment("churn")
                    .call("fit", run -> run.metric("m", 1).id());

            RunInfo info = tracking.run(id);
            assertThat(info.started()).isEqualTo(now);
            assertThat(info.ended()).contains(now);
            assertThat(tracking.metricHistory(id, "m").get(0).at()).isEqualTo(now);
        }
    }

    @Test
    void searchMeansTheSameInMemory() {
        try (Tracking tracking = Tracking.open("memory:")) {
            Run outer = tracking.experiment("churn").start("outer");
            Run inner = outer.child("inner");
            inner.finish();
            inner.close();

            assertThat(tracking.search("churn").list()).extracting(RunInfo::id).containsExactly(inner.id(), outer.id());
            assertThat(tracking.search().children(outer.id()).list())
                    .extracting(RunInfo::id)
                    .containsExactly(inner.id());
            assertThat(tracking.search().status(RunStatus.RUNNING).limit(5).list())
                    .extracting(RunInfo::id)
                    .containsExactly(outer.id());
            assertThat(tracking.search("other").list()).isEmpty();
        }
    }

    @Test
    void aClosedStoreTakesNothing() {
        Tracking tracking = Tracking.open("memory:");
        tracking.close();
        tracking.close();

        assertThatThrownBy(() -> tracking.experiment("churn"))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("closed");
    }
}
