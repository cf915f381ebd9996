package dev.mlcore.tracking;

import dev.mlcore.api.tck.ModelRegistryContract;
import dev.mlcore.api.tck.RunSinkContract;
import dev.mlcore.api.tck.TrackerContract;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Tracker;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Nested;

/** The contracts of tracking, kept in memory. */
@NullUnmarked
class MemoryContractsTest {

    private Tracking tracking() {
        return Tracking.open("memory:");
    }

    @Nested
    class Sink extends RunSinkContract {
        @Override
        protected Tracker newTracker() {
            return tracking();
        }
    }

    @Nested
    class Runs extends TrackerContract {
        @Override
        protected Tracker newTracker() {
            return tracking();
        }
    }

    @Nested
    class Registry extends ModelRegistryContract {
        @Override
        protected Tracker newTracker() {
            return tracking();
        }

        @Override
        protected ModelRegistry registryOf(Tracker of) {
            return ((Tracking) of).registry();
        }
    }
}
