package dev.mlcore.gpu;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * What of the machine is looked at, so that a test can offer another one.
 *
 * @param os {@code os.name}
 * @param root where {@code proc}, {@code dev} and the rest are
 * @param environment of this process
 * @param limit how long nvidia-smi may take
 */
record Host(String os, Path root, Map<String, String> environment, Duration limit) {
    /** What is left of 3 s pays for starting it and, if need be, killing it. */
    static final Duration LIMIT = Duration.ofMillis(2_500);

    private static final List<String> ELSEWHERE = List.of(
            "usr/bin/nvidia-smi",
            "usr/lib/wsl/lib/nvidia-smi",
            "usr/local/nvidia/bin/nvidia-smi",
            "opt/bin/nvidia-smi");

    static Host here() {
        return new Host(System.getProperty("os.name"), Path.of("/"), System.getenv(), LIMIT);
    }

    boolean windows() {
        return os.toLowerCase(Locale.ROOT).startsWith("windows");
    }

    boolean mac() {
        return os.toLowerCase(Locale.ROOT).startsWith("mac");
    }

    /** The tool: on the search path, else where drivers and container runtimes put it. */
    Optional<Path> nvidiaSmi() {
        List<Path> places = new ArrayList<>();
        String path = environment.getOrDefault(windows() ? "Path" : "PATH", environment.getOrDefault("PATH", ""));
        for (String folder : path.split(File.pathSeparator)) {
            try {
                Path place = Path.of(folder);
                if (place.isAbsolute()) { // a relative entry would run what lies in the working directory
                    places.add(place.resolve(windows() ? "nvidia-smi.exe" : "nvidia-smi"));
                }
            } catch (InvalidPathException e) {
                // no folder of this file system, so the tool is not in it
            }
        }
        if (windows()) {
            String system = environment.getOrDefault("SystemRoot", "C:\\Windows");
            places.add(Path.of(system, "System32", "nvidia-smi.exe"));
        } else {
            ELSEWHERE.forEach(place -> places.add(root.resolve(place)));
        }
        return places.stream()
                .filter(Files::isExecutable)
                .filter(Files::isRegularFile)
                .findFirst();
    }

    /** The driver's kernel part says its version there. */
    boolean driverLoaded() {
        return Files.exists(root.resolve("proc/driver/nvidia/version"));
    }

    boolean deviceNodes() {
        try (Stream<Path> nodes = Files.list(root.resolve("dev"))) {
            return nodes.anyMatch(node -> node.getFileName().toString().matches("nvidia\\d+"));
        } catch (IOException e) {
            return false;
        }
    }

    /** The door to the Windows driver in a WSL2 machine. */
    boolean wsl() {
        return Files.exists(root.resolve("dev/dxg"));
    }

    boolean container() {
        return Files.exists(root.resolve(".dockerenv"))
                || Files.exists(root.resolve("run/.containerenv"))
                || environment.containsKey("KUBERNETES_SERVICE_HOST");
    }
}
