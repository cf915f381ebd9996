package dev.mlcore.samples;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** Another Java process on the class path of this one. */
final class Jvm {
    private Jvm() {}

    /**
     * Begins one.
     *
     * @param log takes what it prints on both channels
     * @param main its class
     * @param args of its {@code main}
     * @return the process
     */
    static Process start(Path log, Class<?> main, String... args) throws IOException {
        List<String> command = new ArrayList<>();
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.add("-XX:TieredStopAtLevel=1");
        command.add("-XX:+UseSerialGC");
        command.add(main.getName());
        command.addAll(List.of(args));
        File file = log.toFile();
        ProcessBuilder builder = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(file));
        // as samples/run does it: ONNX Runtime's telemetry crashes on long command lines
        builder.environment().put("ORT_DISABLE_TELEMETRY", "1");
        builder.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return builder.start();
    }

    /**
     * Runs one to its end.
     *
     * @return its exit code
     */
    static int run(Path log, Class<?> main, String... args) throws IOException, InterruptedException {
        return end(start(log, main, args), Duration.ofMinutes(2));
    }

    /**
     * Waits for one.
     *
     * @return its exit code
     * @throws IllegalStateException if it had not ended by then; it is killed
     */
    static int end(Process process, Duration limit) throws InterruptedException {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
            process.destroyForcibly().waitFor();
            throw new IllegalStateException("process " + process.pid() + ": still running after " + limit);
        }
        return process.exitValue();
    }
}
