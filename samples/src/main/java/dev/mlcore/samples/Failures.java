package dev.mlcore.samples;

import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.TaskFailedException;
import dev.mlcore.api.UnavailableException;
import java.io.IOException;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/** How a sample ends when it fails: one line on standard error and an exit code after sysexits.h. */
final class Failures {
    static final int USAGE = 2;
    static final int BAD_DATA = 65;
    static final int NO_INPUT = 66;
    static final int PORT_TAKEN = 69;
    static final int IO = 74;
    static final int IN_USE = 75;

    private Failures() {}

    /**
     * Says what went wrong.
     *
     * @param sample its name
     * @param failure what was thrown
     * @param stacktrace whether to say where in the code, too
     * @param err one line, unless the stack trace was asked for
     * @return the exit code, not 0
     */
    static int report(String sample, Throwable failure, boolean stacktrace, PrintStream err) {
        String what = failure.getMessage();
        if (what == null || !(failure instanceof RuntimeException) || failure instanceof NullPointerException) {
            what = failure.toString();
        }
        err.println(sample + ": " + what.strip().replaceAll("\\s*\\R\\s*", "; "));
        if (stacktrace) {
            failure.printStackTrace(err);
        }
        return code(failure);
    }

    private static int code(Throwable failure) {
        if (failure instanceof Options.UsageException) {
            return USAGE;
        }
        for (Throwable at = failure; at != null; at = at.getCause()) {
            if (at instanceof BindException) {
                return PORT_TAKEN;
            } else if (at instanceof NotFoundException) {
                return NO_INPUT;
            } else if (at instanceof InvalidInputException
                    || at instanceof InvalidFormatException
                    || at instanceof IncompatibleException) {
                return BAD_DATA;
            } else if (at instanceof InUse) {
                return IN_USE;
            } else if (!(at instanceof TaskFailedException)
                    && (at instanceof UncheckedIOException || at instanceof IOException)) {
                return IO;
            } else if (at instanceof UnavailableException && !(at.getCause() instanceof BindException)) {
                return IO;
            }
        }
        return 1;
    }

    /**
     * The process whose engine holds a home.
     *
     * @param home the folder
     * @return its pid; empty if none that lives is named there
     */
    static Optional<Long> holder(Path home) {
        try {
            long pid =
                    Long.parseLong(Files.readString(home.resolve("dag.db.lock")).strip());
            return pid == ProcessHandle.current().pid()
                    ? Optional.empty()
                    : ProcessHandle.of(pid).filter(ProcessHandle::isAlive).map(ProcessHandle::pid);
        } catch (IOException | NumberFormatException e) {
            return Optional.empty();
        }
    }

    /** The home is held by another process, and stayed so for as long as we were willing to wait. */
    static final class InUse extends RuntimeException {
        private static final long serialVersionUID = 1;

        InUse(String message, Throwable cause) {
            super(message, cause);
        }
    }
}
