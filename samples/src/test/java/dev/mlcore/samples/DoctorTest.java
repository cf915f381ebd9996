package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

class DoctorTest {
    @TempDir
    Path folder;

    private record Visit(int exitCode, String said) {}

    /** In process, on this machine. */
    private static Visit visit(String... args) {
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        PrintStream out = new PrintStream(said, true, StandardCharsets.UTF_8);
        return new Visit(Doctor.run(args, out, out), said.toString(StandardCharsets.UTF_8));
    }

    /** In a JVM of its own, behind a prefix of the command line. */
    private Visit visitBehind(List<String> prefix, Path temporary) throws Exception {
        Path said = folder.resolve("said");
        List<String> command = new ArrayList<>(prefix);
        command.addAll(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Djava.io.tmpdir=" + temporary,
                "dev.mlcore.samples.Doctor",
                "--port",
                "0",
                "--home",
                folder.resolve("home").toString()));
        ProcessBuilder child =
                new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(said.toFile());
        child.environment().put("CLASSPATH", System.getProperty("java.class.path"));
        return new Visit(child.start().waitFor(), Files.readString(said));
    }

    @Test
    void seesADatabaseThatIsNone() throws Exception {
        Path home = Files.createDirectory(folder.resolve("garbage"));
        Files.writeString(home.resolve("mlflow.db"), "not a database at all");
        Visit visit = visit("--home", home.toString(), "--port", "0");
        assertThat(visit.said()).contains("FAIL  " + home.resolve("mlflow.db") + " is no SQLite database");
        assertThat(visit.exitCode()).isNotZero();
    }

    @Test
    void findsNothingThatKeepsThisMachineFromWorkingAndLeavesNothingBehind() throws Exception {
        Path temporary = Files.createDirectory(folder.resolve("tmp"));
        Visit visit = visitBehind(List.of(), temporary);
        assertThat(visit.said())
                .containsPattern("ok    Java \\d+")
                .containsPattern("ok    SQLite 3\\.\\d+")
                .containsPattern("ok    ONNX Runtime 1\\.\\d+")
                .contains("ok    The temporary folder " + temporary)
                .contains("can hold databases with a write-ahead log")
                .endsWith("Nothing keeps a part from working." + System.lineSeparator());
        assertThat(visit.exitCode()).isZero();
        assertThat(folder.resolve("home")).doesNotExist();
        assertThat(temporary).isEmptyDirectory();
        try (Stream<Path> left = Files.list(folder)) {
            assertThat(left.map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("tmp", "said");
        }
    }

    @Test
    void namesAPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Visit visit = visit("--port", "" + taken.getLocalPort(), "--home", folder.toString());
            assertThat(visit.exitCode()).isEqualTo(1);
            assertThat(visit.said())
                    .contains("FAIL  Port " + taken.getLocalPort() + " cannot be listened on")
                    .contains("--port (0 takes a free one)")
                    .contains("1 thing keeps a part from working.");
        }
    }

    @Test
    void refusesAnUnknownOption() {
        assertThat(visit("--hoem", "x").exitCode()).isEqualTo(2);
        assertThat(visit("--help").exitCode()).isZero();
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void namesATemporaryFolderThatCannotBeWritten() throws Exception {
        Visit visit = visitBehind(List.of(), Path.of("/proc")); // not even root writes there
        assertThat(visit.exitCode()).isEqualTo(1);
        assertThat(visit.said())
                .contains("FAIL  The temporary folder /proc cannot be written")
                .contains("-Djava.io.tmpdir=DIR")
                .contains("was not tried")
                .doesNotContain("\tat ");
        assertThat(Folders.temporary(folder.resolve("none")).sentence()).contains("does not exist");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void namesATemporaryFolderThatNothingRunsFrom() throws Exception {
        Path noexec = Files.createDirectory(folder.resolve("noexec"));
        List<String> mounting = List.of(
                "unshare",
                "--map-root-user",
                "--mount",
                "sh",
                "-c",
                "mount -t tmpfs -o noexec none '" + noexec + "' && exec \"$@\"",
                "sh");
        assumeTrue(works(mounting), "this user may not mount anything");
        Visit visit = visitBehind(mounting, noexec);
        assertThat(visit.exitCode()).isEqualTo(1);
        assertThat(visit.said())
                .contains("FAIL  The temporary folder " + noexec + " does not let anything in it run")
                .contains("FAIL  SQLite's native library does not load")
                .contains("FAIL  ONNX Runtime's native library does not load")
                .doesNotContain("\tat ");
    }

    private static boolean works(List<String> prefix) throws InterruptedException {
        List<String> command = new ArrayList<>(prefix);
        command.add("true");
        try {
            return new ProcessBuilder(command)
                            .redirectErrorStream(true)
                            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                            .start()
                            .waitFor()
                    == 0;
        } catch (IOException e) {
            return false;
        }
    }

    @Test
    void namesAHomeThatCannotBe() throws Exception {
        Path file = Files.writeString(folder.resolve("file"), "");
        Check check = Natives.home(file.resolve("home"), folder);
        assertThat(check.mark()).isEqualTo(Check.Mark.FAIL);
        assertThat(check.sentence()).contains("is a file").contains("--home");
    }

    @Test
    @EnabledOnOs(OS.LINUX)
    void namesAHomeThatCannotBeWritten() {
        Check check = Natives.home(Path.of("/proc/home"), folder);
        assertThat(check.mark()).isEqualTo(Check.Mark.FAIL);
        assertThat(check.sentence())
                .contains("The home /proc/home cannot be written")
                .contains("--home");
    }

    @Test
    void tellsAFailureAndACrashOfAChild() {
        assertThat(Natives.inChild(folder, "nonsense", "").works()).isFalse();
        assertThat(Natives.inChild(folder, "nonsense", "").said()).contains("expected: sqlite, onnx or wal");
        assertThat(Natives.trial(134, "# A fatal error\n").said()).contains("exit code 134, a crash");
        assertThat(Natives.trial(0, "WARNING: x\n3.54\n\n")).isEqualTo(new Natives.Trial(true, "3.54"));
        assertThat(Natives.trial(0, "").said()).isEmpty();
    }

    @Test
    void knowsTheJdksItIsTestedWith() {
        assertThat(Machine.java(17, "/jdk").mark()).isEqualTo(Check.Mark.OK);
        assertThat(Machine.java(25, "/jdk").mark()).isEqualTo(Check.Mark.OK);
        assertThat(Machine.java(21, "/jdk").mark()).isEqualTo(Check.Mark.WARN);
        assertThat(Machine.java(11, "/jdk"))
                .hasToString("FAIL  Java 11 at /jdk is too old; set JAVA_HOME to a JDK 17 or newer.");
    }

    @Test
    void warnsOfNativeAccessWhereTheJvmWould() {
        assertThat(Machine.nativeAccess(23, false)).isEmpty();
        assertThat(Machine.nativeAccess(24, true))
                .hasValueSatisfying(c -> assertThat(c.mark()).isEqualTo(Check.Mark.OK));
        assertThat(Machine.nativeAccess(24, false))
                .hasValueSatisfying(c -> assertThat(c.sentence()).contains("--enable-native-access=ALL-UNNAMED"));
    }

    @Test
    void warnsOfWhatOnnxRuntimeSends() {
        assertThat(Machine.telemetry("Linux", Map.of()))
                .hasValueSatisfying(c -> assertThat(c.sentence()).contains("set ORT_DISABLE_TELEMETRY=1"));
        assertThat(Machine.telemetry("Linux", Map.of("ORT_DISABLE_TELEMETRY", "0")))
                .isPresent();
        assertThat(Machine.telemetry("Linux", Map.of("ORT_DISABLE_TELEMETRY", "1")))
                .isEmpty();
        assertThat(Machine.telemetry("Mac OS X", Map.of())).isEmpty();
    }

    @Test
    void tellsMuslFromGlibc() throws Exception {
        assertThat(Machine.cLibrary(folder)).isEmpty();
        Files.createDirectories(folder.resolve("proc"));
        Files.createDirectories(folder.resolve("lib"));
        Files.writeString(folder.resolve("lib/ld-musl-x86_64.so.1"), "");
        assertThat(Machine.cLibrary(folder)).hasValueSatisfying(c -> {
            assertThat(c.mark()).isEqualTo(Check.Mark.FAIL);
            assertThat(c.sentence()).contains("musl").contains("glibc");
        });
        Files.createDirectories(folder.resolve("lib64"));
        Files.writeString(folder.resolve("lib64/ld-linux-x86-64.so.2"), "");
        assertThat(Machine.cLibrary(folder))
                .hasValueSatisfying(c -> assertThat(c.mark()).isEqualTo(Check.Mark.OK));
    }

    @Test
    void weighsRoomProcessorsAndEncoding() {
        assertThat(Folders.space(folder, 100L << 20))
                .hasToString("FAIL  There is room for 100 MiB at " + folder
                        + ", too little for databases and artifacts; make room, or choose another folder with --home.");
        assertThat(Folders.space(folder, 500L << 20).mark()).isEqualTo(Check.Mark.WARN);
        assertThat(Folders.space(folder, 5L << 30).mark()).isEqualTo(Check.Mark.OK);
        assertThat(Machine.processors(1, 4L << 30).sentence())
                .contains("1 processor ")
                .contains("second processor");
        assertThat(Machine.processors(2, 64L << 20).sentence()).contains("-Xmx512m");
        assertThat(Machine.processors(2, 4L << 30).mark()).isEqualTo(Check.Mark.OK);
        assertThat(Machine.encoding(Map.of("a", "utf-8", "b", "UTF8")).mark()).isEqualTo(Check.Mark.OK);
        assertThat(Machine.encoding(Map.of("names", "ANSI_X3.4-1968")).sentence())
                .contains("names: ANSI_X3.4-1968")
                .contains("LC_ALL=C.UTF-8");
        assertThat(Folders.network("nfs4")).isTrue();
        assertThat(Folders.network("ext4")).isFalse();
    }

    @Test
    void isContentWithoutACardAndNotWithOneThatHangs() {
        assertThat(Doctor.gpus("No GPU: no NVIDIA driver is loaded (…).").mark())
                .isEqualTo(Check.Mark.OK);
        assertThat(Doctor.gpus("Found 1 GPU.").mark()).isEqualTo(Check.Mark.OK);
        assertThat(Doctor.gpus("No GPU: nvidia-smi did not answer").mark()).isEqualTo(Check.Mark.WARN);
    }
}
