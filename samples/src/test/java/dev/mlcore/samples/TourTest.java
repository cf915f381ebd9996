package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunStatus;
import dev.mlcore.tracking.Tracking;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The README's snippets do what they say. */
class TourTest {
    @TempDir
    Path home;

    @Test
    void tracks() {
        assertThat(Tour.track(home)).isEqualTo(0.91);
        try (Tracking tracking = Tracking.open("sqlite:" + home.resolve("mlflow.db"))) {
            List<RunInfo> runs = tracking.search("churn").list();
            assertThat(runs).hasSize(2).allMatch(run -> run.status() == RunStatus.FINISHED);
            RunInfo baseline = runs.stream()
                    .filter(run -> run.parent().isEmpty())
                    .findFirst()
                    .orElseThrow();
            assertThat(baseline.params()).isEqualTo(Map.of("learningRate", "0.01", "layers", "3"));
            assertThat(baseline.metrics()).containsEntry("loss", 0.01);
            assertThat(tracking.metricHistory(baseline.id(), "loss")).hasSize(100);
            assertThat(runs)
                    .filteredOn(run -> run.parent().isPresent())
                    .singleElement()
                    .satisfies(fold -> {
                        assertThat(fold.parent()).contains(baseline.id());
                        assertThat(fold.metrics()).isEqualTo(Map.of("accuracy", 0.91));
                    });
        }
    }

    @Test
    void runsAWorkflow() {
        assertThat(Tour.workflow(home)).isEqualTo(6);
    }

    @Test
    void servesAFunction() {
        assertThat(Tour.serveFunction()).isEqualTo(42);
    }

    @Test
    void asksForADevice() {
        assertThat(Tour.devices()).contains("Holding ");
    }
}
