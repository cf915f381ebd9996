package dev.mlcore.api.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.LoggedModel;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.ModelVersion;
import dev.mlcore.api.tracking.ResolvedModel;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.Tracker;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What every {@link ModelRegistry}, and the logged models of the tracker beside it, keep. */
@NullUnmarked
public abstract class ModelRegistryContract {
    protected Tracker tracker;
    protected ModelRegistry registry;
    protected Run run;

    @TempDir
    protected Path packages;

    /**
     * Makes what is tested.
     *
     * @return a new, empty tracker; closed after each test if it can be
     */
    protected abstract Tracker newTracker();

    /**
     * The registry that goes with a tracker.
     *
     * @param of as {@link #newTracker} made it
     * @return its registry
     */
    protected abstract ModelRegistry registryOf(Tracker of);

    @BeforeEach
    final void open() {
        tracker = newTracker();
        registry = registryOf(tracker);
        run = tracker.experiment("churn").start("fit");
    }

    @AfterEach
    final void close() throws Exception {
        run.finish();
        run.close();
        if (tracker instanceof AutoCloseable closeable) {
            closeable.close();
        }
    }

    @Test
    void aLoggedModelHasAnIdentityAndAPackageOfItsOwn() throws IOException {
        ModelPackage original = model("first");
        LoggedModel logged = run.logModel("tree", original);
        Files.delete(original.directory().resolve("MLmodel"));

        assertThat(logged.id()).matches("m-[0-9a-f]{32}");
        assertThat(logged.name()).isEqualTo("tree");
        assertThat(logged.uri()).isEqualTo(ModelUri.of("models:/" + logged.id()));
        ResolvedModel resolved = registry.resolve(logged.uri());
        assertThat(resolved.runId()).contains(run.id());
        assertThat(resolved.name()).isEmpty();
        assertThat(resolved.version()).isEmpty();
        assertThat(resolved.location()).isNotEqualTo(original.directory());
        assertThat(resolved.model()).hasValueSatisfying(found -> {
            assertThat(found.digest()).isEqualTo(original.digest());
            assertThat(found.directory()).isEqualTo(resolved.location());
        });
        assertThat(run.logModel("tree", model("again")).id()).isNotEqualTo(logged.id());
    }

    @Test
    void theSameActOfLoggingIsDoneOnceAlsoByAnotherRunOfTheExperiment() {
        ModelPackage model = model("first");
        LoggedModel logged = run.logModel("tree", model, "act 1");

        assertThat(run.logModel("tree", model, "act 1")).isEqualTo(logged);
        assertThat(run.logModel("tree", model, "act 2").id()).isNotEqualTo(logged.id());
        try (Run second = tracker.experiment("churn").start("second attempt");
                Run elsewhere = tracker.experiment("other").start("elsewhere")) {
            assertThat(second.logModel("tree", model, "act 1")).isEqualTo(logged);
            assertThat(elsewhere.logModel("tree", model, "act 1").id()).isNotEqualTo(logged.id());
            second.finish();
            elsewhere.finish();
        }
    }

    @Test
    void theSameActOfLoggingByManyAtOnceIsDoneOnce() throws Exception {
        ModelPackage model = model("first");
        List<LoggedModel> logged = ArtifactStoreContract.atOnce(6, i -> () -> run.logModel("tree", model, "act"));

        assertThat(logged).containsOnly(logged.get(0));
        assertThat(registry.resolve(logged.get(0).uri()).model()).isPresent();
    }

    @Test
    void aPackageThatWasChangedIsNotLogged() throws IOException {
        ModelPackage model = model("first");
        Files.writeString(model.directory().resolve("test/data"), "other");

        assertThatThrownBy(() -> run.logModel("tree", model, "act")).isInstanceOf(InvalidFormatException.class);

        LoggedModel whole = run.logModel("tree", model("second"), "act");
        assertThat(data(registry.resolve(whole.uri()))).isEqualTo("second");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a/b", "a:b", "a.b", "50%", "a\"b", "a'b"})
    void namesOfLoggedModelsHaveLimits(String name) {
        ModelPackage model = model("first");

        assertThatThrownBy(() -> run.logModel(name, model)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void versionsAreNumberedFromOnePerModel() {
        LoggedModel tree = run.logModel("tree", model("tree"));
        Instant before = Instant.ofEpochMilli(System.currentTimeMillis());
        ModelVersion first = registry.register("penguins", tree.uri());
        ModelVersion second = registry.register("penguins", tree.uri());
        ModelVersion other = registry.register("whales", tree.uri());

        assertThat(first.name()).isEqualTo("penguins");
        assertThat(first.version()).isEqualTo(1);
        assertThat(first.source()).isEqualTo(tree.uri());
        assertThat(first.runId()).contains(run.id());
        assertThat(first.created()).isBetween(before, Instant.now());
        assertThat(first.aliases()).isEmpty();
        assertThat(first.tags()).isEmpty();
        assertThat(first.open().directory())
                .isEqualTo(registry.resolve(tree.uri()).location());
        assertThat(second.version()).isEqualTo(2);
        assertThat(other.version()).isEqualTo(1);
        assertThat(registry.versions("penguins"))
                .extracting(ModelVersion::version)
                .containsExactly(1, 2);
        assertThat(registry.versions("nobody")).isEmpty();
    }

    @Test
    void theSameActOfRegisteringIsDoneOncePerName() {
        LoggedModel tree = run.logModel("tree", model("tree"));
        ModelVersion first = registry.register("penguins", tree.uri(), "act 1");

        assertThat(first.tags()).containsEntry("mlcore.key", "act 1");
        assertThat(registry.register("penguins", tree.uri(), "act 1").version()).isEqualTo(1);
        assertThat(registry.register("penguins", tree.uri(), "act 2").version()).isEqualTo(2);
        assertThat(registry.register("whales", tree.uri(), "act 1").version()).isEqualTo(1);
        assertThat(registry.register("penguins", tree.uri()).version()).isEqualTo(3);
        assertThat(registry.register("penguins", tree.uri(), "act 1").version()).isEqualTo(1);
        assertThat(registry.versions("penguins")).hasSize(3);
    }

    @Test
    void manyMayRegisterAtOnce() throws Exception {
        LoggedModel tree = run.logModel("tree", model("tree"));
        int callers = 6;
        List<ModelVersion> same =
                ArtifactStoreContract.atOnce(callers, i -> () -> registry.register("same", tree.uri(), "act"));
        List<ModelVersion> different =
                ArtifactStoreContract.atOnce(callers, i -> () -> registry.register("different", tree.uri()));

        assertThat(same).extracting(ModelVersion::version).containsOnly(1);
        assertThat(different)
                .extracting(ModelVersion::version)
                .containsExactlyInAnyOrderElementsOf(
                        IntStream.rangeClosed(1, callers).boxed().toList());
    }

    @Test
    void anAliasPointsAtOneVersionAndMoves() {
        LoggedModel tree = run.logModel("tree", model("tree"));
        ModelVersion first = registry.register("penguins", tree.uri());
        ModelVersion aliased = first.alias("champion").alias("blue-1");
        ModelVersion second = registry.register("penguins", tree.uri());

        assertThat(first.aliases()).as("a snapshot").isEmpty();
        assertThat(aliased.aliases()).containsExactly("blue-1", "champion");
        assertThat(second.alias("champion").aliases()).containsExactly("champion");
        assertThat(registry.version("penguins", "champion").version()).isEqualTo(2);
        assertThat(registry.version("penguins", "1").aliases()).containsExactly("blue-1");
        assertThat(registry.version("penguins", "latest").version()).isEqualTo(2);
        assertThat(registry.version("penguins", "LATEST").version()).isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a b", "a/b", "a@b", "latest", "Latest", "v1", "V27"})
    void aliasesHaveLimits(String alias) {
        ModelVersion version = registry.register(
                "penguins", run.logModel("tree", model("tree")).uri());

        assertThatThrownBy(() -> version.alias(alias)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> version.alias("a".repeat(256))).isInstanceOf(IllegalArgumentException.class);
        assertThat(registry.version("penguins", "1").aliases()).isEmpty();
    }

    @Test
    void tagsAreSetAndReplaced() {
        ModelVersion version = registry.register(
                "penguins", run.logModel("tree", model("tree")).uri());
        ModelVersion tagged =
                version.tag("stage", "test").tag("stage", "shadow").tag("a", "b");

        assertThat(version.tags()).as("a snapshot").isEmpty();
        assertThat(tagged.tags()).containsExactly(Map.entry("a", "b"), Map.entry("stage", "shadow"));
        assertThatThrownBy(() -> version.tag("a$", "b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> version.tag("a", "b".repeat(5001))).isInstanceOf(IllegalArgumentException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "a/b", "a:b", ".."})
    void namesOfRegisteredModelsHaveLimits(String name) {
        ModelUri source = run.logModel("tree", model("tree")).uri();

        assertThatThrownBy(() -> registry.register(name, source)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> registry.register("n".repeat(257), source))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void everyFormOfUriIsResolved() {
        LoggedModel tree = run.logModel("tree", model("tree"));
        registry.register("penguins", tree.uri()).alias("champion");
        LoggedModel other = run.logModel("other", model("other"));
        registry.register("penguins", other.uri());

        for (String uri : List.of("models:/penguins/1", "models:/penguins@champion")) {
            ResolvedModel resolved = registry.resolve(ModelUri.of(uri));
            assertThat(data(resolved)).as(uri).isEqualTo("tree");
            assertThat(resolved.name()).contains("penguins");
            assertThat(resolved.version()).hasValue(1);
            assertThat(resolved.runId()).contains(run.id());
        }
        assertThat(data(registry.resolve(ModelUri.of("models:/penguins/latest"))))
                .isEqualTo("other");
        assertThat(data(registry.resolve(ModelUri.of("runs:/" + run.id() + "/tree"))))
                .isEqualTo("tree");
        assertThat(registry.resolve(ModelUri.of("runs:/" + run.id() + "/tree")).runId())
                .contains(run.id());
        assertThat(data(registry.resolve(ModelUri.of("models:/" + other.id())))).isEqualTo("other");
    }

    @Test
    void packagesAndPlainFilesOfThisMachineAreResolved() throws IOException {
        ModelPackage model = model("local");
        Path plain = Files.writeString(packages.resolve("plain.onnx"), "x");

        for (ModelUri uri : List.of(
                ModelUri.of(model.directory()), ModelUri.of(model.directory().toString()))) {
            ResolvedModel resolved = registry.resolve(uri);
            assertThat(data(resolved)).isEqualTo("local");
            assertThat(resolved.runId()).isEmpty();
        }
        ResolvedModel resolved = registry.resolve(ModelUri.of(plain));
        assertThat(resolved.location()).isEqualTo(plain);
        assertThat(resolved.model()).isEmpty();
    }

    @Test
    void aVersionIsMadeOfWhateverCanBeResolved() {
        LoggedModel tree = run.logModel("tree", model("tree"));
        registry.register("penguins", tree.uri()).alias("champion");

        ModelVersion copy = registry.register("birds", ModelUri.of("models:/penguins@champion"));
        assertThat(copy.runId()).contains(run.id());
        assertThat(copy.source()).isEqualTo(ModelUri.of("models:/penguins@champion"));
        assertThat(copy.open().digest())
                .isEqualTo(registry.version("penguins", "1").open().digest());

        ModelVersion ofRun = registry.register("birds", ModelUri.of("runs:/" + run.id() + "/tree"));
        assertThat(ofRun.runId()).contains(run.id());
        ModelVersion local =
                registry.register("birds", ModelUri.of(model("local").directory()));
        assertThat(local.runId()).isEmpty();
        assertThat(registry.versions("birds")).hasSize(3);
    }

    @Test
    void whatIsNotThereIsNotFoundAndMakesNoVersion() {
        registry.register("penguins", run.logModel("tree", model("tree")).uri()).alias("champion");
        for (String uri : List.of(
                "models:/m-" + "0".repeat(32),
                "models:/penguins/2",
                "models:/penguins@nope",
                "models:/nobody/latest",
                "models:/penguins/Production",
                "runs:/" + run.id() + "/nope",
                "runs:/" + "0".repeat(32) + "/tree",
                packages.resolve("nope").toString())) {
            assertThatThrownBy(() -> registry.resolve(ModelUri.of(uri))).as(uri).isInstanceOf(NotFoundException.class);
            assertThatThrownBy(() -> registry.register("new", ModelUri.of(uri)))
                    .as(uri)
                    .isInstanceOf(NotFoundException.class);
        }
        assertThat(registry.versions("new")).isEmpty();
        assertThatThrownBy(() -> registry.version("penguins", "nope"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("nope")
                .hasMessageContaining("champion");
        assertThatThrownBy(() -> registry.version("penguins", "7"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("[1]");
        assertThatThrownBy(() -> registry.resolve(ModelUri.of("java:double"))).isInstanceOf(UnsupportedException.class);
    }

    @Test
    void aPackageThatIsNotWholeMakesNoVersion() throws IOException {
        ModelPackage model = model("first");
        Files.writeString(model.directory().resolve("test/data"), "other");

        assertThatThrownBy(() -> registry.register("penguins", ModelUri.of(model.directory()), "act"))
                .isInstanceOf(InvalidFormatException.class);
        assertThat(registry.versions("penguins")).isEmpty();
    }

    @Test
    void listenersHearOfTheirModelUntilTheyStopAndMayFail() throws Exception {
        ModelUri tree = run.logModel("tree", model("tree")).uri();
        List<String> heard = new ArrayList<>();
        AutoCloseable failing = registry.onChange("penguins", version -> {
            throw new IllegalStateException("deaf");
        });
        AutoCloseable listening = registry.onChange("penguins", version -> {
            heard.add(version.version() + " " + version.aliases());
            assertThat(registry.version("penguins", Integer.toString(version.version()))
                            .aliases())
                    .isEqualTo(version.aliases());
        });

        ModelVersion first = registry.register("penguins", tree, "act");
        registry.register("penguins", tree, "act");
        registry.register("whales", tree);
        first.alias("champion");
        registry.register("penguins", tree).alias("champion");
        listening.close();
        listening.close();
        first.alias("champion");
        failing.close();

        assertThat(heard).containsExactly("1 []", "1 [champion]", "2 []", "2 [champion]");
    }

    /** A package whose one file holds the text. */
    protected final ModelPackage model(String content) {
        try {
            Path files = Files.createTempDirectory(packages, "files");
            Files.writeString(files.resolve("data"), content);
            return ModelPackage.builder()
                    .flavor("test", Map.of("version", 1), files)
                    .write(Files.createTempDirectory(packages, "package"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /** What {@link #model} was given. */
    protected static String data(ResolvedModel resolved) {
        try {
            return Files.readString(resolved.location().resolve("test/data"));
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
