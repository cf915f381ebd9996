package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.TaskFailedException;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.device.Device;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import dev.mlcore.dag.Dag;
import dev.mlcore.dag.DagBuilder;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagRun;
import dev.mlcore.dag.Many;
import dev.mlcore.dag.Out;
import dev.mlcore.dag.TaskContext;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class DeviceTest extends EngineFixture {
    @Test
    void aTaskHoldsItsLeaseAndGivesItBack() {
        DagBuilder d = Dag.builder("cpu");
        Out<String> t = d.task(
                        "t",
                        (TaskContext context) ->
                                context.lease().orElseThrow().devices().get(0).id())
                .device(DeviceRequest.ofCpu());
        Out<Boolean> none =
                d.task("none", (TaskContext context) -> context.lease().isPresent());
        Dag dag = d.build();
        try (DevicePool pool = DevicePool.cpu();
                DagEngine engine = builder().devices(pool).build()) {
            DagRun run = engine.submit(dag).await(SOON);
            assertThat(run.get(t)).isEqualTo("cpu");
            assertThat(run.get(none)).isFalse();
        }
    }

    @Test
    void waitingForADeviceHoldsNoWorkerAndNeverTwoHoldOne() {
        OneDevice pool = new OneDevice();
        AtomicInteger inside = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        DagBuilder d = Dag.builder("one");
        Many<Integer> trained = d.each("n", IntStream.range(0, 20).boxed().toList())
                .map("train", (Integer n, TaskContext context) -> {
                    most.accumulateAndGet(inside.incrementAndGet(), Math::max);
                    assertThat(context.lease()).isPresent();
                    inside.decrementAndGet();
                    return n;
                })
                .device(DeviceRequest.ofGpus(1));
        Out<Integer> free = d.task("free", () -> {
            pool.open(); // the twenty wait until this body, which needs no device, has found a worker
            return 1;
        });
        Dag dag = d.build();
        try (DagEngine engine = builder().devices(pool).build()) {
            DagRun run = engine.submit(dag).await(SOON);
            assertThat(run.get(trained)).hasSize(20);
            assertThat(run.get(free)).isEqualTo(1);
        }
        assertThat(most).hasValue(1);
        assertThat(pool.held).hasValue(0);
    }

    @Test
    void aRefusedRequestIsAFailedAttempt() {
        OneDevice pool = new OneDevice();
        pool.refusing = true;
        DagBuilder d = Dag.builder("refused");
        Out<Integer> t = d.task("t", () -> 1).retries(1).device(DeviceRequest.ofGpus(8));
        Dag dag = d.build();
        try (DagEngine engine = builder().devices(pool).build()) {
            DagRun run = engine.submit(dag);
            assertThatThrownBy(() -> run.await(SOON))
                    .isInstanceOf(TaskFailedException.class)
                    .hasMessageContaining("after 2 attempts")
                    .hasMessageContaining("no such device");
            assertThat(run.explain(t)).startsWith("failed");
        }
    }

    @Test
    void closeWithdrawsRequests() {
        OneDevice pool = new OneDevice();
        DagBuilder d = Dag.builder("withdrawn");
        d.task("t", () -> 1).device(DeviceRequest.ofGpus(1));
        Dag dag = d.build();
        try (DagEngine engine = builder().devices(pool).build()) {
            engine.submit(dag);
        }
        pool.open();
        assertThat(pool.held).hasValue(0);
        assertThat(heard("t")).isEmpty();
    }

    /** Grants its one device to one at a time, and to nobody before it is opened. */
    private static final class OneDevice implements DevicePool {
        final AtomicInteger held = new AtomicInteger();
        volatile boolean refusing;
        private final Deque<CompletableFuture<DeviceLease>> waiting = new ArrayDeque<>();
        private boolean free;

        synchronized void open() {
            free = true;
            grant();
        }

        private synchronized void grant() {
            while (free && !waiting.isEmpty()) {
                free = false;
                held.incrementAndGet();
                DeviceLease lease = new Lease();
                if (!waiting.remove().complete(lease)) {
                    lease.close();
                }
            }
        }

        @Override
        public List<Device> devices() {
            return List.of();
        }

        @Override
        public synchronized CompletableFuture<DeviceLease> request(DeviceRequest request, String owner) {
            if (refusing) {
                return CompletableFuture.failedFuture(new UnavailableException("no such device"));
            }
            CompletableFuture<DeviceLease> future = new CompletableFuture<>();
            waiting.add(future);
            grant();
            return future;
        }

        @Override
        public DeviceLease acquire(DeviceRequest request, String owner) {
            throw new AssertionError("holds a thread");
        }

        @Override
        public void close() {}

        private final class Lease implements DeviceLease {
            private boolean closed;

            @Override
            public List<Device> devices() {
                return List.of();
            }

            @Override
            public OptionalInt ordinal(Device device) {
                return OptionalInt.empty();
            }

            @Override
            public Map<String, String> environment() {
                return Map.of();
            }

            @Override
            public void close() {
                synchronized (OneDevice.this) {
                    if (closed) {
                        return;
                    }
                    closed = true;
                    held.decrementAndGet();
                    free = true;
                }
                grant();
            }
        }
    }
}
