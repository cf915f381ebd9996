package dev.mlcore.serving;

import java.time.Duration;
import java.util.Optional;

record Answered<O>(
        O value,
        String model,
        String version,
        Optional<String> runId,
        int batchRows,
        Duration queued,
        Duration computed)
        implements Prediction<O> {}
