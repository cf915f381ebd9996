package dev.mlcore.samples;

import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelSignature;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.Param;
import dev.mlcore.gpu.Gpus;
import dev.mlcore.serving.InferenceEngine;
import dev.mlcore.serving.Predictor;
import dev.mlcore.serving.ServedModel;
import dev.mlcore.serving.server.InferenceServer;
import dev.mlcore.tracking.Tracking;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;

/** The README's first program: rows in a file become an answered prediction; every step is durable and tracked. */
public final class Quickstart {
    private Quickstart() {}

    // tag::quickstart[]
    record Candidate(double rate, double accuracy, ModelUri model) {}

    static void journey(Path home, Path data, int port, Report report) throws Exception {
        DagBuilder d = Dag.builder("penguins");
        Param<Path> csv = d.param("csv", Path.class);
        Out<Rows.Split> split = d.task("split", csv, path -> Rows.read(path).split(0.8, 42));
        Many<Candidate> tried = d.each("rate", List.of(0.001, 0.01, 0.1))
                .with(split)
                .map("train", (rate, s, ctx) -> {
                    Fitted fitted = s.train().fit(rate);
                    double accuracy = s.test().accuracy(fitted);
                    ctx.run().param("rate", rate).metric("accuracy", accuracy);
                    ModelPackage model = ModelPackage.builder()
                            .onnx(fitted.onnx())
                            .signature(ModelSignature.of(Penguin.class, Species.class)
                                    .inputOrder(fitted.features()) // the trainer's own order
                                    .outputOrder(fitted.classes()))
                            .inputExample(s.test().penguins().subList(0, 2))
                            .write(ctx.workDir().resolve("model"));
                    return new Candidate(
                            rate, accuracy, ctx.run().logModel("model", model).uri());
                })
                .retries(2);
        Out<Candidate> best =
                d.task("best", tried, all -> Collections.max(all, Comparator.comparingDouble(Candidate::accuracy)));
        Out<Integer> version = d.task(
                "register",
                best,
                (b, ctx) -> ctx.registry()
                        .register("penguins", b.model())
                        .alias("champion")
                        .version());
        Dag penguins = d.build();

        try (DevicePool devices = Gpus.detect().pool();
                Tracking tracking = Tracking.open("sqlite:" + home.resolve("mlflow.db"));
                DagEngine dags = report.watch(DagEngine.builder("sqlite:" + home.resolve("dag.db"))
                                .tracking(tracking)
                                .registry(tracking.registry())
                                .devices(devices)) // adds a listener that prints
                        .build();
                InferenceEngine engine = InferenceEngine.builder()
                        .registry(tracking.registry())
                        .devices(devices)
                        .build()) {
            DagRun run = dags.submitOrResume(penguins, p -> p.set(csv, data)).await(Duration.ofMinutes(5));
            report.chosen(run.id(), run.get(tried), run.get(version));

            ServedModel served = engine.serve(ModelUri.of("models:/penguins@champion"));
            Predictor<Penguin, Species> classify = served.predictor(Penguin.class, Species.class);
            Penguin penguin = new Penguin(39.1f, 18.7f, 181f, 3750f);
            report.inProcess(penguin, classify.predict(penguin));

            try (InferenceServer server =
                    InferenceServer.builder(engine).httpPort(port).start()) {
                report.overHttp(server, served, penguin);
            }
        }
    }
    // end::quickstart[]

    /**
     * Runs it and ends the process.
     *
     * @param args see {@code --help}
     */
    public static void main(String[] args) {
        System.exit(Start.run(args, System.out, System.err));
    }
}
