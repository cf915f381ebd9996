package dev.mlcore.tracking;

import dev.mlcore.api.tck.ModelRegistryContract;
import dev.mlcore.api.tck.RunSinkContract;
import dev.mlcore.api.tck.TrackerContract;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Tracker;
import java.nio.file.Path;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contracts of tracking, kept by a SQLite file. */
@NullUnmarked
class SqliteContractsTest {
    @TempDir
    Path folder;

    private Tracking tracking() {
        return Tracking.open("sqlite:" + folder.resolve("my runs.db"));
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
