package dev.mlcore.gpu;

import java.time.Duration;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The clock of requests that wait with a limit: one daemon thread while there are any, none a second later. */
final class Limits {
    private static final Duration LONGEST = Duration.ofDays(36_500); // still fits the executor's nanoseconds

    private @Nullable ScheduledThreadPoolExecutor timer; // guarded by this

    /**
     * Runs a task later.
     *
     * @param limit how much later, more than zero
     * @param task what to run
     * @return what takes the task back
     */
    synchronized Runnable after(Duration limit, Runnable task) {
        if (timer == null) {
            timer = newTimer();
        }
        long nanos = (limit.compareTo(LONGEST) < 0 ? limit : LONGEST).toNanos();
        ScheduledFuture<?> scheduled = timer.schedule(task, nanos, TimeUnit.NANOSECONDS);
        return () -> scheduled.cancel(false);
    }

    /** Drops what is still to come; the pool asks for no more. */
    synchronized void close() {
        if (timer != null) {
            timer.shutdown(); // not Now: a callback that runs is not to be interrupted
        }
    }

    private static ScheduledThreadPoolExecutor newTimer() {
        ScheduledThreadPoolExecutor executor = new ScheduledThreadPoolExecutor(1, task -> {
            Thread thread = new Thread(task, "mlcore-gpu-limits");
            thread.setDaemon(true);
            return thread;
        });
        executor.setRemoveOnCancelPolicy(true);
        executor.setExecuteExistingDelayedTasksAfterShutdownPolicy(false);
        executor.setKeepAliveTime(1, TimeUnit.SECONDS);
        executor.allowCoreThreadTimeOut(true);
        return executor;
    }
}
