package dev.mlcore.tracking;

import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Tracker;
import java.time.InstantSource;

/** A store of experiments, runs and models: {@code memory:}, {@code sqlite:FILE}, {@code jdbc:postgresql:…}, {@code http(s)://…}; MLflow's spellings work too. */
public interface Tracking extends Tracker, AutoCloseable {
    static Tracking open(String uri) { throw new UnsupportedOperationException(); }
    static Builder builder(String uri) { throw new UnsupportedOperationException(); }
    ModelRegistry registry();
    RunQuery search(String... experiments);
    @Override void close();
    interface Builder {
        Builder artifacts(String uri);
        Builder clock(InstantSource clock);
        Tracking build();
    }
}
