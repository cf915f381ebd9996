package dev.mlcore.tracking;

import dev.mlcore.api.tck.RunSinkProperties;
import dev.mlcore.api.tracking.Tracker;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.NullUnmarked;

@NullUnmarked
class MemoryProperties extends RunSinkProperties {
    private static Tracking tracking;

    @BeforeContainer
    static void open() {
        tracking = Tracking.open("memory:");
    }

    @AfterContainer
    static void close() {
        tracking.close();
    }

    @Override
    protected Tracker tracker() {
        return tracking;
    }
}
