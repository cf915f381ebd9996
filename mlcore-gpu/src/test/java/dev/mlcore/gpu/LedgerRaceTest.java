package dev.mlcore.gpu;

import static java.util.concurrent.TimeUnit.SECONDS;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mlcore.api.ExhaustedException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.device.Device;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.device.DeviceRequest;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** Many threads at one pool: a device is never in two hands, and none is lost. */
class LedgerRaceTest {
    private static final int GPUS = 3;
    private static final int THREADS = 8;
    private static final int ROUNDS = 2_000;

    /** Who holds a device, kept apart from the pool: claimed at the grant, given up before the close. */
    private final Map<String, Object> hands = new ConcurrentHashMap<>();

    private final Queue<CompletableFuture<Void>> callbacks = new ConcurrentLinkedQueue<>();
    private final AtomicInteger granted = new AtomicInteger();

    @Test
    void neverTwiceAndNeverLost() throws Exception {
        DevicePool pool = Gpus.simulated(GPUS, 1);
        ExecutorService threads = Executors.newFixedThreadPool(THREADS);
        CountDownLatch start = new CountDownLatch(1);
        List<Future<?>> done = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(t);
            done.add(threads.submit(() -> {
                start.await();
                for (int round = 0; round < ROUNDS; round++) {
                    switch (random.nextInt(4)) {
                        case 0 -> useCallback(pool, random);
                        case 1 -> cancelAtOnce(pool, random);
                        case 2 -> withLimit(pool, random);
                        default -> use(pool.acquire(wanted(random), "blocking"));
                    }
                }
                return null;
            }));
        }
        start.countDown();
        for (Future<?> one : done) {
            one.get(60, SECONDS);
        }
        threads.shutdown();
        DeviceLease all = await().until(
                        () -> pool.request(DeviceRequest.ofGpus(GPUS).waiting(Duration.ZERO), "all")
                                .handle((l, e) -> l)
                                .join(),
                        lease -> lease != null);
        assertThat(all.devices()).hasSize(GPUS);
        assertThat(hands).isEmpty();
        for (CompletableFuture<Void> callback : callbacks) {
            callback.get(10, SECONDS); // fails as its assertions do
        }
        assertThat(granted).hasValueGreaterThan(THREADS * ROUNDS / 2);
        pool.close();
        assertThat(threads.awaitTermination(10, SECONDS)).isTrue();
    }

    /** Requests race with the pool's end: each is granted or refused, none is forgotten. */
    @Test
    void closeForgetsNobody() throws Exception {
        for (int round = 0; round < 300; round++) {
            DevicePool pool = Gpus.simulated(1, 1);
            Set<CompletableFuture<DeviceLease>> asked = ConcurrentHashMap.newKeySet();
            Thread asking = new Thread(() -> {
                for (int i = 0; i < 50; i++) {
                    asked.add(pool.request(DeviceRequest.ofGpus(1).waiting(Duration.ofMinutes(i % 2 + 1)), "r" + i));
                }
            });
            asking.start();
            pool.close();
            asking.join();
            assertThat(asked).allSatisfy(future -> assertThat(future).isDone());
        }
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("mlcore-gpu-limits")));
    }

    private static DeviceRequest wanted(Random random) {
        return DeviceRequest.ofGpus(1 + random.nextInt(GPUS));
    }

    private void useCallback(DevicePool pool, Random random) {
        callbacks.add(pool.request(wanted(random), "callback").thenAccept(this::use));
    }

    private void cancelAtOnce(DevicePool pool, Random random) {
        CompletableFuture<DeviceLease> future = pool.request(wanted(random), "cancelling");
        if (random.nextBoolean()) {
            Thread.onSpinWait();
        }
        if (!future.cancel(true)) {
            use(future.join());
        }
    }

    private void withLimit(DevicePool pool, Random random) {
        try {
            use(pool.acquire(wanted(random).waiting(Duration.ofNanos(random.nextInt(200_000))), "limited"));
        } catch (ExhaustedException timeIsUp) {
            assertThat(timeIsUp).hasMessageContaining("limited");
        } catch (OperationCancelledException closed) {
            throw new AssertionError(closed);
        }
    }

    private void use(DeviceLease lease) {
        for (Device device : lease.devices()) {
            assertThat(hands.put(device.id(), lease))
                    .as("%s is in one hand", device)
                    .isNull();
        }
        granted.incrementAndGet();
        for (Device device : lease.devices()) {
            assertThat(hands.remove(device.id())).isSameAs(lease);
        }
        lease.close();
    }
}
