package dev.mlcore.tracking;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.tracking.MetricPoint;
import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunInfo;
import dev.mlcore.api.tracking.RunStatus;
import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** What an acknowledged write survives: {@code kill -9} of the writing JVM at any moment. */
@NullUnmarked
class CrashTest {
    @TempDir
    Path folder;

    /** The child: writes for ever and says after each flush how far it is. */
    static final class Writer {
        public static void main(String[] args) {
            Tracking tracking = Tracking.open("sqlite:" + args[0]);
            Run run = tracking.experiment("crash").start("killed");
            System.out.println(run.id());
            for (int i = 0; ; i++) {
                for (int j = 0; j < 10; j++) {
                    run.metric("m", i, i * 10L + j);
                }
                run.tag("last", Integer.toString(i)).flush();
                System.out.println(i);
            }
        }
    }

    @Test
    @Timeout(120)
    void whatFlushReturnedForIsThereAfterAKill() throws Exception {
        Path file = folder.resolve("my runs.db");
        for (int acknowledged : new int[] {1, 7, 40}) {
            Process child = child(file);
            String id;
            int last = -1;
            try (BufferedReader out =
                    new BufferedReader(new InputStreamReader(child.getInputStream(), StandardCharsets.UTF_8))) {
                id = out.readLine();
                while (last < acknowledged) {
                    last = Integer.parseInt(out.readLine());
                }
                child.toHandle().destroyForcibly(); // unlike the process, it leaves the pipe readable
                for (String more = out.readLine(); more != null && !more.isEmpty(); more = out.readLine()) {
                    last = Math.max(last, Integer.parseInt(more)); // acknowledged before the kill came
                }
            }
            assertThat(child.waitFor(20, TimeUnit.SECONDS)).isTrue();

            try (Tracking tracking = Tracking.open("sqlite:" + file)) {
                RunInfo info = tracking.run(id);
                assertThat(info.status()).isEqualTo(RunStatus.RUNNING);
                assertThat(Integer.parseInt(info.tags().get("last"))).isGreaterThanOrEqualTo(last);
                List<Long> steps = tracking.metricHistory(id, "m").stream()
                        .map(MetricPoint::step)
                        .sorted()
                        .toList();
                assertThat(steps).hasSizeGreaterThanOrEqualTo((last + 1) * 10);
                for (int i = 0; i < steps.size(); i++) {
                    assertThat(steps.get(i)).as("no gap").isEqualTo(i);
                }
                try (Run again = tracking.resume(id)) {
                    again.finish();
                }
                assertThat(tracking.run(id).status()).isEqualTo(RunStatus.FINISHED);
            }
        }
    }

    private static Process child(Path file) throws IOException {
        ProcessBuilder builder = new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                Writer.class.getName(),
                file.toString());
        String modules = System.getProperty("jdk.module.path");
        String classes = System.getProperty("java.class.path");
        String all = modules == null || modules.isEmpty() ? classes : classes + File.pathSeparator + modules;
        builder.environment().put("CLASSPATH", all + File.pathSeparator + testClasses());
        return builder.redirectError(ProcessBuilder.Redirect.INHERIT).start();
    }

    /** On the module path surefire patches the tests into the module, where no property names their folder. */
    private static String testClasses() {
        return Path.of("target", "test-classes").toAbsolutePath().toString();
    }
}
