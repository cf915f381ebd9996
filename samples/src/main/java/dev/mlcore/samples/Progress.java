package dev.mlcore.samples;

import dev.mlcore.dag.DagEvent;
import dev.mlcore.dag.DagListener;
import java.io.PrintStream;

/** One line that follows the tasks on a terminal; one line per event where the output is kept. */
final class Progress implements DagListener {
    private final PrintStream out;
    private final boolean terminal;
    private int events;

    Progress(PrintStream out, boolean terminal) {
        this.out = out;
        this.terminal = terminal;
    }

    @Override
    public synchronized void on(DagEvent event) {
        events++;
        String line = "  " + describe(event);
        if (terminal) {
            out.print("\r" + line + "\u001b[K");
        } else {
            out.println(line);
        }
        out.flush();
    }

    /** Ends the line, so that what follows stands on its own. */
    synchronized void end() {
        if (terminal && events > 0) {
            out.println();
        }
    }

    /** How many events came. */
    synchronized int events() {
        return events;
    }

    private static String describe(DagEvent event) {
        StringBuilder text = new StringBuilder(event.task().isEmpty() ? "run" : event.task());
        if (!event.path().isEmpty() && !event.path().equals("-")) {
            text.append('[').append(event.path()).append(']');
        }
        text.append(": ").append(event.state().toLowerCase(java.util.Locale.ROOT));
        if (event.attempt() > 1) {
            text.append(", attempt ").append(event.attempt());
        }
        if (!event.reason().isEmpty()) {
            text.append(" (").append(event.reason()).append(')');
        }
        return text.toString();
    }
}
