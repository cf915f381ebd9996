package dev.mlcore.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.File;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A JVM of its own, with connections that clients keep open: it ends when the program does, closed or not. */
@Timeout(60)
class HttpHostExitTest {
    @ParameterizedTest
    @ValueSource(strings = {"closes", "forgets to close", "is terminated"})
    void theJvmEndsWhileClientsKeepTheirConnections(String program) throws Exception {
        Process jvm = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-cp",
                        classPath(),
                        Program.class.getName(),
                        program)
                .redirectErrorStream(true)
                .start();
        try {
            BufferedReader out =
                    new BufferedReader(new InputStreamReader(jvm.getInputStream(), StandardCharsets.UTF_8));
            List<String> lines = new ArrayList<>();
            String line;
            while ((line = out.readLine()) != null && !line.startsWith("uri ")) {
                lines.add(line);
            }
            assertThat(line).as(lines.toString()).isNotNull();
            try (RawClient keeps = new RawClient(URI.create(line.substring(4)));
                    Socket silent = new Socket(
                            URI.create(line.substring(4)).getHost(),
                            URI.create(line.substring(4)).getPort())) {
                assertThat(silent.isConnected()).isTrue();
                assertThat(keeps.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n").readUntil("hello"))
                        .startsWith("HTTP/1.1 200");
                if (program.equals("is terminated")) {
                    jvm.toHandle().destroy(); // unlike Process.destroy, this leaves its output readable
                } else {
                    jvm.getOutputStream().write('\n');
                    jvm.getOutputStream().flush();
                }
                assertThat(jvm.waitFor(20, TimeUnit.SECONDS)).isTrue();
            }
            assertThat(out.lines().toList()).noneMatch(l -> l.contains("Exception"));
            assertThat(jvm.exitValue())
                    .isIn(program.equals("is terminated") ? Set.of(143, 1) : Set.of(0)); // 1 on Windows
        } finally {
            jvm.destroyForcibly();
        }
    }

    /** Everything on the class path, also what the test run has on its module path. */
    private static String classPath() {
        return Stream.of("java.class.path", "jdk.module.path")
                .map(System::getProperty)
                .filter(p -> p != null && !p.isEmpty())
                .flatMap(p -> Stream.of(p.split(File.pathSeparator)))
                .distinct()
                .collect(Collectors.joining(File.pathSeparator));
    }

    static final class Program {
        private Program() {}

        public static void main(String[] args) throws Exception {
            HttpHost host = HttpHost.builder()
                    .httpPort(0)
                    .mount(x -> {
                        x.respond(200, "text/plain", "hello".getBytes(StandardCharsets.UTF_8));
                        return true;
                    })
                    .start();
            System.out.println("uri " + host.uri());
            if (System.in.read() >= 0 && args[0].equals("closes")) {
                host.close();
            }
        }
    }
}
