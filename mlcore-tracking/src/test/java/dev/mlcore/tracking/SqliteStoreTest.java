package dev.mlcore.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.ConflictException;
import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.tracking.ModelVersion;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunCommand;
import dev.mlcore.api.tracking.RunStatus;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a SQLite file shared with stock MLflow needs beyond the contracts. */
@NullUnmarked
class SqliteStoreTest {
    private static final String WRITER = "mlcore-tracking-writer";

    @TempDir
    Path folder;

    private Path file;

    @BeforeEach
    void name() {
        file = folder.resolve("mlflow.db");
    }

    @AfterEach
    void leavesNoThread() {
        assertThat(Thread.getAllStackTraces().keySet())
                .extracting(Thread::getName)
                .doesNotContain(WRITER);
    }

    private Tracking open() {
        return Tracking.open("sqlite:" + file);
    }

    @Test
    void aNewFileIsWhatMlflow30WouldHaveMade() {
        open().close();

        assertThat(Db.column(file, "SELECT version_num FROM alembic_version")).containsExactly("6953534de441");
        assertThat(Db.column(file, "SELECT experiment_id || name || lifecycle_stage FROM experiments"))
                .containsExactly("0Defaultactive");
        assertThat(Db.column(file, "SELECT artifact_location FROM experiments"))
                .containsExactly(folder.resolve("artifacts/0").toString());
        assertThat(
                        Db.column(
                                file,
                                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'mlcore\\_%' ESCAPE '\\'"))
                .hasSize(23);
        assertThat(Db.column(file, "SELECT name FROM sqlite_master WHERE sql LIKE '%uq_%' OR sql LIKE '%workspace%'"))
                .isEmpty();
        assertThat(Db.column(file, "SELECT component FROM mlcore_schema")).contains("tracking");
        assertThat(Db.column(file, "PRAGMA journal_mode")).containsExactly("wal");
        assertThat(folder)
                .as("the WAL is folded in")
                .isDirectoryNotContaining(path -> path.toString().endsWith("-wal"));
    }

    @Test
    void openingAgainKeepsWhatIsThere() {
        String id;
        try (Tracking tracking = open()) {
            id = tracking.experiment("churn")
                    .call("fit", run -> run.param("lr", 0.1).id());
        }
        List<String> schema = Db.column(file, "SELECT sql FROM sqlite_master ORDER BY name");
        try (Tracking tracking = open()) {
            assertThat(tracking.run(id).params()).containsEntry("lr", "0.1");
            assertThat(tracking.experiment("churn").id()).isEqualTo("1");
        }
        assertThat(Db.column(file, "SELECT sql FROM sqlite_master ORDER BY name"))
                .isEqualTo(schema);
    }

    @Test
    void runsAndModelsLieWhereMlflowLooksForThem() throws IOException {
        String runId;
        String modelId;
        try (Tracking tracking = open();
                Run run = tracking.experiment("churn").start("fit")) {
            runId = run.id();
            run.text("reports/a.txt", "hello");
            modelId = run.logModel("tree", model("x"), "act").id();
            tracking.registry().register("penguins", dev.mlcore.api.model.ModelUri.of("models:/" + modelId));
            run.finish();
        }
        String root = folder.resolve("artifacts/1").toString();
        assertThat(Path.of(root, runId, "artifacts/reports/a.txt")).hasContent("hello");
        String mlmodel = Files.readString(Path.of(root, "models", modelId, "artifacts/MLmodel"));
        assertThat(mlmodel.replace("'", "")).contains("model_id: " + modelId + "\n", "run_id: " + runId + "\n");
        assertThat(Db.column(file, "SELECT artifact_uri FROM runs")).containsExactly(root + "/" + runId + "/artifacts");
        assertThat(Db.column(file, "SELECT artifact_location || status || source_run_id FROM logged_models"))
                .containsExactly(root + "/models/" + modelId + "/artifacts" + 2 + runId);
        assertThat(Db.column(file, "SELECT source_type || source_id || destination_type || destination_id FROM inputs"))
                .containsExactly("RUN_OUTPUT" + runId + "MODEL_OUTPUT" + modelId);
        assertThat(Db.column(file, "SELECT storage_location || status || current_stage || run_id FROM model_versions"))
                .containsExactly(root + "/models/" + modelId + "/artifacts" + "READY" + "None" + runId);
        assertThat(Db.column(file, "SELECT tag_value FROM logged_model_tags WHERE tag_key = 'mlflow.modelVersions'"))
                .containsExactly("[{\"name\":\"penguins\",\"version\":1}]");
        assertThat(Db.column(file, "SELECT source_type || status || name || user_id FROM runs"))
                .containsExactly("UNKNOWN" + "FINISHED" + "fit" + System.getProperty("user.name"));
    }

    @Test
    void mlflowMayMigrateTheFileUnderAnOpenStore() {
        try (Tracking tracking = open()) {
            ModelVersion first;
            Run run = tracking.experiment("churn").start("before");
            run.metric("m", 1, 1).flush();
            first = tracking.registry()
                    .register("penguins", run.logModel("tree", model("x")).uri(), "act")
                    .alias("champion");

            Db.migrateToWorkspaces(file);

            run.metric("m", 2, 2).tag("a", "b").flush();
            assertThat(tracking.run(run.id()).metrics()).containsEntry("m", 2.0);
            assertThat(tracking.registry().version("penguins", "champion").version())
                    .isEqualTo(1);
            assertThat(tracking.registry()
                            .register("penguins", first.source(), "act")
                            .version())
                    .isEqualTo(1);
            ModelVersion second = tracking.registry()
                    .register("penguins", run.logModel("tree", model("y")).uri(), "act 2");
            assertThat(second.alias("champion").tag("k", "v").version()).isEqualTo(2);
            assertThat(tracking.registry().version("penguins", "1").aliases()).isEmpty();
            assertThat(tracking.experiment("new").id()).isEqualTo("2");
            run.finish();
            run.close();
        }
        assertThat(Db.column(file, "SELECT DISTINCT workspace FROM model_versions"))
                .containsExactly("default");
        assertThat(Db.column(file, "SELECT workspace FROM experiments WHERE name = 'new'"))
                .containsExactly("default");
        assertThat(Db.column(file, "SELECT version_num FROM alembic_version")).containsExactly("1b5f0d9ad7c1");
        try (Tracking tracking = open()) {
            assertThat(tracking.search("churn").list()).hasSize(1);
        }
    }

    @Test
    void otherWorkspacesAreNotSeen() {
        Db.createAtMlflow312(file);
        Db.execute(
                file,
                "INSERT INTO experiments VALUES (7, 'churn', '/x', 'active', 1, 1, 'theirs')",
                "INSERT INTO registered_models VALUES ('penguins', 1, 1, NULL, 'theirs')",
                "INSERT INTO model_versions (name, version, current_stage, source, status, workspace) VALUES ('penguins', 5, 'None', '/x', 'READY', 'theirs')",
                "INSERT INTO registered_model_aliases VALUES ('champion', 5, 'penguins', 'theirs')");
        try (Tracking tracking = open();
                Run run = tracking.experiment("churn").start("fit")) {
            assertThat(tracking.experiment("churn").id()).isEqualTo("8");
            assertThat(tracking.registry().versions("penguins")).isEmpty();
            assertThat(tracking.registry()
                            .register(
                                    "penguins", run.logModel("tree", model("x")).uri())
                            .version())
                    .isEqualTo(1);
            assertThatThrownBy(() -> tracking.registry().version("penguins", "champion"))
                    .hasMessageContaining("champion");
            run.finish();
        }
    }

    @Test
    void aFileOfMlflow218HasNoLoggedModelsButRuns() {
        open().close();
        Db.execute(
                file,
                "DROP TABLE logged_model_tags",
                "DROP TABLE logged_model_params",
                "DROP TABLE logged_model_metrics",
                "DROP TABLE logged_models",
                "ALTER TABLE inputs DROP COLUMN step");
        try (Tracking tracking = open();
                Run run = tracking.experiment("churn").start("fit")) {
            run.metric("m", 1).flush();
            ModelPackage model = model("x");
            assertThatThrownBy(() -> run.logModel("tree", model))
                    .isInstanceOf(UnsupportedException.class)
                    .hasMessageContaining("mlflow db upgrade sqlite:///" + file);
            tracking.sink()
                    .apply(List.of(new RunCommand.Link(
                            run.id(), 0, Instant.now(), "m-" + run.id(), RunCommand.Link.Role.INPUT, 0)));
            assertThat(tracking.registry()
                            .register("penguins", dev.mlcore.api.model.ModelUri.of(model.directory()))
                            .version())
                    .isEqualTo(1);
            run.finish();
        }
        assertThat(Db.column(file, "SELECT destination_type FROM inputs")).containsExactly("MODEL_INPUT");
    }

    @Test
    void tablesOfUnknownShapeAreRefusedAndLeftAlone() {
        for (String strange : List.of(
                "DROP TABLE alembic_version",
                "ALTER TABLE runs DROP COLUMN artifact_uri",
                "DROP TABLE tags",
                "ALTER TABLE runs RENAME COLUMN start_time TO begin_time",
                "ALTER TABLE metrics ADD COLUMN unit VARCHAR(10) NOT NULL DEFAULT 'x'; ")) {
            Path other = folder.resolve("other" + strange.hashCode() + ".db");
            Tracking.open("sqlite:" + other).close();
            Db.execute(other, "DROP INDEX mlcore_runs_newest", "DROP INDEX mlcore_tags_value", strange);
            List<String> before = Db.column(other, "SELECT sql FROM sqlite_master ORDER BY name");
            if (strange.contains("DEFAULT")) {
                Tracking.open("sqlite:" + other).close(); // a column that fills itself is no matter
                continue;
            }
            assertThatThrownBy(() -> Tracking.open("sqlite:" + other))
                    .as(strange)
                    .isInstanceOf(IncompatibleException.class)
                    .hasMessageContaining("mlflow db upgrade sqlite:///" + other)
                    .hasMessageContaining(strange.contains("alembic") ? "found revision: none" : "6953534de441");
            assertThat(Db.column(other, "SELECT sql FROM sqlite_master ORDER BY name"))
                    .isEqualTo(before);
        }
    }

    @Test
    void anotherProgramsDatabaseIsNotTouched() {
        Db.execute(file, "CREATE TABLE accounts (id INTEGER)");

        assertThatThrownBy(this::open).isInstanceOf(IncompatibleException.class).hasMessageContaining(file.toString());
        assertThat(Db.column(file, "SELECT name FROM sqlite_master")).containsExactly("accounts");
    }

    @Test
    void whatIsNoDatabaseIsSaidInOneSentence() throws IOException {
        String text = "this is not a database, but it is long enough to be mistaken for one ".repeat(20);
        Files.writeString(file, text);

        assertThatThrownBy(this::open)
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageContaining(file.toString());
        assertThatThrownBy(() -> Tracking.open("sqlite:" + folder))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("folder");
        assertThatThrownBy(() -> Tracking.open("sqlite:" + folder.resolve("no/such/mlflow.db")))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("does not exist");
        assertThat(file).hasContent(text);
    }

    @Test
    void deletedExperimentsAndRunsTakeNothing() {
        try (Tracking tracking = open()) {
            Run run = tracking.experiment("churn").start("fit");
            Db.execute(
                    file,
                    "UPDATE experiments SET lifecycle_stage = 'deleted' WHERE name = 'churn'",
                    "UPDATE runs SET lifecycle_stage = 'deleted'");

            run.metric("m", 1);
            assertThatThrownBy(run::flush)
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining(
                            "The run " + run.id() + " must be in the 'active' state. Current state is deleted.");
            assertThatThrownBy(() -> tracking.experiment("churn"))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("deleted");
            assertThatThrownBy(() -> run.child("inner"))
                    .isInstanceOf(ConflictException.class)
                    .hasMessageContaining("deleted");
            assertThatThrownBy(() -> tracking.resume(run.id())).isInstanceOf(ConflictException.class);
            assertThatThrownBy(() -> run.logModel("tree", model("x"))).isInstanceOf(ConflictException.class);
            assertThat(tracking.search("churn").list()).isEmpty();
            assertThat(tracking.run(run.id()).status()).isEqualTo(RunStatus.RUNNING);
            assertThatThrownBy(run::close).isInstanceOf(ConflictException.class);
        }
    }

    @Test
    void numbersOfDeletedVersionsAreNotUsedAgain() {
        try (Tracking tracking = open();
                Run run = tracking.experiment("churn").start("fit")) {
            var source = run.logModel("tree", model("x")).uri();
            tracking.registry().register("penguins", source);
            tracking.registry().register("penguins", source, "act");
            Db.execute(file, "UPDATE model_versions SET current_stage = 'Deleted_Internal' WHERE version = 2");

            assertThat(tracking.registry().versions("penguins"))
                    .extracting(ModelVersion::version)
                    .containsExactly(1);
            assertThat(tracking.registry().version("penguins", "latest").version())
                    .isEqualTo(1);
            assertThat(tracking.registry().register("penguins", source, "act").version())
                    .isEqualTo(3);
            assertThat(tracking.registry().register("penguins", source, "act").version())
                    .isEqualTo(3);
            run.finish();
        }
    }

    @Test
    void twoStoresOnOneFileMayWriteAtOnce() {
        int each = 300;
        try (Tracking one = open();
                Tracking two = open();
                Run first = one.experiment("churn").start("shared");
                Run second = two.resume(first.id())) {
            List<CompletableFuture<Void>> writers = new ArrayList<>();
            Map<String, Run> handles = Map.of("one", first, "two", second);
            for (String key : handles.keySet()) {
                Run run = handles.get(key);
                writers.add(CompletableFuture.runAsync(() -> {
                    for (int i = 0; i < each; i++) {
                        run.metric(key, i, i);
                        if (i % 50 == 0) {
                            run.flush();
                        }
                    }
                    run.flush();
                }));
            }
            writers.forEach(CompletableFuture::join);

            assertThat(one.metricHistory(first.id(), "two")).hasSize(each);
            assertThat(two.metricHistory(first.id(), "one")).hasSize(each);
            first.finish();
        }
    }

    @Test
    void searchFindsTheNewestFirst() {
        List<Instant> times = new ArrayList<>(List.of(
                Instant.ofEpochMilli(3_000),
                Instant.ofEpochMilli(1_000),
                Instant.ofEpochMilli(2_000),
                Instant.ofEpochMilli(2_000)));
        try (Tracking tracking = open()) {
            List<String> ids = new ArrayList<>();
            for (Instant at : times) {
                String id = String.format(java.util.Locale.ROOT, "%032x", ids.size() + 10);
                Optional<String> parent = ids.isEmpty() ? Optional.empty() : Optional.of(ids.get(0));
                tracking.sink().apply(List.of(new RunCommand.Start(id, 1, at, "churn", "run", parent, Map.of())));
                ids.add(id);
            }
            tracking.sink().apply(List.of(new RunCommand.Status(ids.get(2), 2, times.get(0), RunStatus.FINISHED)));
            tracking.experiment("other").run("elsewhere", run -> {});

            assertThat(tracking.search("churn").list())
                    .extracting(dev.mlcore.api.tracking.RunInfo::id)
                    .containsExactly(ids.get(0), ids.get(3), ids.get(2), ids.get(1));
            assertThat(tracking.search("churn").limit(2).list()).hasSize(2);
            assertThat(tracking.search().list()).hasSize(5);
            assertThat(tracking.search("nobody").list()).isEmpty();
            assertThat(tracking.search().children(ids.get(0)).list()).hasSize(3);
            assertThat(tracking.search()
                            .children(ids.get(0))
                            .status(RunStatus.FINISHED)
                            .list())
                    .extracting(dev.mlcore.api.tracking.RunInfo::id)
                    .containsExactly(ids.get(2));
            assertThatThrownBy(() -> tracking.search().limit(0)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    @Test
    void closingTheStoreClosesItsRuns() {
        Run run;
        try (Tracking tracking = open()) {
            run = tracking.experiment("churn").start("forgotten");
            run.metric("m", 1);
        }
        assertThat(Db.column(file, "SELECT status FROM runs")).containsExactly("FAILED");
        assertThat(Db.column(file, "SELECT value FROM metrics")).containsExactly("1.0");
        assertThatThrownBy(() -> run.metric("m", 2)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void placesThatMlflowsColumnsCannotHoldAreRefusedAtOnce() {
        assertThatThrownBy(() -> Tracking.builder("sqlite:" + file).artifacts("/" + "a".repeat(160)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("161")
                .hasMessageContaining("artifact_uri");
        assertThat(file).doesNotExist();
    }

    private ModelPackage model(String content) {
        try {
            Path files = Files.createTempDirectory(folder, "files");
            Files.writeString(files.resolve("data"), content);
            return ModelPackage.builder()
                    .flavor("test", Map.of("v", 1), files)
                    .write(Files.createTempDirectory(folder, "package"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
