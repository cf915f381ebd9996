package dev.mlcore.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mlcore.api.AlreadyExistsException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.OperationTimeoutException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.serving.backend.Backend;
import dev.mlcore.serving.backend.JavaFunctions;
import dev.mlcore.serving.backend.LoadedModel;
import dev.mlcore.serving.backend.Slot;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Closing under running calls, waiting, names, threads. */
@NullUnmarked // what is looked up in a map here is there
@Timeout(120)
class LifecycleTest {
    @TempDir
    Path folder;

    private final ExecutorService others = Executors.newCachedThreadPool();
    private final List<InferenceEngine> engines = new ArrayList<>();

    @AfterEach
    void close() {
        engines.forEach(InferenceEngine::close);
        others.shutdownNow();
    }

    @AfterAll
    static void noThreadIsLeft() {
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().startsWith("mlcore-serving")));
    }

    private InferenceEngine engine(Duration drain, Backend... backends) {
        InferenceEngine.Builder builder = InferenceEngine.builder().drain(drain);
        for (Backend backend : backends) {
            builder.backend(backend);
        }
        InferenceEngine engine = builder.build();
        engines.add(engine);
        return engine;
    }

    private ModelUri file(String name, byte[] model) throws Exception {
        return ModelUri.of(Files.write(folder.resolve(name), model));
    }

    private static Backend function(String name, UnaryOperator<Tensor> function) {
        TensorSpec x = new TensorSpec("x", DataType.INT64, List.of("n"), false);
        return JavaFunctions.of(name, List.of(x), List.of(x), in -> Map.of("x", function.apply(in.get("x"))));
    }

    private static Map<String, Tensor> one(long value) {
        return Map.of("x", Tensor.of(new long[] {value}, 1));
    }

    @Test
    void closingUnderManyCallsNeverCrashesAndNeverMixesAnswers() throws Exception {
        InferenceEngine engine = engine(Duration.ofSeconds(30));
        ModelUri uri = file("small.onnx", OnnxFile.identity(DataType.FLOAT32, "n"));
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger answered = new AtomicInteger();
        AtomicInteger refused = new AtomicInteger();
        List<Future<?>> callers = new ArrayList<>();
        for (int t = 0; t < 6; t++) {
            int mine = t;
            callers.add(others.submit(() -> {
                for (int i = 0; !stop.get(); i++) {
                    float[] x = {mine, i};
                    try {
                        Optional<ServedModel> model = engine.model("small");
                        if (model.isPresent()) {
                            Tensor y = model.get()
                                    .infer(Map.of("x", Tensor.of(x, 2)))
                                    .get("y");
                            assertThat(y.toFloats()).isEqualTo(x);
                            answered.incrementAndGet();
                        }
                    } catch (UnavailableException e) {
                        refused.incrementAndGet();
                    }
                }
                return null;
            }));
        }
        for (int cycle = 0; cycle < 150; cycle++) {
            ServedModel model = engine.serve(uri, o -> o.instances(3));
            int before = answered.get();
            if (cycle % 3 != 0) {
                await().pollInterval(Duration.ofMillis(1)).until(() -> answered.get() > before || stop.get());
            }
            model.close();
            assertThat(model.versions()).isEmpty();
        }
        stop.set(true);
        for (Future<?> caller : callers) {
            caller.get(30, TimeUnit.SECONDS);
        }
        assertThat(answered.get()).isPositive();
    }

    @Test
    void aRunningCallIsFinishedBeforeAnythingIsFreed() throws Exception {
        InferenceEngine engine = engine(Duration.ofSeconds(60));
        ServedModel model = engine.serve(file("slow.onnx", OnnxFile.slow()));
        ServedVersion version = model.current();
        long iterations = iterationsFor(model, Duration.ofMillis(400));

        Future<Map<String, Tensor>> call =
                others.submit(() -> model.infer(Map.of("n", Tensor.of(new long[] {iterations}))));
        await().until(() -> inUse(version));
        long started = System.nanoTime();
        model.close();

        assertThat(call.isDone() || call.get(5, TimeUnit.SECONDS) != null).isTrue();
        assertThat(call.get().get("trace").toFloats()).containsExactly(160);
        assertThat(System.nanoTime() - started)
                .isLessThan(Duration.ofSeconds(30).toNanos());
        assertThat(version.state()).isEqualTo(ServedVersion.State.CLOSED);
        assertThatThrownBy(() -> model.infer(Map.of("n", Tensor.of(new long[] {1}))))
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining("slow")
                .hasMessageContaining("closed");
        assertThatThrownBy(() -> version.infer(Map.of("n", Tensor.of(new long[] {1}))))
                .isInstanceOf(UnavailableException.class);
        assertThatThrownBy(model::current).isInstanceOf(UnavailableException.class);
        model.close();
    }

    private static boolean inUse(ServedVersion version) {
        return ((VersionHost) version).inUse();
    }

    private static long iterationsFor(ServedModel model, Duration wanted) {
        long started = System.nanoTime();
        model.infer(Map.of("n", Tensor.of(new long[] {100})));
        return 100 * wanted.toNanos() / (System.nanoTime() - started) + 1;
    }

    @Test
    void whatRunsTooLongIsStopped() throws Exception {
        InferenceEngine engine = engine(Duration.ofMillis(50));
        ServedModel model = engine.serve(file("slow.onnx", OnnxFile.slow()));
        ServedVersion version = model.current();
        Future<Map<String, Tensor>> call =
                others.submit(() -> model.infer(Map.of("n", Tensor.of(new long[] {1_000_000_000}))));
        await().until(() -> inUse(version));

        engine.close();

        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(OperationCancelledException.class);
        assertThatThrownBy(() -> engine.serve(model.uri())).isInstanceOf(UnavailableException.class);
        assertThat(engine.models()).isEmpty();
        assertThat(engine.ready()).isFalse();
    }

    /** Counts what is freed; its runs wait for a latch and heed no interrupt. */
    private static final class Stubborn implements LoadedModel {
        final CountDownLatch entered = new CountDownLatch(1);
        final CountDownLatch go = new CountDownLatch(1);
        final AtomicInteger released = new AtomicInteger();
        final AtomicInteger running = new AtomicInteger();
        final AtomicBoolean freedUnderRun = new AtomicBoolean();
        private final LoadedModel inside =
                function("stubborn", this::hold).load(source(), context()).orElseThrow();

        private static dev.mlcore.serving.backend.ModelSource source() {
            return new dev.mlcore.serving.backend.ModelSource(ModelUri.of("java:stubborn"), Optional.empty());
        }

        private static dev.mlcore.serving.backend.LoadContext context() {
            return new dev.mlcore.serving.backend.LoadContext(1, Optional.empty());
        }

        private Tensor hold(Tensor x) {
            running.incrementAndGet();
            entered.countDown();
            boolean interrupted = false;
            while (true) {
                try {
                    go.await();
                    break;
                } catch (InterruptedException e) {
                    interrupted = true;
                }
            }
            running.decrementAndGet();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
            return x;
        }

        @Override
        public String platform() {
            return inside.platform();
        }

        @Override
        public List<TensorSpec> inputs() {
            return inside.inputs();
        }

        @Override
        public List<TensorSpec> outputs() {
            return inside.outputs();
        }

        @Override
        public Slot slot(long[] inputElements) {
            return inside.slot(inputElements);
        }

        @Override
        public void release() {
            freedUnderRun.compareAndSet(false, running.get() > 0);
            released.incrementAndGet();
        }
    }

    @Test
    void whatCannotBeStoppedIsFreedWhenItEnds() throws Exception {
        Stubborn stubborn = new Stubborn();
        InferenceEngine engine = engine(Duration.ofMillis(20), (source, context) -> Optional.of(stubborn));
        ServedModel model = engine.serve(ModelUri.of("java:stubborn"));
        Future<Map<String, Tensor>> call = others.submit(() -> model.infer(one(5)));
        stubborn.entered.await();

        model.close();
        assertThat(stubborn.released).hasValue(0);
        assertThat(engine.model("stubborn")).isEmpty();

        stubborn.go.countDown();
        assertThat(call.get(10, TimeUnit.SECONDS)).isEqualTo(one(5));
        await().untilAsserted(() -> assertThat(stubborn.released).hasValue(1));
        assertThat(stubborn.freedUnderRun).isFalse();
    }

    @Test
    void concurrentClosersAllFindItClosed() throws Exception {
        Stubborn stubborn = new Stubborn();
        InferenceEngine engine = engine(Duration.ofSeconds(30), (source, context) -> Optional.of(stubborn));
        ServedModel model = engine.serve(ModelUri.of("java:stubborn"));
        Future<?> call = others.submit(() -> model.infer(one(5)));
        stubborn.entered.await();
        List<Future<Integer>> closers = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            closers.add(others.submit(() -> {
                model.close();
                return stubborn.released.get();
            }));
        }
        await().until(() -> model.versions().stream().allMatch(v -> v.state() == ServedVersion.State.DRAINING)
                && engine.models().size() == 1);
        assertThat(closers).noneMatch(Future::isDone);
        stubborn.go.countDown();

        for (Future<Integer> closer : closers) {
            assertThat(closer.get(10, TimeUnit.SECONDS)).isEqualTo(1);
        }
        call.get();
    }

    @Test
    void aCallWaitsForAnInstanceAsLongAsItMay() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        InferenceEngine engine = engine(Duration.ofSeconds(30), function("hold", x -> {
            entered.countDown();
            uninterruptibly(go);
            return x;
        }));
        ServedModel model = engine.serve(ModelUri.of("java:hold"), o -> o.instances(1));
        Future<Map<String, Tensor>> first = others.submit(() -> model.infer(one(1)));
        entered.await();

        assertThatThrownBy(() -> model.prediction(one(2), Call.within(Duration.ofMillis(30))))
                .isInstanceOf(OperationTimeoutException.class)
                .hasMessageContaining("hold")
                .hasMessageContaining("PT0.03S");
        Thread.currentThread().interrupt();
        assertThatThrownBy(() -> model.infer(one(2)))
                .isInstanceOf(OperationCancelledException.class)
                .hasMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();

        CompletableFuture<Map<String, Tensor>> waiting =
                CompletableFuture.supplyAsync(() -> model.infer(one(3)), others);
        go.countDown();
        assertThat(waiting.get(10, TimeUnit.SECONDS)).isEqualTo(one(3));
        assertThat(first.get()).isEqualTo(one(1));
    }

    private static void uninterruptibly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    @Test
    void aFunctionUnderWayIsInterruptedAtTheLimit() throws Exception {
        CountDownLatch entered = new CountDownLatch(1);
        InferenceEngine engine = engine(Duration.ofMillis(20), function("wait", x -> {
            entered.countDown();
            uninterruptibly(new CountDownLatch(1));
            return x;
        }));
        ServedModel model = engine.serve(ModelUri.of("java:wait"));
        Future<Map<String, Tensor>> call = others.submit(() -> model.infer(one(1)));
        entered.await();

        engine.close();

        assertThatThrownBy(() -> call.get(10, TimeUnit.SECONDS)).hasCauseInstanceOf(OperationCancelledException.class);
    }

    @Test
    void aNameIsServedOnce() throws Exception {
        InferenceEngine engine = engine(Duration.ofSeconds(1), function("echo", x -> x));
        ModelUri uri = ModelUri.of("java:echo");
        ServedModel first = engine.serve(uri);

        assertThat(engine.serve(uri)).isSameAs(first);
        assertThat(engine.model("echo")).contains(first);
        ModelUri other = file("echo.onnx", OnnxFile.identity(DataType.INT64, "n"));
        assertThatThrownBy(() -> engine.serve(other))
                .isInstanceOf(AlreadyExistsException.class)
                .hasMessageContaining("java:echo");
        ServedModel named = engine.serve(other, o -> o.name("an echo"));
        assertThat(engine.models()).containsExactly(named, first);

        first.close();
        assertThat(engine.model("echo")).isEmpty();
        assertThat(engine.serve(other).uri()).isEqualTo(other);
        assertThatThrownBy(() -> engine.serve(uri, o -> o.name("a/b"))).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void aModelIsLoadedOnceHoweverManyAsk() throws Exception {
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch go = new CountDownLatch(1);
        Backend echo = function("echo", x -> x);
        InferenceEngine engine = engine(Duration.ofSeconds(1), (source, context) -> {
            loads.incrementAndGet();
            uninterruptibly(go);
            return echo.load(source, context);
        });
        List<Future<ServedModel>> all = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            all.add(others.submit(() -> engine.serve(ModelUri.of("java:echo"))));
        }
        await().until(() -> loads.get() == 1);
        assertThat(engine.ready()).isFalse();
        assertThat(engine.model("echo")).isEmpty();
        go.countDown();

        for (Future<ServedModel> one : all) {
            assertThat(one.get(10, TimeUnit.SECONDS)).isSameAs(all.get(0).get());
        }
        assertThat(loads).hasValue(1);
        assertThat(engine.ready()).isTrue();
    }

    @Test
    void aFailureInsideAFunctionFailsThatCallOnly() {
        InferenceEngine engine = engine(Duration.ofSeconds(1), function("odd", x -> {
            if (x.toLongs()[0] % 2 == 0) {
                throw new IllegalStateException("even");
            }
            return x;
        }));
        ServedModel model = engine.serve(ModelUri.of("java:odd"), o -> o.instances(1));

        assertThatThrownBy(() -> model.infer(one(2)))
                .isInstanceOf(MlcoreException.class)
                .hasMessageContaining("function odd")
                .hasMessageContaining("even");
        assertThat(model.infer(one(3))).isEqualTo(one(3));
    }
}
