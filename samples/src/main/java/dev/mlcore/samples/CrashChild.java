package dev.mlcore.samples;

import dev.mlcore.dag.DagApp;
import dev.mlcore.dag.DagEngine;
import dev.mlcore.dag.DagEvent;
import dev.mlcore.dag.Fn0;
import dev.mlcore.dag.TaskContext;
import dev.mlcore.dag.TaskInterceptor;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** The quickstart, writing down each event and each body it enters, and dying on the spot after the event of a given number. */
final class CrashChild {
    /** The exit code of a process that died at its event, as of one that was killed. */
    static final int DIED = 137;

    private CrashChild() {}

    /**
     * Runs the journey.
     *
     * @param args the home; the file that is told of events and bodies; the event to die after, from 1, or 0
     */
    public static void main(String[] args) {
        Path notes = Path.of(args[1]);
        int last = Integer.parseInt(args[2]);
        Options options = new Options(Path.of(args[0]), Optional.empty(), 0, false, true, false);
        try {
            Path data = Start.prepare(options);
            Quickstart.journey(options.home(), data, 0, new Watched(options, data, notes, last));
            System.exit(0);
        } catch (Exception e) {
            System.exit(Failures.report("crash", e, true, System.err));
        }
    }

    private static synchronized void note(Path notes, String line) {
        try {
            Files.write(
                    notes,
                    (line + "\n").getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.CREATE,
                    StandardOpenOption.APPEND);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static final class Watched extends Report {
        private final Path notes;
        private final int last;
        private final AtomicInteger events = new AtomicInteger();

        Watched(Options options, Path data, Path notes, int last) {
            super(options, data, System.out, false);
            this.notes = notes;
            this.last = last;
        }

        @Override
        DagEngine.Builder watch(DagEngine.Builder engine) {
            return engine.listener(this::on)
                    .app(DagApp.builder().intercept(new Entering(notes)).build());
        }

        private void on(DagEvent event) {
            note(notes, "event " + event.task() + " " + event.path() + " " + event.state());
            if (events.incrementAndGet() == last) {
                Runtime.getRuntime().halt(DIED);
            }
        }
    }

    private record Entering(Path notes) implements TaskInterceptor {
        @Override
        public <R extends @Nullable Object> R around(TaskContext context, Fn0<R> body) throws Exception {
            note(notes, "enter " + context.key());
            return body.apply();
        }
    }
}
