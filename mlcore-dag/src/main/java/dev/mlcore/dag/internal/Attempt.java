package dev.mlcore.dag.internal;

import dev.mlcore.api.device.DeviceLease;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/** A body at work, or about to be: the thread it is on, so that it can be interrupted there and nowhere else. Thread-safe. */
final class Attempt {
    final Instance instance;
    final int number;
    final long startNo;
    final AttemptLog log;
    final @Nullable DeviceLease lease;
    final Path workDir;

    private @Nullable Thread thread;
    private boolean interrupted;
    private Runnable afterwards = () -> {};

    Attempt(Instance instance, AttemptLog log, @Nullable DeviceLease lease, Path workDir) {
        this.instance = instance;
        this.number = instance.attempt;
        this.startNo = instance.startNo;
        this.log = log;
        this.lease = lease;
        this.workDir = workDir;
    }

    /** The calling thread is about to run the body; false if it must not. */
    synchronized boolean enter() {
        if (interrupted) {
            return false;
        }
        thread = Thread.currentThread();
        return true;
    }

    /** The body is over: no interruption meant for it reaches what the thread does next. */
    synchronized void leave() {
        thread = null;
        Thread.interrupted();
    }

    synchronized void interrupt() {
        interrupted = true;
        if (thread != null) {
            thread.interrupt();
        }
    }

    synchronized boolean interrupted() {
        return interrupted;
    }

    /** Has something let go once the body is over. */
    synchronized void afterwards(Runnable step) {
        afterwards = step;
    }

    /** Lets it go. */
    void afterwards() {
        Runnable step;
        synchronized (this) {
            step = afterwards;
            afterwards = () -> {};
        }
        step.run();
    }
}
