package dev.mlcore.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.tck.ModelRegistryContract;
import dev.mlcore.api.tck.RunSinkContract;
import dev.mlcore.api.tck.TrackerContract;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.Tracker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The contracts of tracking, kept by a file that MLflow 3.12 has migrated, and which stays as it is. */
@NullUnmarked
class MigratedContractsTest {
    @TempDir
    Path folder;

    private Tracking tracking() {
        Path file = folder.resolve("mlflow.db");
        if (!Files.exists(file)) {
            Db.createAtMlflow312(file);
        }
        return Tracking.open("sqlite:" + file);
    }

    @AfterEach
    void allIsInTheDefaultWorkspaceAndTheStampStands() {
        Path file = folder.resolve("mlflow.db");
        assertThat(Db.column(file, "SELECT version_num FROM alembic_version")).containsExactly("7d34483879f0");
        for (String table : List.of(
                "experiments",
                "registered_models",
                "model_versions",
                "model_version_tags",
                "registered_model_aliases")) {
            assertThat(Db.column(file, "SELECT 1 FROM " + table + " WHERE workspace <> 'default'"))
                    .isEmpty();
        }
        assertThat(Db.column(file, "PRAGMA foreign_key_check")).isEmpty();
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
