package dev.mlcore.gpu;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** A machine made of a folder: its files, its environment, and a shell script for nvidia-smi. */
final class FakeHost {
    static final String A = "GPU-aaaa1111-2222-3333-4444-555566667777";
    static final String B = "GPU-bbbb1111-2222-3333-4444-555566667777";
    static final String C = "GPU-cccc1111-2222-3333-4444-555566667777";

    final Path root;
    private final Map<String, String> environment = new HashMap<>();
    private String os = "Linux";
    private Duration limit = Duration.ofSeconds(60); // a slow test machine is no hung driver

    FakeHost(Path root) {
        this.root = root;
        environment.put("PATH", root.resolve("bin").toString());
    }

    static String h100(int index, String uuid) {
        return card(index, uuid, "NVIDIA H100 80GB HBM3");
    }

    static String card(int index, String uuid, String name) {
        return index + ", " + uuid + ", 00000000:0" + index + ":00.0, " + name + ", 550.54.15, 81559, 9.0, Disabled";
    }

    FakeHost os(String name) {
        os = name;
        return this;
    }

    FakeHost limit(Duration duration) {
        limit = duration;
        return this;
    }

    FakeHost env(String name, String value) {
        environment.put(name, value);
        return this;
    }

    FakeHost file(String path) throws IOException {
        Path file = root.resolve(path);
        Files.createDirectories(file.getParent());
        Files.writeString(file, "");
        return this;
    }

    FakeHost smi(String script) throws IOException {
        return smiAt("bin/nvidia-smi", script);
    }

    FakeHost smiAt(String path, String script) throws IOException {
        file(path);
        Path program = root.resolve(path);
        Files.writeString(program, "#!/bin/sh\nPATH=/usr/bin:/bin\n" + script + "\n");
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        return this;
    }

    /** The script prints these lines, as they are. */
    FakeHost smiSaying(String... lines) throws IOException {
        return smi("cat <<'EOF'\n" + String.join("\n", lines) + "\nEOF");
    }

    Host host() {
        return new Host(os, root, Map.copyOf(environment), limit);
    }

    Gpus detect() {
        return Gpus.detect(host());
    }
}
