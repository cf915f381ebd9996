package dev.mlcore.dag;

import dev.mlcore.api.artifact.FileRef;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Run;
import java.nio.file.Path;
import java.util.Optional;

public interface TaskContext {
    String dagRunId();

    int attempt();

    Run run(); // this attempt's tracked run, through the outbox; a no-op one without a tracker

    ModelRegistry registry(); // synchronous; keyed (DESIGN §2), so that a repeated attempt finds what it made

    Optional<DeviceLease> lease();

    String key(); // of this task instance, the same over its attempts: for what must happen once elsewhere

    <T> T resource(String name, Class<T> type); // a DataSource, a client: named in the DagApp

    Path workDir(); // of this attempt, on this machine; a Path into it is refused as a value

    FileRef store(Path file); // what travels to other tasks and machines

    Path fetch(FileRef file);

    boolean cancelled();
}
