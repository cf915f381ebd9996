package dev.mlcore.serving;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.device.Device;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelSignature;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.model.ModelUri.Target;
import dev.mlcore.api.tracking.ModelRegistry;
import dev.mlcore.api.tracking.ModelVersion;
import dev.mlcore.api.tracking.ResolvedModel;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** An alias that moves: swapped in whole or not at all. Devices are held as long as a version is. */
@NullUnmarked // what is looked up in a map here is there
@Timeout(60)
class FollowingTest {
    record Row(float p, float q) {}

    record Sum(float first, float second) {}

    @TempDir
    Path folder;

    private final OneModel registry = new OneModel();
    private final CountingPool pool = new CountingPool();
    private InferenceEngine engine;

    @BeforeEach
    void open() {
        engine = InferenceEngine.builder().registry(registry).devices(pool).build();
    }

    @AfterEach
    void close() {
        engine.close();
        assertThat(pool.held).hasValue(0);
        assertThat(registry.listeners).isEmpty();
    }

    /** Version n answers (p + n, q + n), through an identity matrix and a bias. */
    private ModelPackage version(int number) {
        byte[] onnx = OnnxFile.graph()
                .input("x", dev.mlcore.api.data.DataType.FLOAT32, "batch", 2)
                .output("y", dev.mlcore.api.data.DataType.FLOAT32, "batch", 2)
                .floats("b", new float[] {number, number}, 2)
                .node("Add", List.of("x", "b"), List.of("y"))
                .bytes();
        return ModelPackage.builder()
                .onnx(onnx)
                .signature(ModelSignature.of(Row.class, Sum.class)
                        .inputOrder(List.of("p", "q"))
                        .outputOrder(List.of("first", "second")))
                .write(folder.resolve("v" + number));
    }

    @Test
    void theNextVersionIsSwappedInUnderRunningCalls() throws Exception {
        registry.add(version(1));
        registry.add(version(2));
        registry.add(version(3));
        registry.champion(1);
        ServedModel model = engine.serve(ModelUri.of("models:/sums@champion"), o -> o.fits(Row.class, Sum.class));
        Predictor<Row, Sum> predictor = model.predictor(Row.class, Sum.class);
        assertThat(model.name()).isEqualTo("sums");
        assertThat(predictor.prediction(new Row(0, 0), Call.of()).runId()).contains("run-1");

        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger calls = new AtomicInteger();
        ExecutorService callers = Executors.newFixedThreadPool(3);
        List<Future<?>> running = new ArrayList<>();
        for (int t = 0; t < 3; t++) {
            running.add(callers.submit(() -> {
                while (!stop.get()) {
                    Prediction<Sum> answer = predictor.prediction(new Row(10, 20), Call.of());
                    int version = Integer.parseInt(answer.version());
                    assertThat(answer.value()).isEqualTo(new Sum(10 + version, 20 + version));
                    assertThat(answer.runId()).contains("run-" + version);
                    Tensor raw = model.infer(Map.of("x", Tensor.of(new float[] {1, 1}, 1, 2)))
                            .get("y");
                    assertThat(raw.toFloats()[0]).isEqualTo(raw.toFloats()[1]);
                    calls.incrementAndGet();
                }
                return null;
            }));
        }
        for (int next : new int[] {2, 3, 2, 1, 3}) {
            registry.champion(next);
            await().until(() -> model.current().version().equals(Integer.toString(next)));
            int before = calls.get();
            await().until(() -> calls.get() > before + 5 || running.stream().anyMatch(Future::isDone));
            await().until(() -> model.versions().size() == 1);
        }
        stop.set(true);
        for (Future<?> one : running) {
            one.get(10, TimeUnit.SECONDS);
        }
        callers.shutdown();
        assertThat(model.problem()).isEmpty();
        assertThat(model.version("3").state()).isEqualTo(ServedVersion.State.READY);
        assertThatThrownBy(() -> model.version("1"))
                .isInstanceOf(NotFoundException.class)
                .hasMessageContaining("[3]");
    }

    @Test
    void aVersionThatCannotBeServedLeavesTheOldOne() throws Exception {
        registry.add(version(1));
        registry.add(ModelPackage.builder().onnx(new byte[] {1, 2, 3}).write(folder.resolve("v2")));
        registry.add(ModelPackage.builder()
                .onnx(OnnxFile.table())
                .signature(ModelSignature.of(Index.class, Value.class))
                .write(folder.resolve("v3")));
        registry.add(version(4));
        registry.champion(1);
        ServedModel model = engine.serve(ModelUri.of("models:/sums@champion"), o -> o.fits(Row.class, Sum.class));
        Predictor<Row, Sum> predictor = model.predictor(Row.class, Sum.class);

        registry.champion(2);
        await().until(() -> model.problem().isPresent());
        assertThat(model.problem().orElseThrow()).startsWith("version 2: ");
        assertThat(predictor.predict(new Row(1, 1))).isEqualTo(new Sum(2, 2));

        registry.champion(3);
        await().until(() -> model.problem().orElse("").startsWith("version 3: "));
        assertThat(model.problem().orElseThrow()).contains("Row -> Sum");
        assertThat(predictor.predict(new Row(1, 1))).isEqualTo(new Sum(2, 2));

        registry.champion(4);
        await().until(() -> model.current().version().equals("4"));
        assertThat(model.problem()).isEmpty();
        assertThat(predictor.predict(new Row(1, 1))).isEqualTo(new Sum(5, 5));
    }

    record Index(long index) {}

    record Value(float value) {}

    @Test
    void numbersAndPinnedAliasesDoNotMove() {
        registry.add(version(1));
        registry.add(version(2));
        registry.champion(1);
        ServedModel pinned = engine.serve(ModelUri.of("models:/sums@champion"), o -> o.pinVersion());
        ServedModel number = engine.serve(ModelUri.of("models:/sums/1"), o -> o.name("one"));
        ServedModel follows = engine.serve(ModelUri.of("models:/sums/latest"), o -> o.name("last"));
        assertThat(registry.listeners).hasSize(1);

        registry.add(version(3));
        registry.champion(2);
        await().until(() -> follows.current().version().equals("3"));

        assertThat(pinned.current().version()).isEqualTo("1");
        assertThat(number.current().version()).isEqualTo("1");
    }

    @Test
    void devicesAreHeldAsLongAsTheVersion() {
        registry.add(version(1));
        registry.add(version(2));
        registry.champion(1);
        ServedModel model = engine.serve(ModelUri.of("models:/sums@champion"), o -> o.device(DeviceRequest.ofCpu()));
        assertThat(pool.held).hasValue(1);
        assertThat(pool.owners).containsExactly("serving sums version 1");

        registry.champion(2);
        await().until(() -> model.current().version().equals("2"));
        await().untilAsserted(() -> assertThat(pool.held).hasValue(1));

        model.close();
        assertThat(pool.held).hasValue(0);
        registry.add(ModelPackage.builder().onnx(new byte[] {9}).write(folder.resolve("bad")));
        assertThatThrownBy(() -> engine.serve(ModelUri.of("models:/sums/3"), o -> o.device(DeviceRequest.ofCpu())))
                .hasMessageContaining("models:/sums/3");
        assertThat(pool.held).hasValue(0);
        assertThat(pool.owners).hasSize(3);
        assertThatThrownBy(() -> model.predictor(Row.class, Sum.class)).isInstanceOf(UnavailableException.class);
    }

    /** One registered model in memory: versions from 1, one alias. */
    private static final class OneModel implements ModelRegistry {
        private final List<ModelPackage> versions = new CopyOnWriteArrayList<>();
        private final List<Consumer<ModelVersion>> listeners = new CopyOnWriteArrayList<>();
        private volatile int champion;

        void add(ModelPackage model) {
            versions.add(model);
            listeners.forEach(listener -> listener.accept(null));
        }

        void champion(int version) {
            champion = version;
            listeners.forEach(listener -> listener.accept(null));
        }

        @Override
        public ResolvedModel resolve(ModelUri uri) {
            Target target = uri.target();
            int number = target instanceof Target.Version version
                    ? version.version()
                    : target instanceof Target.Alias ? champion : versions.size();
            ModelPackage model = versions.get(number - 1);
            return new ResolvedModel(
                    model.directory(),
                    Optional.of(model),
                    Optional.of("sums"),
                    OptionalInt.of(number),
                    Optional.of("run-" + number));
        }

        @Override
        public AutoCloseable onChange(String name, Consumer<ModelVersion> listener) {
            listeners.add(listener);
            return () -> listeners.remove(listener);
        }

        @Override
        public ModelVersion register(String name, ModelUri source) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ModelVersion register(String name, ModelUri source, String key) {
            throw new UnsupportedOperationException();
        }

        @Override
        public ModelVersion version(String name, String aliasOrNumber) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<ModelVersion> versions(String name) {
            throw new UnsupportedOperationException();
        }
    }

    /** A CPU pool that knows how many leases are out. */
    private static final class CountingPool implements DevicePool {
        private final DevicePool cpu = DevicePool.cpu();
        private final AtomicInteger held = new AtomicInteger();
        private final List<String> owners = new CopyOnWriteArrayList<>();

        @Override
        public List<Device> devices() {
            return cpu.devices();
        }

        @Override
        public CompletableFuture<DeviceLease> request(DeviceRequest request, String owner) {
            return cpu.request(request, owner);
        }

        @Override
        public DeviceLease acquire(DeviceRequest request, String owner) {
            owners.add(owner);
            DeviceLease lease = cpu.acquire(request, owner);
            held.incrementAndGet();
            AtomicBoolean open = new AtomicBoolean(true);
            return new DeviceLease() {
                @Override
                public List<Device> devices() {
                    return lease.devices();
                }

                @Override
                public OptionalInt ordinal(Device device) {
                    return lease.ordinal(device);
                }

                @Override
                public Map<String, String> environment() {
                    return lease.environment();
                }

                @Override
                public void close() {
                    if (open.getAndSet(false)) {
                        held.decrementAndGet();
                    }
                    lease.close();
                }
            };
        }

        @Override
        public void close() {
            cpu.close();
        }
    }
}
