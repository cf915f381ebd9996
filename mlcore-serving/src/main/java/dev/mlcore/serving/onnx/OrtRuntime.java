package dev.mlcore.serving.onnx;

import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.UnsupportedException;
import java.io.IOException;
import java.lang.reflect.Field;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The process's one ONNX Runtime environment, and the end of the process.
 *
 * <p>ONNX Runtime frees its environment in a shutdown hook of its own, which cannot be removed and runs beside all others, while models may still be
 * loading or running on it; and when the hooks are done, the C library destroys ONNX Runtime's statics under whatever native call is left. Either is a
 * crash in place of an exit. Hence two measures:
 *
 * <ol>
 *   <li>The native environment counts its users. One more reference is taken before the Java object exists, so that the hook's release is never the last.
 *       The call is private to ONNX Runtime; where it cannot be reached, the second measure stands alone.
 *   <li>A hook of ours refuses new native calls, stops the runs under way at their next node, and holds the exit until the last native call has returned, for
 *       at most {@link #LONGEST_EXIT}. After that nothing native is freed any more: the process's end does it.
 * </ol>
 *
 * <p>A run announces itself by a volatile flag of its slot and then looks whether the process is ending; the hook sets that mark and then looks at the
 * flags. Both are volatile, so at least one of the two sees the other. Rare calls (load, release, slabs) are counted under a lock.
 */
final class OrtRuntime {
    /** Loads cannot be stopped; the largest models take some seconds. */
    private static final Duration LONGEST_EXIT = Duration.ofSeconds(20);

    private static final System.Logger LOG = System.getLogger(OrtRuntime.class.getName());
    private static final Object LOCK = new Object();
    private static final Set<OrtSlot> SLOTS = ConcurrentHashMap.newKeySet();
    private static volatile boolean exiting;
    private static int operations; // guarded by LOCK
    private static @Nullable OrtEnvironment environment; // guarded by LOCK

    private OrtRuntime() {}

    /** The environment, made at the first call, between {@link #begin} and {@link #end}. */
    static OrtEnvironment environment(String model) {
        synchronized (LOCK) {
            if (environment == null) {
                environment = create(model);
            }
            return environment;
        }
    }

    static boolean exiting() {
        return exiting;
    }

    /** Announces a rare native call; false if the process is ending, and the call must not be made. */
    static boolean begin() {
        synchronized (LOCK) {
            if (exiting) {
                return false;
            }
            operations++;
            return true;
        }
    }

    static void end() {
        synchronized (LOCK) {
            operations--;
            LOCK.notifyAll();
        }
    }

    static void add(OrtSlot slot) {
        SLOTS.add(slot);
    }

    static void remove(OrtSlot slot) {
        SLOTS.remove(slot);
    }

    static UnavailableException ending(String model) {
        return new UnavailableException("Cannot use model " + model + ": this process is ending");
    }

    private static OrtEnvironment create(String model) {
        try {
            Runtime.getRuntime().addShutdownHook(new Thread(OrtRuntime::exit, "mlcore-serving-exit"));
        } catch (IllegalStateException e) {
            exiting = true;
            throw ending(model);
        }
        AtomicReference<OrtEnvironment> made = new AtomicReference<>();
        AtomicReference<Throwable> failed = new AtomicReference<>();
        Thread maker = new Thread(
                null,
                () -> {
                    try {
                        keepAlive();
                        OrtEnvironment shared = OrtEnvironment.getEnvironment();
                        shared.setTelemetry(false);
                        made.set(shared);
                    } catch (OrtException | LinkageError | RuntimeException e) {
                        failed.set(e);
                    }
                },
                "mlcore-serving-native",
                stackBytes());
        maker.setDaemon(true);
        maker.start();
        join(maker);
        OrtEnvironment shared = made.get();
        if (shared != null) {
            return shared;
        }
        Throwable cause = failed.get();
        throw new UnsupportedException(
                "Cannot load ONNX Runtime's native library for model " + model + ": " + root(cause)
                        + ". It is unpacked into java.io.tmpdir, which must be writable and allow execution, and exists for Linux (glibc) x64 and"
                        + " arm64, macOS arm64 and Windows x64; onnxruntime.native.path names a folder with another copy",
                cause);
    }

    /**
     * On Linux, making the environment starts ONNX Runtime's telemetry, which matches a recursive regular expression against the process's command
     * line: some hundred bytes of stack for each of its characters, and a class path easily has thousands. On a usual thread that ends the process
     * without a word.
     */
    private static long stackBytes() {
        long usual = 1L << 20;
        try {
            return usual + 1024L * Files.readAllBytes(Path.of("/proc/self/cmdline")).length;
        } catch (IOException e) {
            return usual; // not Linux
        }
    }

    private static void keepAlive() {
        try {
            Field api = Class.forName("ai.onnxruntime.OnnxRuntime").getDeclaredField("ortApiHandle");
            api.setAccessible(true);
            Method reference =
                    OrtEnvironment.class.getDeclaredMethod("createHandle", long.class, int.class, String.class);
            reference.setAccessible(true);
            // Making the class ready loads the native library, and with it the handle of its interface.
            Class.forName(OrtEnvironment.class.getName(), true, OrtEnvironment.class.getClassLoader());
            Object handle = reference.invoke(
                    null, api.getLong(null), OrtLoggingLevel.ORT_LOGGING_LEVEL_WARNING.getValue(), "ort-java");
            LOG.log(System.Logger.Level.DEBUG, "ONNX Runtime environment {0} is kept until the process ends", handle);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.log(
                    System.Logger.Level.DEBUG,
                    "ONNX Runtime's environment cannot be kept; close the engine before the process ends",
                    e);
        }
    }

    private static void join(Thread thread) {
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true; // it takes no longer than loading a library does
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private static String root(@Nullable Throwable thrown) {
        if (thrown == null) {
            return "unknown";
        }
        Throwable cause = thrown;
        while (cause.getCause() != null) {
            cause = cause.getCause();
        }
        return cause.toString();
    }

    private static void exit() {
        long deadline = System.nanoTime() + LONGEST_EXIT.toNanos();
        synchronized (LOCK) {
            exiting = true;
        }
        SLOTS.forEach(OrtSlot::cancel); // without the lock: a slot that closes holds its own and takes this one
        synchronized (LOCK) {
            while ((operations > 0 || SLOTS.stream().anyMatch(OrtSlot::running)) && System.nanoTime() < deadline) {
                try {
                    LOCK.wait(1); // runs announce no end: they would pay for it on every call
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    return;
                }
            }
        }
    }
}
