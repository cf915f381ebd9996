package dev.mlcore.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.LoggedModel;
import dev.mlcore.api.tracking.Run;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a crash can leave of an act of logging, made by hand, and how the act done again goes on from it. */
@NullUnmarked
class ModelShelfTest {
    @TempDir
    Path folder;

    private Path file;
    private Tracking tracking;
    private Run run;
    private ModelPackage model;
    private LoggedModel logged;
    private Path place;

    @BeforeEach
    void logged() throws IOException {
        file = folder.resolve("mlflow.db");
        tracking = Tracking.open("sqlite:" + file);
        run = tracking.experiment("churn").start("fit");
        Path files = Files.createDirectories(folder.resolve("files"));
        Files.writeString(files.resolve("data"), "content");
        model = ModelPackage.builder().flavor("test", Map.of("v", 1), files).write(folder.resolve("package"));
        logged = run.logModel("tree", model, "act");
        place = tracking.registry().resolve(logged.uri()).location();
    }

    @AfterEach
    void close() {
        run.finish();
        run.close();
        tracking.close();
    }

    private void pending() {
        Db.execute(file, "UPDATE logged_models SET status = 1", "DELETE FROM inputs");
    }

    private void loggedAgainIsWhole() {
        assertThat(run.logModel("tree", model, "act")).isEqualTo(logged);

        assertThat(Db.column(file, "SELECT status FROM logged_models")).containsExactly("2");
        assertThat(Db.column(file, "SELECT destination_id FROM inputs")).containsExactly(logged.id());
        assertThat(tracking.registry()
                        .resolve(logged.uri())
                        .model()
                        .orElseThrow()
                        .digest())
                .isEqualTo(model.digest());
    }

    @Test
    void aRowWithoutFilesIsDoneOver() throws IOException {
        pending();
        LocalPlace.delete(place);

        loggedAgainIsWhole();
    }

    @Test
    void filesWithoutTheirRowAreKept() throws IOException {
        pending();
        Path mark = Files.writeString(place.resolve("mark"), "the same files");

        loggedAgainIsWhole();
        assertThat(mark).exists();
    }

    @Test
    void filesThatAreNotWholeAreReplaced() throws IOException {
        pending();
        Files.delete(place.resolve("MLmodel"));
        Files.writeString(place.resolve("test/data"), "half");

        loggedAgainIsWhole();
        assertThat(place.resolve("test/data")).hasContent("content");
    }

    @Test
    void anActThatWasGivenUpMayBeDoneAgain() throws IOException {
        Db.execute(file, "UPDATE logged_models SET status = 3");
        LocalPlace.delete(place);
        Db.execute(file, "DELETE FROM inputs");

        loggedAgainIsWhole();
    }

    @Test
    void aModelThatIsNotReadyCannotBeUsed() {
        pending();

        for (String uri : new String[] {"models:/" + logged.id(), "runs:/" + run.id() + "/tree"}) {
            assertThatThrownBy(() -> tracking.registry().register("penguins", ModelUri.of(uri)))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("PENDING");
        }
        assertThat(tracking.registry().versions("penguins")).isEmpty();
    }

    @Test
    void whatCannotBeStoredIsMarkedAndLeavesNoFiles() throws IOException {
        Files.writeString(model.directory().resolve("test/data"), "changed");

        assertThatThrownBy(() -> run.logModel("other", model)).hasMessageContaining("changed");
        assertThat(Db.column(file, "SELECT status FROM logged_models WHERE name = 'other'"))
                .containsExactly("3");
        assertThat(Db.column(file, "SELECT count(*) FROM inputs")).containsExactly("1");
        String location = Db.column(file, "SELECT artifact_location FROM logged_models WHERE name = 'other'")
                .get(0);
        assertThat(Path.of(location)).doesNotExist();
    }
}
