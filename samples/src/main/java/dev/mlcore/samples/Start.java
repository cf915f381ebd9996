package dev.mlcore.samples;

import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.UnavailableException;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.logging.Level;
import java.util.logging.Logger;

/** What surrounds the quickstart's journey: options, the folder, the data set, waiting for a home that is in use, exit codes. */
final class Start {
    private static final Duration PATIENCE = Duration.ofSeconds(60);

    // kept here: java.util.logging forgets the level of a logger that nobody holds
    private static final Logger JETTY = Logger.getLogger("org.eclipse.jetty");

    static {
        JETTY.setLevel(Level.WARNING);
    }

    private Start() {}

    /**
     * Runs the quickstart.
     *
     * @param args of its {@code main}
     * @param out what it has to tell
     * @param err why it failed
     * @return the exit code
     */
    static int run(String[] args, PrintStream out, PrintStream err) {
        Options options;
        try {
            options = Options.parse(args);
        } catch (Options.UsageException e) {
            return Failures.report("quickstart", e, false, err);
        }
        if (options.help()) {
            out.println(Options.HELP);
            return 0;
        }
        try {
            portIsFree(options.port());
            Path data = prepare(options);
            Report report = new Report(options, data, out, System.getenv("MLCORE_TERMINAL") != null);
            report.begin();
            patiently(options.home(), PATIENCE, err, () -> travel(options, data, report));
            return 0;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Failures.report("quickstart", e, options.stacktrace(), err);
        } catch (Exception | LinkageError e) {
            return Failures.report("quickstart", e, options.stacktrace(), err);
        }
    }

    private static void travel(Options options, Path data, Report report) throws Exception {
        try {
            Quickstart.journey(options.home(), data, options.port(), report);
        } catch (OperationCancelledException e) {
            Thread.interrupted(); // it was meant to end the wait, and nothing else
            String why = report.failing().orElseThrow(() -> e);
            throw new UnavailableException(why + "; start again to go on with the run", e);
        }
    }

    /**
     * Makes the home and sees to it that there is a data set.
     *
     * @param options says where
     * @return the data set's file
     */
    static Path prepare(Options options) {
        Path home = options.home();
        Path copy = home.resolve("penguins.csv");
        try {
            Files.createDirectories(home);
            if (options.csv().isEmpty() && !Files.exists(copy)) {
                Path half = Files.createTempFile(home, "penguins", ".tmp");
                try (InputStream in = Start.class.getResourceAsStream("penguins.csv")) {
                    if (in == null) {
                        throw new IOException("the samples were built without penguins.csv");
                    }
                    Files.copy(in, half, StandardCopyOption.REPLACE_EXISTING);
                    Files.move(half, copy, StandardCopyOption.ATOMIC_MOVE);
                } finally {
                    Files.deleteIfExists(half);
                }
            }
        } catch (IOException e) {
            String reason = e instanceof FileSystemException refused && refused.getReason() != null
                    ? refused.getReason()
                    : e.toString();
            throw new UncheckedIOException(
                    "cannot prepare the home " + home + ": " + reason
                            + " (expected: a folder that can be written; name another with --home DIR)",
                    e);
        }
        return options.csv().orElse(copy);
    }

    /** Said before anything is done, although the port is needed last: nothing is then half done. */
    private static void portIsFree(int port) {
        if (port == 0) {
            return;
        }
        try (ServerSocket probe = new ServerSocket()) {
            probe.setReuseAddress(true);
            probe.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        } catch (BindException e) {
            throw new UnavailableException(
                    "cannot listen on port " + port
                            + ": another process does (expected: a free port; choose one with --port N, or 0 for any)",
                    e);
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot listen on port " + port + ": " + e
                            + " (expected: a free port; choose another with --port N)",
                    e);
        }
    }

    /**
     * Tries again while another process holds the home: a quickstart that is about to end, usually.
     *
     * @param home the folder
     * @param patience for how long
     * @param err told once that it waits
     * @param journey what to do
     * @throws Failures.InUse if the home stayed held
     */
    static void patiently(Path home, Duration patience, PrintStream err, Journey journey) throws Exception {
        long end = System.nanoTime() + patience.toNanos();
        boolean told = false;
        while (true) {
            try {
                journey.run();
                return;
            } catch (UnavailableException e) {
                Long holder = Failures.holder(home).orElse(null);
                if (holder == null) {
                    throw e;
                }
                if (System.nanoTime() >= end) {
                    throw new Failures.InUse(
                            "home " + home + ": process " + holder + " has held it for " + patience.toSeconds()
                                    + " s (expected: one engine at a time; end that process or choose another folder with --home DIR)",
                            e);
                }
                if (!told) {
                    told = true;
                    err.println("quickstart: home " + home + " is held by process " + holder + "; trying again for "
                            + patience.toSeconds() + " s");
                }
                Thread.sleep(500);
            }
        }
    }

    /** What is tried. */
    @FunctionalInterface
    interface Journey {
        /** Does it. */
        void run() throws Exception;
    }
}
