package dev.mlcore.samples.bench;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelSignature;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.Out;
import dev.mlcore.samples.Fitted;
import dev.mlcore.samples.Penguin;
import dev.mlcore.samples.Rows;
import dev.mlcore.samples.Species;
import dev.mlcore.serving.InferenceEngine;
import dev.mlcore.serving.Predictor;
import dev.mlcore.tracking.Tracking;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** The figures of the frame: one prediction, one metric, one task, one jar. */
final class FoundationBench {
    private static final int ROUNDS = 7;
    private static final int PREDICTIONS = 20_000;
    private static final int TASKS = 2_000;

    private final Path work;
    private final Consumer<Figure> told;
    private final List<Figure> figures = new ArrayList<>();
    private final AtomicInteger files = new AtomicInteger();

    private FoundationBench(Path work, Consumer<Figure> told) {
        this.work = work;
        this.told = told;
    }

    static List<Figure> run(Consumer<Figure> told) throws Exception {
        Path work = Files.createTempDirectory("mlcore bench");
        FoundationBench bench = new FoundationBench(work, told);
        bench.predict();
        bench.metrics();
        bench.tasks();
        bench.jars();
        try (Stream<Path> all = Files.walk(work)) {
            for (Path file : all.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
        return bench.figures;
    }

    private void add(Figure figure) {
        figures.add(figure);
        told.accept(figure);
    }

    private void predict() throws Exception {
        Path csv = work.resolve("penguins.csv");
        try (InputStream in = Rows.class.getResourceAsStream("penguins.csv")) {
            Files.copy(in, csv);
        }
        Rows rows = Rows.read(csv);
        Fitted fitted = rows.fit(0.1);
        Path model = ModelPackage.builder()
                .onnx(fitted.onnx())
                .signature(ModelSignature.of(Penguin.class, Species.class)
                        .inputOrder(fitted.features())
                        .outputOrder(fitted.classes()))
                .write(work.resolve("model"))
                .directory();
        OrtEnvironment environment = OrtEnvironment.getEnvironment();
        try (InferenceEngine engine = InferenceEngine.builder().build();
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            options.setIntraOpNumThreads(1);
            try (OrtSession session = environment.createSession(fitted.onnx(), options)) {
                Predictor<Penguin, Species> predictor = engine.serve(
                                ModelUri.of(model.toUri().toString()), o -> o.threadsPerInstance(1))
                        .predictor(Penguin.class, Species.class);
                add(Figure.alternating(
                        "predict, one row, record in and out",
                        "us",
                        ROUNDS,
                        () -> micros(
                                PREDICTIONS,
                                i -> predictor.predict(rows.penguins().get(i % rows.size()))),
                        () -> micros(
                                PREDICTIONS,
                                i -> raw(environment, session, rows.penguins().get(i % rows.size()))),
                        "peer: a reused OrtSession, tensors made for each call"));
                try (Reused reused = new Reused(environment, session)) {
                    add(Figure.alternating(
                            "predict, against memory reused by hand",
                            "us",
                            ROUNDS,
                            () -> micros(
                                    PREDICTIONS,
                                    i -> predictor.predict(rows.penguins().get(i % rows.size()))),
                            () -> micros(
                                    PREDICTIONS, i -> reused.run(rows.penguins().get(i % rows.size()))),
                            "peer: OrtSession.run over one input and one pinned output, one thread"));
                }
            }
        }
    }

    /** The least that a call through ONNX Runtime's Java API can cost: nothing is allocated, nobody else may call. */
    private static final class Reused implements AutoCloseable {
        private final OrtSession session;
        private final FloatBuffer in = floats(4);
        private final FloatBuffer out = floats(3);
        private final OnnxTensor input;
        private final OnnxTensor output;
        private final Map<String, OnnxTensor> inputs;
        private final Map<String, OnnxTensor> pinned;

        Reused(OrtEnvironment environment, OrtSession session) throws OrtException {
            this.session = session;
            input = OnnxTensor.createTensor(environment, in, new long[] {1, 4});
            output = OnnxTensor.createTensor(environment, out, new long[] {1, 3});
            inputs = Map.of("input", input);
            pinned = Map.of(session.getOutputNames().iterator().next(), output);
        }

        Species run(Penguin p) throws OrtException {
            in.put(0, p.billDepthMm())
                    .put(1, p.billLengthMm())
                    .put(2, p.bodyMassG())
                    .put(3, p.flipperLengthMm());
            session.run(inputs, Set.of(), pinned).close();
            return new Species(out.get(0), out.get(2), out.get(1));
        }

        @Override
        public void close() {
            input.close();
            output.close();
        }

        private static FloatBuffer floats(int count) {
            return ByteBuffer.allocateDirect(4 * count)
                    .order(ByteOrder.nativeOrder())
                    .asFloatBuffer();
        }
    }

    private static Species raw(OrtEnvironment environment, OrtSession session, Penguin p) throws Exception {
        float[] row = {p.billDepthMm(), p.billLengthMm(), p.bodyMassG(), p.flipperLengthMm()};
        try (OnnxTensor tensor = OnnxTensor.createTensor(environment, FloatBuffer.wrap(row), new long[] {1, 4});
                OrtSession.Result result = session.run(Map.of("input", tensor))) {
            float[] out = ((float[][]) result.get(0).getValue())[0];
            return new Species(out[0], out[2], out[1]);
        }
    }

    private void metrics() throws Exception {
        Optional<String> python = python();
        String note = python.isPresent()
                ? "peer: stock MLflow for Python on a file of the same schema"
                : "peer not run: no interop environment";
        int[] counts = {300, 20_000};
        String[] names = {"metric, acknowledged one by one", "metrics, acknowledged together"};
        for (int kind = 0; kind < counts.length; kind++) {
            boolean together = kind == 1;
            int count = counts[kind];
            Figure.Round ours = () -> oursMetrics(count, together);
            if (python.isPresent()) {
                add(Figure.alternating(names[kind], "1/s", 5, ours, () -> mlflow(python.get(), together), note));
            } else {
                add(Figure.alone(names[kind], "1/s", 5, ours, note));
            }
        }
    }

    private double oursMetrics(int count, boolean together) throws Exception {
        try (Tracking tracking = Tracking.open("sqlite:" + fresh("mlflow.db"));
                Run run = tracking.experiment("bench").start("metrics")) {
            long begun = System.nanoTime();
            for (int i = 0; i < count; i++) {
                run.metric("loss", i, i);
                if (!together) {
                    run.flush();
                }
            }
            run.flush();
            double perSecond = count / ((System.nanoTime() - begun) / 1e9);
            run.finish();
            return perSecond;
        }
    }

    /** The peer measures itself, so that starting Python does not count. */
    private double mlflow(String python, boolean together) throws IOException, InterruptedException {
        String program = """
                import sys, time
                from mlflow import MlflowClient
                from mlflow.entities import Metric
                client = MlflowClient("sqlite:///" + sys.argv[1])
                run = client.create_run(client.create_experiment("bench"))
                client.log_metric(run.info.run_id, "first", 0)
                begun = time.perf_counter()
                if sys.argv[2] == "together":
                    n = 2000
                    for at in range(0, n, 1000):
                        client.log_batch(run.info.run_id, metrics=[Metric("loss", i, 1000 + i, i) for i in range(at, at + 1000)])
                else:
                    n = 200
                    for i in range(n):
                        client.log_metric(run.info.run_id, "loss", i, step=i)
                print(n / (time.perf_counter() - begun))
                """;
        Path file = fresh("mlflow.db");
        try (Tracking tracking = Tracking.open("sqlite:" + file)) {
            tracking.experiment("same-schema");
        }
        ProcessBuilder builder = new ProcessBuilder(
                        python, "-W", "ignore", "-c", program, file.toString(), together ? "together" : "each")
                .redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().put("MLFLOW_DISABLE_TELEMETRY", "true");
        builder.environment().put("GIT_PYTHON_REFRESH", "quiet");
        Process process = builder.start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0) {
            throw new IOException("stock MLflow: exit " + process.exitValue() + " (expected: 0): " + out);
        }
        return Double.parseDouble(out.substring(out.lastIndexOf('\n') + 1));
    }

    private static Optional<String> python() throws IOException, InterruptedException {
        String samples = System.getenv("MLCORE_SAMPLES");
        if (samples == null) {
            return Optional.empty();
        }
        Process process = new ProcessBuilder(Path.of(samples, "interop", "run").toString(), "--python")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String path = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        return process.waitFor() == 0 ? Optional.of(path) : Optional.empty();
    }

    private void tasks() throws Exception {
        add(Figure.alternating(
                "no-op tasks, tracked",
                "1/s",
                5,
                () -> tasks(true),
                () -> tasks(false),
                "peer: the same without a tracker"));
    }

    private double tasks(boolean tracked) throws Exception {
        DagBuilder d = Dag.builder("noop");
        Out<List<Integer>> items =
                d.task("items", () -> IntStream.range(0, TASKS).boxed().toList());
        d.each("item", items).map("noop", item -> item);
        Dag dag = d.build();
        Path home = fresh("");
        Optional<Tracking> tracking =
                tracked ? Optional.of(Tracking.open("sqlite:" + home.resolve("mlflow.db"))) : Optional.empty();
        DagEngine.Builder builder = DagEngine.builder("sqlite:" + home.resolve("dag.db"));
        tracking.ifPresent(builder::tracking);
        try (DagEngine engine = builder.build()) {
            long begun = System.nanoTime();
            engine.submit(dag).await(Duration.ofMinutes(5));
            return TASKS / ((System.nanoTime() - begun) / 1e9);
        } finally {
            tracking.ifPresent(Tracking::close);
        }
    }

    /** Sizes are of what was built last; {@code mvn package} builds jars, {@code samples/run} only classes. */
    private void jars() throws IOException {
        String samples = System.getenv("MLCORE_SAMPLES");
        if (samples == null) {
            return;
        }
        Path root = Path.of(samples).resolveSibling("");
        for (String module : List.of(
                "mlcore-api",
                "mlcore-api/http",
                "mlcore-dag",
                "mlcore-tracking",
                "mlcore-serving",
                "mlcore-serving/server",
                "mlcore-gpu")) {
            Path target = root.resolve(module).resolve("target");
            if (!Files.isDirectory(target)) {
                continue;
            }
            try (Stream<Path> jars = Files.list(target)) {
                Optional<Path> jar = jars.filter(
                                file -> file.toString().matches(".*/mlcore-[a-z-]+-[0-9][0-9.]*(-SNAPSHOT)?\\.jar"))
                        .findFirst();
                if (jar.isPresent()) {
                    add(new Figure(
                            "jar " + jar.get().getFileName(),
                            "KB",
                            Files.size(jar.get()) / 1024.0,
                            OptionalDouble.empty(),
                            ""));
                }
            }
        }
    }

    private Path fresh(String name) throws IOException {
        return Files.createDirectories(work.resolve("round-" + files.incrementAndGet()))
                .resolve(name);
    }

    private interface Step {
        Object at(int i) throws Exception;
    }

    private static double micros(int count, Step step) throws Exception {
        long begun = System.nanoTime();
        for (int i = 0; i < count; i++) {
            step.at(i);
        }
        return (System.nanoTime() - begun) / 1e3 / count;
    }
}
