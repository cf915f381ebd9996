package dev.mlcore.samples;

import dev.mlcore.gpu.Gpus;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Says what on this machine would keep a part from working, each as one sentence with its remedy. Takes the options of the quickstart, so
 * that it looks at the folder and the port that are meant; leaves nothing behind.
 */
public final class Doctor {
    private Doctor() {}

    /**
     * Examines the machine; ends the JVM with 0 if nothing keeps a part from working, 1 if something does, 2 if an option is wrong.
     *
     * @param args the quickstart's options
     */
    public static void main(String... args) {
        System.exit(run(args, System.out, System.err));
    }

    static int run(String[] args, PrintStream out, PrintStream err) {
        Options options;
        try {
            options = Options.parse(args);
        } catch (Options.UsageException e) {
            return Failures.report("doctor", e, false, err);
        }
        if (options.help()) {
            out.println("What on this machine would keep a part from working. Takes the quickstart's options:\n\n"
                    + Options.HELP);
            return 0;
        }
        int failures = 0;
        for (Check check : examine(options)) {
            out.println(check);
            failures += check.mark() == Check.Mark.FAIL ? 1 : 0;
        }
        out.println(
                failures == 0
                        ? "Nothing keeps a part from working."
                        : failures + (failures == 1 ? " thing keeps" : " things keep") + " a part from working.");
        return failures == 0 ? 0 : 1;
    }

    private static List<Check> examine(Options options) {
        Path temporary = Path.of(System.getProperty("java.io.tmpdir"));
        List<Check> checks = new ArrayList<>();
        checks.add(Machine.java(Runtime.version().feature(), System.getProperty("java.home")));
        checks.add(Machine.processors(
                Runtime.getRuntime().availableProcessors(), Runtime.getRuntime().maxMemory()));
        Machine.cLibrary(Path.of("/")).ifPresent(checks::add);
        checks.add(Machine.encoding(Map.of(
                "file names (sun.jnu.encoding)", System.getProperty("sun.jnu.encoding", "UTF-8"),
                "text (file.encoding)", System.getProperty("file.encoding", "UTF-8"))));
        nativeAccess().ifPresent(checks::add);
        Machine.telemetry(System.getProperty("os.name"), System.getenv()).ifPresent(checks::add);

        Check folder = Folders.temporary(temporary);
        checks.add(folder);
        if (Folders.writable(temporary)) {
            checks.add(Natives.sqlite(temporary));
            checks.add(Natives.onnxRuntime(temporary));
        }

        checks.add(Folders.space(options.home()));
        checks.add(
                Folders.writable(temporary)
                        ? Natives.home(options.home(), temporary)
                        : Check.warn("The home " + options.home()
                                + " was not tried, because that needs a temporary folder; mend that first."));
        checks.addAll(Folders.databases(options.home()));
        checks.add(Machine.port(options.port()));
        checks.add(gpus(Gpus.detect().explain()));
        return checks;
    }

    private static Optional<Check> nativeAccess() {
        try { // since Java 22
            Object enabled = Module.class.getMethod("isNativeAccessEnabled").invoke(Doctor.class.getModule());
            return Machine.nativeAccess(Runtime.version().feature(), Boolean.TRUE.equals(enabled));
        } catch (ReflectiveOperationException e) {
            return Optional.empty();
        }
    }

    /** A machine without a card is in order; one whose card cannot be used may well not be meant so. */
    static Check gpus(String explanation) {
        boolean asMeant = explanation.startsWith("Found")
                || explanation.contains("no NVIDIA driver is loaded")
                || explanation.contains("macOS");
        return asMeant ? Check.ok(explanation) : Check.warn(explanation);
    }
}
