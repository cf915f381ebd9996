package dev.mlcore.dag.internal;

import java.io.File;
import java.net.URI;
import java.nio.file.Path;
import java.security.CodeSource;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;

/** A JVM like this one, on the class path. */
final class ChildProcess {
    private ChildProcess() {}

    /** Runs a main class; the first argument is a folder that the process may use. */
    static ProcessBuilder of(Class<?> main, String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir="
                        + arguments[
                                0], // SQLite's library is unpacked there, and left there by a process that is killed
                main.getName()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().put("CLASSPATH", classPath());
        return builder;
    }

    /** The class path, and what the build put on the module path and patched into modules. */
    private static String classPath() {
        StringJoiner path = new StringJoiner(File.pathSeparator);
        path.add(System.getProperty("java.class.path"));
        String modules = System.getProperty("jdk.module.path");
        if (modules != null) {
            path.add(modules);
        }
        CodeSource source = Engine.class.getProtectionDomain().getCodeSource();
        path.add(Path.of(URI.create(source.getLocation().toString())).toString());
        path.add(Path.of("target", "test-classes").toAbsolutePath().toString());
        return path.toString();
    }
}
