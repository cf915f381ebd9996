package dev.mlcore.samples;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/**
 * What the quickstart was asked for on its command line.
 *
 * @param home the folder that holds databases and artifacts; absolute
 * @param csv the data set; empty for the one that comes with the samples
 * @param port of the server; 0 takes a free one
 * @param keepServing whether the server stays up until the process is ended
 * @param stacktrace whether a failure prints where in the code it happened
 * @param help whether only to say what can be asked for
 */
record Options(Path home, Optional<Path> csv, int port, boolean keepServing, boolean stacktrace, boolean help) {
    static final String HELP = """
            From a CSV file to an answered prediction: a tracked workflow trains and registers a model, an engine serves it.

              --home DIR       databases and artifacts (default: ./mlcore); a second start adds a version, a start after a crash goes on
              --csv FILE       the penguins, or a file of the same columns (default: the data set of the samples)
              --port N         of the HTTP server; 0 takes a free one (default: 8080)
              --keep-serving   leave the server up until Ctrl-C
              --stacktrace     on failure, also say where in the code
              --help           this text

            Exit codes: 0 done, 2 wrong option, 65 bad data or a damaged file, 66 no such file, 69 port taken, 74 input or output failed,
            75 the home is in use, 1 anything else.""";

    /**
     * Reads the arguments.
     *
     * @param args as given to {@code main}
     * @return what they ask for
     * @throws UsageException if one is unknown or malformed
     */
    static Options parse(String... args) {
        Path home = Path.of("mlcore");
        Optional<Path> csv = Optional.empty();
        int port = 8080;
        boolean keepServing = false;
        boolean stacktrace = false;
        boolean help = false;
        for (int i = 0; i < args.length; i++) {
            switch (args[i]) {
                case "--home" -> home = path(args, i++);
                case "--csv" ->
                    csv = Optional.of(path(args, i++).toAbsolutePath().normalize());
                case "--port" -> port = port(args, i++);
                case "--keep-serving" -> keepServing = true;
                case "--stacktrace" -> stacktrace = true;
                case "--help", "-h" -> help = true;
                default ->
                    throw new UsageException(args[i]
                            + ": unknown (expected: --home, --csv, --port, --keep-serving, --stacktrace or --help)");
            }
        }
        return new Options(home.toAbsolutePath().normalize(), csv, port, keepServing, stacktrace, help);
    }

    private static String value(String[] args, int at, String expected) {
        if (at + 1 == args.length) {
            throw new UsageException(args[at] + ": nothing follows it (expected: " + expected + ")");
        }
        return args[at + 1];
    }

    private static Path path(String[] args, int at) {
        String value = value(args, at, "a path");
        try {
            if (!value.isBlank()) {
                return Path.of(value);
            }
        } catch (InvalidPathException e) {
            throw new UsageException(args[at] + ": '" + value + "' (expected: a path; " + e.getReason() + ")");
        }
        throw new UsageException(args[at] + ": '" + value + "' (expected: a path)");
    }

    private static int port(String[] args, int at) {
        String value = value(args, at, "a port, 0 to 65535");
        if (!value.matches("\\d{1,5}") || Integer.parseInt(value) > 65535) {
            throw new UsageException("--port: '" + value + "' (expected: 0 to 65535)");
        }
        return Integer.parseInt(value);
    }

    /** An option is wrong; the message says which and what would be right. */
    static final class UsageException extends IllegalArgumentException {
        private static final long serialVersionUID = 1;

        UsageException(String message) {
            super(message);
        }
    }
}
