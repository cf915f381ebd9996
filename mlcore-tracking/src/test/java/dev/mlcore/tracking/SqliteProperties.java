package dev.mlcore.tracking;

import dev.mlcore.api.tck.RunSinkProperties;
import dev.mlcore.api.tracking.Tracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.jspecify.annotations.NullUnmarked;

@NullUnmarked
class SqliteProperties extends RunSinkProperties {
    private static Path folder;
    private static Tracking tracking;

    @BeforeContainer
    static void open() throws IOException {
        folder = Files.createTempDirectory("sqlite-properties");
        tracking = Tracking.open("sqlite:" + folder.resolve("mlflow.db"));
    }

    @AfterContainer
    static void close() throws IOException {
        tracking.close();
        LocalPlace.delete(folder);
    }

    @Override
    protected Tracker tracker() {
        return tracking;
    }
}
