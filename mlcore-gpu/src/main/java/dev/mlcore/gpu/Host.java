package dev.mlcore.gpu;

import com.google.common.base.Splitter;
import java.io.File;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

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

    private static final int MOST_CARDS = 32;

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
        String program = windows() ? "nvidia-smi.exe" : "nvidia-smi";
        String path = environment.getOrDefault(windows() ? "Path" : "PATH", environment.getOrDefault("PATH", ""));
        List<Path> places = new ArrayList<>();
        for (String folder : Splitter.on(File.pathSeparatorChar).split(path)) {
            try {
                Path place = Path.of(folder);
                if (place.isAbsolute()) { // a relative entry would run what lies in the working directory
                    places.add(place.resolve(program));
                }
            } catch (InvalidPathException e) {
                // no folder of this file system, so the tool is not in it
            }
        }
        if (windows()) {
            places.add(Path.of(environment.getOrDefault("SystemRoot", "C:\\Windows"), "System32", program));
        } else {
            for (String place : ELSEWHERE) {
                places.add(root.resolve(place));
            }
        }
        for (Path place : places) { // no stream: this is most of the time that looking takes where there is no driver
            if (Files.isExecutable(place) && Files.isRegularFile(place)) {
                return Optional.of(place);
            }
        }
        return Optional.empty();
    }

    /** The driver's kernel part says its version there. */
    boolean driverLoaded() {
        return Files.exists(root.resolve("proc/driver/nvidia/version"));
    }

    boolean deviceNodes() {
        for (int card = 0; card < MOST_CARDS; card++) {
            if (Files.exists(root.resolve("dev/nvidia".concat(Integer.toString(card))))) {
                return true;
            }
        }
        return false;
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
