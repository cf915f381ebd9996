package dev.mlcore.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class LimitsTest {
    private final Limits limits = new Limits();

    @Test
    void itsThreadIsADaemonAndGoesWhenNothingWaits() throws Exception {
        AtomicReference<Thread> timer = new AtomicReference<>();
        CountDownLatch ran = new CountDownLatch(1);
        limits.after(Duration.ofMillis(1), () -> {
            timer.set(Thread.currentThread());
            ran.countDown();
        });
        assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
        Thread first = timer.get();
        assertThat(first.isDaemon()).isTrue();
        assertThat(first.getName()).isEqualTo("mlcore-gpu-limits");
        await().until(() -> !first.isAlive());

        CountDownLatch again = new CountDownLatch(1);
        limits.after(Duration.ofMillis(1), again::countDown);
        assertThat(again.await(30, TimeUnit.SECONDS)).isTrue();
        limits.close();
    }

    @Test
    void closingDropsWhatIsStillToCome() throws Exception {
        CountDownLatch ran = new CountDownLatch(1);
        AtomicReference<Thread> timer = new AtomicReference<>();
        limits.after(Duration.ofHours(1), () -> {});
        limits.after(Duration.ofMillis(1), () -> {
            timer.set(Thread.currentThread());
            ran.countDown();
        });
        assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
        limits.close();
        await().until(() -> !timer.get().isAlive());
    }

    @Test
    void whatIsTakenBackKeepsNoThread() {
        Runnable takeBack = limits.after(Duration.ofHours(1), () -> {});
        takeBack.run();
        await().until(() -> Thread.getAllStackTraces().keySet().stream()
                .noneMatch(thread -> thread.getName().equals("mlcore-gpu-limits")));
    }
}
