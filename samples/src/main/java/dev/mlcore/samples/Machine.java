package dev.mlcore.samples;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The doctor's look at what surrounds the JVM; each check is a function of what it looks at, so that a test can offer another machine. */
final class Machine {
    private static final Set<Integer> TESTED = Set.of(17, 25);
    private static final long LEAST_HEAP = 256L << 20;

    private Machine() {}

    static Check java(int feature, String home) {
        String which = "Java " + feature + " at " + home;
        if (feature < 17) {
            return Check.fail(which + " is too old; set JAVA_HOME to a JDK 17 or newer.");
        }
        return TESTED.contains(feature)
                ? Check.ok(which + " is one that mlcore is tested with.")
                : Check.warn(
                        which + " should do, but only 17 and 25 are tested; if something fails, try one of those.");
    }

    static Check processors(int processors, long heapBytes) {
        String which = processors + (processors == 1 ? " processor" : " processors") + " and a heap of up to "
                + (heapBytes >> 20) + " MiB";
        if (heapBytes < LEAST_HEAP) {
            return Check.warn(which
                    + ": the heap may be too small for training; give more with -Xmx512m (in JAVA_TOOL_OPTIONS).");
        }
        return processors == 1
                ? Check.warn(which + ": tasks run one after another; give the machine or container a second processor.")
                : Check.ok(which + " are enough.");
    }

    /** Only Linux has the choice, and only glibc is what ONNX Runtime's libraries are built for. */
    static Optional<Check> cLibrary(Path root) {
        if (!Files.isDirectory(root.resolve("proc"))) {
            return Optional.empty();
        }
        boolean musl = has(root, "ld-musl-");
        boolean glibc = has(root, "ld-linux-");
        if (musl && !glibc) {
            return Optional.of(
                    Check.fail("The C library is musl (Alpine?), which ONNX Runtime's native library does not run on;"
                            + " use an image with glibc, such as one of Debian or Ubuntu."));
        }
        return glibc ? Optional.of(Check.ok("The C library is glibc.")) : Optional.empty();
    }

    private static boolean has(Path root, String loader) {
        for (String folder : List.of("lib", "lib64", "usr/lib", "usr/lib64")) {
            try (Stream<Path> files = Files.list(root.resolve(folder))) {
                if (files.anyMatch(file -> file.getFileName().toString().startsWith(loader))) {
                    return true;
                }
            } catch (IOException e) {
                // not every machine has every folder
            }
        }
        return false;
    }

    static Check encoding(Map<String, String> encodings) {
        Map<String, String> other = new TreeMap<>(encodings);
        other.values().removeIf(name -> name.equalsIgnoreCase("UTF-8") || name.equalsIgnoreCase("UTF8"));
        return other.isEmpty()
                ? Check.ok("Names of files and text are UTF-8.")
                : Check.warn("Not in UTF-8 are "
                        + other.entrySet().stream()
                                .map(e -> e.getKey() + ": " + e.getValue())
                                .collect(Collectors.joining(", "))
                        + ", so that file names with other letters fail and the console shows question marks;"
                        + " set LC_ALL=C.UTF-8 (on Windows: chcp 65001).");
    }

    /**
     * Whether loading native libraries prints warnings.
     *
     * @param feature of the JVM
     * @param enabled whether native access was allowed on its command line
     * @return nothing below Java 24, which does not warn
     */
    static Optional<Check> nativeAccess(int feature, boolean enabled) {
        if (feature < 24) {
            return Optional.empty();
        }
        return Optional.of(
                enabled
                        ? Check.ok("Native access is enabled.")
                        : Check.warn("Java " + feature
                                + " will print warnings when SQLite and ONNX Runtime load their libraries;"
                                + " start it with --enable-native-access=ALL-UNNAMED."));
    }

    /**
     * ONNX Runtime 1.29 on Linux counts its use for its makers. Its way of reading the command line for that overflows the stack, and so
     * ends the JVM, from some 3,500 characters on.
     *
     * @param os {@code os.name}
     * @param environment of the process
     * @return nothing where it does neither
     */
    static Optional<Check> telemetry(String os, Map<String, String> environment) {
        String switchedOff = environment.getOrDefault("ORT_DISABLE_TELEMETRY", "");
        if (!os.equals("Linux") || switchedOff.equals("1") || switchedOff.equals("true")) {
            return Optional.empty();
        }
        return Optional.of(Check.warn(
                "ONNX Runtime may send usage events to Microsoft, and may crash in a JVM whose command line is longer"
                        + " than 3,500 characters; set ORT_DISABLE_TELEMETRY=1 in the environment."));
    }

    static Check port(int port) {
        if (port == 0) {
            return Check.ok("The port is left to the system.");
        }
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true); // as servers do: a connection that lingers from the last run is no hindrance
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return Check.ok("Port " + port + " is free.");
        } catch (IOException e) {
            return Check.fail("Port " + port + " cannot be listened on (" + e.getMessage()
                    + "); end what uses it, or choose another with --port (0 takes a free one).");
        }
    }
}
