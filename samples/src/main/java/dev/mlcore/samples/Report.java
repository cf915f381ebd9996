package dev.mlcore.samples;

import dev.mlcore.api.data.Schema;
import dev.mlcore.api.model.ModelSignature;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.serving.ServedModel;
import dev.mlcore.serving.server.InferenceServer;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What the quickstart prints, and how long it stays. */
class Report {
    private final Options options;
    private final Path data;
    private final PrintStream out;
    private final Progress progress;
    private volatile @Nullable String failing;

    Report(Options options, Path data, PrintStream out, boolean terminal) {
        this.options = options;
        this.data = data;
        this.out = out;
        progress = new Progress(out, terminal);
    }

    /** Says what is about to happen. */
    void begin() {
        line("training on %s, home %s", data, options.home());
    }

    /** Lets an engine that is about to be built tell how its tasks fare. */
    DagEngine.Builder watch(DagEngine.Builder engine) {
        Thread waiting = Thread.currentThread();
        return engine.listener(event -> {
            progress.on(event);
            if (event.state().equals("STORE_FAILING") && failing == null) {
                // the engine would try again for as long as it lives; who sits before a terminal wants to know
                failing = event.reason();
                waiting.interrupt();
            }
        });
    }

    /** Why the engine could not write what had been done, if that is why the journey ended. */
    Optional<String> failing() {
        return Optional.ofNullable(failing);
    }

    /** The candidates and which of them it was. */
    void chosen(String runId, List<Quickstart.Candidate> tried, int version) {
        progress.end();
        Quickstart.Candidate best = tried.get(0);
        for (Quickstart.Candidate candidate : tried) {
            best = candidate.accuracy() > best.accuracy() ? candidate : best;
        }
        line("%nrun %s: %d events, %d candidates", runId, progress.events(), tried.size());
        for (Quickstart.Candidate candidate : tried) {
            line(
                    "  rate %-6s accuracy %.4f%s",
                    candidate.rate(),
                    candidate.accuracy(),
                    candidate.equals(best) ? "   <- champion: penguins v" + version : "");
        }
    }

    /** The answer of the engine. */
    void inProcess(Penguin penguin, Species answer) {
        line("%n%s", penguin);
        line("  in process   %s", describe(answer));
    }

    /** Asks the server the same, and waits if that was wanted. */
    void overHttp(InferenceServer server, ServedModel served, Penguin penguin)
            throws IOException, InterruptedException {
        HttpAsk http = http(server, served);
        line("  over HTTP    %s", describe(http.ask(List.of(penguin)).get(0)));
        line("%nPOST %s", http.uri());
        line("     %s", http.body(List.of(penguin)));
        filesAndNext();
        if (options.keepServing()) {
            line("%nserving until Ctrl-C");
            server.await();
        }
    }

    /** A client of what is served, which knows the model's own order of columns from its signature. */
    static HttpAsk http(InferenceServer server, ServedModel served) {
        ModelSignature signature = served.current().signature().orElseThrow();
        return new HttpAsk(server.uri(), served.name(), names(signature.inputs()), names(signature.outputs()));
    }

    private static List<String> names(Schema schema) {
        return schema.columns().stream().map(Schema.Column::name).toList();
    }

    private void filesAndNext() {
        Path home = options.home();
        line("%nfiles in %s", home);
        line("  %-11s runs, metrics, models: MLflow's own tables", "mlflow.db");
        line("  %-11s the workflow: what has been done is not done again", "dag.db");
        line("  %-11s the models, as MLflow packages", "artifacts");
        line("look at them: mlflow ui --backend-store-uri \"sqlite:///%s\"", home.resolve("mlflow.db"));
        line("try next");
        line("  start it again: the same folder, the next version");
        line("  kill it half-way and start it again: it goes on with the same run");
        line("  --keep-serving, then send the POST above with curl");
        line("  samples/run doctor: what on this machine would keep a part from working");
    }

    /** An answer in one line. */
    static String describe(Species answer) {
        return String.format(
                Locale.ROOT,
                "%-9s (adelie %.6f, chinstrap %.6f, gentoo %.6f)",
                answer.likeliest(),
                answer.adelie(),
                answer.chinstrap(),
                answer.gentoo());
    }

    @SuppressWarnings("AnnotateFormatMethod") // the annotation would be a dependency
    private void line(String format, Object... values) {
        out.println(String.format(Locale.ROOT, format, values));
    }
}
