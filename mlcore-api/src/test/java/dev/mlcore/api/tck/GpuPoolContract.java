package dev.mlcore.api.tck;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
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
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What every {@link DevicePool} of three GPUs or more keeps besides {@link DevicePoolContract}. */
@Timeout(120)
@NullUnmarked
public abstract class GpuPoolContract extends DevicePoolContract {
    private static final Duration SHORT = Duration.ofMillis(50);
    private static final DeviceRequest ONE = DeviceRequest.ofGpus(1);

    private DeviceRequest all() {
        return DeviceRequest.ofGpus(gpus.size());
    }

    @Test
    void hasGpusEnoughForThisContract() {
        assertThat(gpus).hasSizeGreaterThanOrEqualTo(3);
        assertThat(gpus).allSatisfy(gpu -> assertThat(gpu.totalBytes()).isPresent());
    }

    @Test
    void grantsAtOnceWhatIsFreeAndNeverTwice() {
        List<String> held = new ArrayList<>();
        for (int i = 0; i < gpus.size(); i++) {
            held.addAll(ids(pool.request(ONE, "a").getNow(null)));
        }
        assertThat(held)
                .doesNotHaveDuplicates()
                .hasSameElementsAs(gpus.stream().map(Device::id).toList());
        assertThat(pool.request(ONE, "b")).isNotDone();
    }

    @Test
    void givesTheDevicesInThePoolsOrder() {
        DeviceLease first = pool.acquire(ONE, "a");
        DeviceLease second = pool.acquire(ONE, "b");
        first.close();
        second.close();
        assertThat(pool.acquire(all(), "c").devices()).isEqualTo(gpus);
    }

    @Test
    void namesHeldDevicesToAChildProcess() {
        DeviceLease lease = pool.acquire(DeviceRequest.ofGpus(2), "a");
        assertThat(lease.environment()).containsEntry("CUDA_VISIBLE_DEVICES", String.join(",", ids(lease)));
        assertThatThrownBy(() -> lease.ordinal(gpus.get(2)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(gpus.get(2).id());
    }

    @Test
    void grantsTheNextInLineWhenDevicesComeBack() {
        DeviceLease held = pool.acquire(all(), "a");
        CompletableFuture<DeviceLease> second = pool.request(all(), "b");
        CompletableFuture<DeviceLease> third = pool.request(ONE, "c");
        assertThat(second).isNotDone();
        AtomicReference<Thread> granter = new AtomicReference<>();
        CompletableFuture<Void> unused = second.thenRun(() -> granter.set(Thread.currentThread()));
        held.close();
        assertThat(second).isCompleted();
        assertThat(granter).hasValue(Thread.currentThread());
        assertThat(third).isNotDone();
        second.join().close();
        assertThat(third).isCompleted();
    }

    /** One device is free all the time, and yet the big request ahead is served before the small ones behind it. */
    @Test
    void aBigRequestIsNotOvertakenBySmallOnes() {
        DeviceLease one = pool.acquire(ONE, "a");
        CompletableFuture<DeviceLease> big = pool.request(all(), "big");
        CompletableFuture<DeviceLease> small = pool.request(ONE, "small");
        assertThat(big).isNotDone();
        assertThat(small).isNotDone();
        one.close();
        assertThat(big).isCompleted();
        assertThat(small).isNotDone();
    }

    @Test
    void theCpuWaitsForNobody() {
        pool.acquire(all(), "a");
        CompletableFuture<DeviceLease> unused = pool.request(all(), "b");
        assertThat(ids(pool.request(DeviceRequest.ofCpu(), "c").getNow(null))).containsExactly("cpu");
    }

    @Test
    void busyGpusAreWaitedForEvenIfTheCpuWouldDo() {
        DeviceLease held = pool.acquire(all(), "a");
        CompletableFuture<DeviceLease> waiting = pool.request(ONE.elseCpu(), "b");
        assertThat(waiting).isNotDone();
        held.close();
        assertThat(ids(waiting.join())).containsExactly(gpus.get(0).id());
    }

    @Test
    void closingALeaseTwiceReleasesOnce() {
        DeviceLease first = pool.acquire(ONE, "a");
        first.close();
        DeviceLease second = pool.acquire(all(), "b");
        first.close();
        assertThat(pool.request(ONE, "c")).isNotDone();
        second.close();
    }

    @Test
    void cancellingWithdrawsAndLetsTheNextPass() {
        DeviceLease held = pool.acquire(ONE, "a");
        CompletableFuture<DeviceLease> big = pool.request(all(), "big");
        CompletableFuture<DeviceLease> small = pool.request(ONE, "small");
        big.cancel(true);
        assertThat(small).isCompleted();
        small.join().close();
        held.close();
        assertThat(pool.request(all(), "c")).isCompleted();
    }

    @Test
    void cancellingAGrantedRequestChangesNothing() {
        CompletableFuture<DeviceLease> granted = pool.request(all(), "a");
        assertThat(granted.cancel(true)).isFalse();
        assertThat(pool.request(ONE, "b")).isNotDone();
    }

    /** Both are granted by one release; the first to hear of it cancels the other, which then was granted for nothing. */
    @Test
    void aGrantThatComesTooLateIsGivenBack() {
        DeviceLease held = pool.acquire(all(), "a");
        CompletableFuture<DeviceLease> first = pool.request(ONE, "b");
        CompletableFuture<DeviceLease> second = pool.request(ONE, "c");
        CompletableFuture<Boolean> cancelled = first.thenApply(lease -> second.cancel(true));
        held.close();
        assertThat(cancelled).isCompletedWithValue(true);
        first.join().close();
        assertThat(pool.request(all(), "d")).isCompleted();
    }

    /** The caller's own timeout on the future is a withdrawal like any other. */
    @Test
    void completingTheFutureFromOutsideWithdraws() {
        DeviceLease held = pool.acquire(all(), "a");
        CompletableFuture<DeviceLease> given = pool.request(all(), "b");
        given.completeExceptionally(new IllegalStateException("gave up"));
        held.close();
        assertThat(pool.request(all(), "c")).isCompleted();
    }

    @Test
    void takesWhatIsFreeNowOrFailsNamingTheHolders() {
        DeviceLease held = pool.acquire(all(), "penguins/train#3");
        Throwable failure = failure(pool.request(ONE.waiting(Duration.ZERO), "penguins/train#4"));
        assertThat(failure)
                .isInstanceOf(ExhaustedException.class)
                .hasMessageContaining("penguins/train#4")
                .hasMessageContaining(gpus.get(0).id() + " held by penguins/train#3");
        held.close();
        assertThat(pool.request(all().waiting(Duration.ZERO), "b")).isCompleted();
    }

    @Test
    void theImpatientDoNotJumpTheQueue() {
        pool.acquire(ONE, "a");
        CompletableFuture<DeviceLease> unused = pool.request(all(), "big");
        assertThat(failure(pool.request(ONE.waiting(Duration.ZERO), "b"))).isInstanceOf(ExhaustedException.class);
    }

    @Test
    void failsWhenItsTimeHasPassedAndLetsTheNextPass() {
        DeviceLease held = pool.acquire(ONE, "holder");
        CompletableFuture<DeviceLease> big = pool.request(all().waiting(SHORT), "big");
        CompletableFuture<DeviceLease> small = pool.request(ONE, "small");
        await().until(big::isDone);
        assertThat(failure(big))
                .isInstanceOf(ExhaustedException.class)
                .hasMessageContaining("big")
                .hasMessageContaining("PT0.05S")
                .hasMessageContaining("held by holder");
        await().until(small::isDone);
        small.join().close();
        held.close();
        assertThat(pool.request(all(), "c")).isCompleted();
    }

    @Test
    void aLongLimitDoesNotOverflow() {
        DeviceLease held = pool.acquire(all(), "a");
        CompletableFuture<DeviceLease> patient = pool.request(ONE.waiting(Duration.ofSeconds(Long.MAX_VALUE)), "b");
        assertThat(patient).isNotDone();
        held.close();
        assertThat(patient).isCompleted();
    }

    @Test
    void acquireFailsAsItsRequestDoes() {
        pool.acquire(all(), "a");
        assertThatThrownBy(() -> pool.acquire(ONE.waiting(SHORT), "b"))
                .isInstanceOf(ExhaustedException.class)
                .hasMessageContaining("b");
    }

    @Test
    void acquireWaits() throws Exception {
        DeviceLease held = pool.acquire(all(), "a");
        CompletableFuture<DeviceLease> other = new CompletableFuture<>();
        Thread thread = new Thread(() -> other.complete(pool.acquire(ONE, "b")));
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        held.close();
        assertThat(other.join().devices()).hasSize(1);
        thread.join();
    }

    @Test
    void anInterruptedAcquireWithdrawsAndKeepsTheFlag() throws Exception {
        DeviceLease held = pool.acquire(all(), "a");
        AtomicReference<Throwable> thrown = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        Thread thread = new Thread(() -> {
            try {
                pool.acquire(all(), "b");
            } catch (RuntimeException e) {
                thrown.set(e);
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        thread.start();
        await().until(() -> thread.getState() == Thread.State.WAITING);
        thread.interrupt();
        thread.join();
        assertThat(thrown.get()).isInstanceOf(OperationCancelledException.class).hasMessageContaining("b");
        assertThat(flag).hasValue(true);
        held.close();
        assertThat(pool.request(all(), "c")).isCompleted();
    }

    @Test
    void closingFailsWhatWaitsAndLeavesLeasesAlone() {
        DeviceLease held = pool.acquire(all(), "a");
        CompletableFuture<DeviceLease> waiting = pool.request(ONE, "penguins/train#1");
        CompletableFuture<DeviceLease> limited = pool.request(ONE.waiting(Duration.ofMinutes(5)), "c");
        pool.close();
        assertThat(failure(waiting))
                .isInstanceOf(OperationCancelledException.class)
                .hasMessageContaining("penguins/train#1");
        assertThat(failure(limited)).isInstanceOf(OperationCancelledException.class);
        assertThat(held.devices()).isEqualTo(gpus);
        held.close();
    }

    /** Each grant is used and closed by the callback of the one before: no stack may grow with the queue. */
    @Test
    void aLongQueueOfCallbacksDoesNotOverflowTheStack() {
        DeviceLease held = pool.acquire(all(), "a");
        List<CompletableFuture<Void>> used = new ArrayList<>();
        for (int i = 0; i < 20_000; i++) {
            used.add(pool.request(all(), "b" + i).thenAccept(DeviceLease::close));
        }
        held.close();
        assertThat(used).allSatisfy(future -> assertThat(future).isCompleted());
    }

    /** A callback may wait for another thread that asks the same pool. */
    @Test
    void tellsGrantsAndRefusalsHoldingNoLock() {
        DeviceLease held = pool.acquire(all(), "a");
        CompletableFuture<Boolean> granted = answeredElsewhere(pool.request(all(), "granted"));
        held.close();
        assertThat(granted).isCompletedWithValue(true);

        CompletableFuture<Boolean> late = answeredElsewhere(pool.request(ONE.waiting(SHORT), "late"));
        await().until(late::isDone);
        assertThat(late).isCompletedWithValue(true);

        CompletableFuture<Boolean> waiting = answeredElsewhere(pool.request(ONE, "waiting"));
        pool.close();
        assertThat(waiting).isCompletedWithValue(true);
    }

    private CompletableFuture<Boolean> answeredElsewhere(CompletableFuture<DeviceLease> asked) {
        return asked.handle((lease, failure) -> {
            CompletableFuture<Boolean> answer = new CompletableFuture<>();
            Thread other = new Thread(() -> {
                CompletableFuture<?> unused =
                        pool.request(ONE.waiting(Duration.ZERO), "other").whenComplete((l, e) -> answer.complete(true));
            });
            other.start();
            return answer.completeOnTimeout(false, 10, TimeUnit.SECONDS).join();
        });
    }

    @Test
    void aCallbackMayAcquireAgain() {
        DeviceLease held = pool.acquire(all(), "a");
        CompletableFuture<String> again = pool.request(all(), "b").thenApply(lease -> {
            lease.close();
            try (DeviceLease next = pool.acquire(all(), "b again")) {
                return "got " + next.devices().size();
            }
        });
        CompletableFuture<Void> between = pool.request(all(), "c").thenAccept(DeviceLease::close);
        held.close();
        assertThat(again).isCompletedWithValue("got " + gpus.size());
        assertThat(between).isCompleted();
    }
}
