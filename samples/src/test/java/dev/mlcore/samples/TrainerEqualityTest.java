package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.model.ModelUri;
import dev.mlcore.serving.InferenceEngine;
import dev.mlcore.serving.Predictor;
import dev.mlcore.serving.ServedModel;
import dev.mlcore.serving.server.InferenceServer;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is served equals what was trained, row by row on all 342 rows, whichever way it is asked. */
class TrainerEqualityTest {
    private static final Rows ROWS = Samples.penguins();
    private static final Fitted FITTED = ROWS.split(0.8, 42).train().fit(0.1);

    @TempDir
    Path dir;

    @AfterAll
    static void nothingIsLeft() {
        Samples.assertNoThreadsLeft();
    }

    @Test
    void inProcessOneByOneTogetherAndOverHttp() throws Exception {
        Path model =
                Samples.pack(FITTED, FITTED.features(), dir.resolve("a model")).directory();
        try (InferenceEngine engine = InferenceEngine.builder().build()) {
            ServedModel served =
                    engine.serve(ModelUri.of(model.toUri().toString()), options -> options.name("penguins"));
            Predictor<Penguin, Species> predictor = served.predictor(Penguin.class, Species.class);
            List<Species> oneByOne =
                    ROWS.penguins().stream().map(predictor::predict).toList();
            Samples.assertAsTheTrainer(FITTED, ROWS.penguins(), oneByOne);
            Samples.assertAsTheTrainer(FITTED, ROWS.penguins(), predictor.predictAll(ROWS.penguins()));
            try (InferenceServer server =
                    InferenceServer.builder(engine).httpPort(0).start()) {
                HttpAsk http = Report.http(server, served);
                assertThat(http.features()).isEqualTo(FITTED.features());
                Samples.assertAsTheTrainer(FITTED, ROWS.penguins(), http.ask(ROWS.penguins()));
            }
        }
    }

    @Test
    void twoSwappedColumnsAreSeen() {
        List<String> f = FITTED.features();
        List<String> swapped = List.of(f.get(1), f.get(0), f.get(2), f.get(3));
        Path model = Samples.pack(FITTED, swapped, dir.resolve("swapped")).directory();
        try (InferenceEngine engine = InferenceEngine.builder().build()) {
            Predictor<Penguin, Species> predictor =
                    engine.serve(ModelUri.of(model.toUri().toString())).predictor(Penguin.class, Species.class);
            List<Species> answers = predictor.predictAll(ROWS.penguins());
            assertThatThrownBy(() -> Samples.assertAsTheTrainer(FITTED, ROWS.penguins(), answers))
                    .isInstanceOf(AssertionError.class);
        }
    }
}
