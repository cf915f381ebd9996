package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three of the quickstart's events drawn by chance, all of them with {@code -Dmlcore.crash=all}; {@code -Dmlcore.crash.seed=N} draws the same again. */
class CrashTest {
    @TempDir
    Path dir;

    @Test
    void killedAfterAnEventAndStartedAgainNothingIsLostOrDoneTwice() throws Exception {
        int events = Crash.events(dir);
        List<Integer> points =
                new ArrayList<>(IntStream.rangeClosed(1, events).boxed().toList());
        if (!"all".equals(System.getProperty("mlcore.crash"))) {
            long seed = Long.getLong("mlcore.crash.seed", System.nanoTime());
            System.out.println("mlcore.crash.seed=" + seed + " of " + events + " events");
            Collections.shuffle(points, new Random(seed));
            points = points.subList(0, 3);
        }
        for (int point : points) {
            Path work = Files.createDirectories(dir.resolve("after " + point));
            assertThat(Crash.at(work, point))
                    .as("killed after event %d of %d", point, events)
                    .isEmpty();
        }
    }
}
