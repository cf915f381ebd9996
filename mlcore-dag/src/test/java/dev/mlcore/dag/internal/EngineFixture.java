package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagEvent;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;

/** A folder, the events heard, and a look at the threads in the end. */
abstract class EngineFixture {
    static final Duration SOON = Duration.ofSeconds(20);

    @TempDir
    Path home;

    final List<DagEvent> events = new CopyOnWriteArrayList<>();

    DagEngine.Builder builder() {
        return DagEngine.builder("sqlite:" + home.resolve("dag.db")).listener(events::add);
    }

    DagEngine engine() {
        return builder().build();
    }

    List<String> heard(String task) {
        return events.stream()
                .filter(event -> event.task().equals(task))
                .map(DagEvent::state)
                .toList();
    }

    static void leaveNoThread() {
        Awaitility.await()
                .atMost(SOON)
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet().stream()
                                .filter(thread ->
                                        thread.isAlive() && thread.getName().startsWith("mlcore-dag"))
                                .map(Thread::getName))
                        .isEmpty());
    }

    @AfterEach
    void noThreadIsLeft() {
        leaveNoThread();
    }
}
