package dev.mlcore.gpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.mlcore.api.device.Device;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.OptionalInt;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/** What is found, and what is said, on machines of every kind. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the pretended tool is a shell script")
class GpusTest {
    @TempDir
    Path root;

    private FakeHost host() {
        return new FakeHost(root);
    }

    @Test
    void listsWhatTheToolLists() throws Exception {
        Gpus gpus = host().smiSaying(FakeHost.h100(0, FakeHost.A), FakeHost.h100(1, FakeHost.B))
                .detect();
        assertThat(gpus.devices()).extracting(Device::id).containsExactly(FakeHost.A, FakeHost.B);
        assertThat(gpus.devices()).allSatisfy(gpu -> {
            assertThat(gpu.kind()).isEqualTo(Device.Kind.GPU);
            assertThat(gpu.name()).isEqualTo("NVIDIA H100 80GB HBM3");
            assertThat(gpu.totalBytes()).hasValue(81559L << 20);
        });
        assertThat(gpus.explain())
                .isEqualTo("Found 2 GPUs, driver 550.54.15: NVIDIA H100 80GB HBM3 (79.6 GiB, compute 9.0, " + FakeHost.A
                        + "). NVIDIA H100 80GB HBM3 (79.6 GiB, compute 9.0, " + FakeHost.B + ").");
    }

    @Test
    void listsInTheOrderOfTheBus() throws Exception {
        Gpus gpus = host().smiSaying(
                        "0, " + FakeHost.A + ", 00000000:0B:00.0, X, 550, 100, 9.0, Disabled",
                        "1, " + FakeHost.B + ", 00000000:0a:00.0, X, 550, 100, 9.0, Disabled")
                .detect();
        assertThat(gpus.devices()).extracting(Device::id).containsExactly(FakeHost.B, FakeHost.A);
    }

    @Test
    void asksForLessWhereTheDriverIsTooOldForMore() throws Exception {
        Gpus gpus = host().smi("case \"$1\" in *compute_cap*)"
                        + " echo 'Field \"compute_cap\" is not a valid field to query.'; exit 2;; esac\n"
                        + "echo '0, " + FakeHost.A + ", 00000000:01:00.0, Tesla K80, 418.87, 11441'")
                .detect();
        assertThat(gpus.devices()).extracting(Device::id).containsExactly(FakeHost.A);
        assertThat(gpus.explain()).isEqualTo("Found 1 GPU, driver 418.87: Tesla K80 (11.2 GiB, " + FakeHost.A + ").");
    }

    @Test
    void takesUnknownValuesAsUnknown() throws Exception {
        Gpus gpus = host().smiSaying(
                        "0, " + FakeHost.A + ", [N/A], [Unknown Error], [Not Supported], [N/A], N/A, [N/A]",
                        "1, " + FakeHost.B + ", 00000000:02:00.0, \"Odd, name\", 550.54, 4096 MiB, 8.9, [N/A]")
                .detect();
        assertThat(gpus.devices()).extracting(Device::name).containsExactly("NVIDIA GPU", "Odd, name");
        assertThat(gpus.devices().get(0).totalBytes()).isEmpty();
        assertThat(gpus.devices().get(1).totalBytes()).hasValue(4L << 30);
    }

    @Test
    void leavesOutLinesItDoesNotUnderstand() throws Exception {
        Gpus gpus = host().smiSaying(
                        "Warning: infoROM is corrupted at gpu 0000:0F:00.0",
                        "index, uuid, pci.bus_id, name, driver_version, memory.total [MiB], compute_cap, mig.mode.current",
                        "",
                        FakeHost.h100(0, FakeHost.A),
                        FakeHost.h100(1, FakeHost.A),
                        FakeHost.h100(2, FakeHost.B) + ", 17",
                        "3, [N/A], 00000000:02:00.0, X, 550, 100, 9.0, Disabled",
                        "99999999999, " + FakeHost.C + ", 00000000:02:00.0, X, 550, 100, 9.0, Disabled")
                .detect();
        assertThat(gpus.devices()).extracting(Device::id).containsExactly(FakeHost.A);
        assertThat(gpus.explain())
                .endsWith("nvidia-smi also said \"Warning: infoROM is corrupted at gpu 0000:0F:00.0\","
                        + " which is not understood.");
    }

    @Test
    void leasesNoCardThatIsSplitOrNeedsAReset() throws Exception {
        Gpus gpus = host().smiSaying(
                        "0, " + FakeHost.A + ", 00000000:01:00.0, X, 550, 100, 9.0, Enabled",
                        "1, " + FakeHost.B + ", 00000000:02:00.0, X, 550, [GPU requires reset], 9.0, Disabled",
                        "2, " + FakeHost.C + ", 00000000:03:00.0, X, 550, 100, 9.0, Disabled")
                .detect();
        assertThat(gpus.devices()).extracting(Device::id).containsExactly(FakeHost.C);
        assertThat(gpus.explain())
                .contains(FakeHost.A + " is split into instances (MIG mode)")
                .contains(FakeHost.B + " requires a reset")
                .startsWith("Found 1 GPU");
        assertThat(ordinal(gpus, FakeHost.C)).hasValue(2);
    }

    @Test
    void saysWhatIsMissingWithoutATool() throws Exception {
        assertThat(host().detect().explain())
                .isEqualTo(
                        "No GPU: no NVIDIA driver is loaded (no /proc/driver/nvidia/version) and there is no nvidia-smi"
                                + " on the PATH. If there is an NVIDIA card, install its driver. Work runs on the CPU.");
        assertThat(host().os("Mac OS X").detect().explain()).contains("macOS");
        assertThat(host().os("Windows 11").detect().explain()).contains("nvidia-smi.exe");
        host().file("dev/nvidia0");
        assertThat(host().detect().explain()).contains("device nodes, but no nvidia-smi");
    }

    @Test
    void saysWhatAContainerWasNotGiven() throws Exception {
        FakeHost container = host().file(".dockerenv").env("NVIDIA_VISIBLE_DEVICES", "void");
        assertThat(container.detect().explain())
                .contains("this container was not given it")
                .contains("--gpus all")
                .contains("NVIDIA_VISIBLE_DEVICES is void here");
        container.file("proc/driver/nvidia/version");
        assertThat(container.detect().explain()).contains("this container was given no device (no /dev/nvidia0)");
    }

    @Test
    void saysThatADriverHasNoDeviceNodes() throws Exception {
        assertThat(host().file("proc/driver/nvidia/version")
                        .file("dev/nvidiactl")
                        .detect()
                        .explain())
                .contains("no device nodes (/dev/nvidia0)")
                .contains("nvidia-modprobe");
    }

    @Test
    void findsTheToolOfWsl() throws Exception {
        host().file("dev/dxg");
        assertThat(host().detect().explain())
                .contains("WSL2")
                .contains("/usr/lib/wsl/lib")
                .contains("in Windows");
        Gpus gpus = host().smiAt("usr/lib/wsl/lib/nvidia-smi", "echo '" + FakeHost.h100(0, FakeHost.A) + "'")
                .detect();
        assertThat(gpus.devices()).hasSize(1);
    }

    @Test
    void explainsWhatTheToolFailsWith() throws Exception {
        assertThat(failing(9))
                .contains("installed but not loaded")
                .contains("modprobe nvidia")
                .contains("\"it failed\"");
        assertThat(failing(6)).contains("the driver finds no card");
        assertThat(failing(12)).contains("libnvidia-ml.so.1 is not found");
        assertThat(failing(15)).contains("fallen off the bus");
        assertThat(failing(18)).contains("different versions");
        assertThat(failing(255)).contains("ended with exit code 255 (\"it failed\")");
    }

    private String failing(int code) throws IOException {
        Gpus gpus = host().smi("echo; echo 'it failed' >&2; exit " + code).detect();
        assertThat(gpus.devices()).isEmpty();
        assertThat(gpus.pool().devices()).extracting(Device::id).containsExactly("cpu");
        return gpus.explain();
    }

    @Test
    void survivesGarbageAndNothing() throws Exception {
        assertThat(host().smi("head -c 3000000 /dev/zero | tr '\\0' 'x'")
                        .detect()
                        .explain())
                .contains("it said more than 1048576 bytes");
        assertThat(host().smi("head -c 100000 /dev/urandom").detect().devices()).isEmpty();
        assertThat(host().smi("exit 0").detect().explain()).contains("lists none");
        assertThat(host().smiSaying("No devices were found").detect().explain())
                .contains("said what is not understood: \"No devices were found\"");
    }

    @Test
    void survivesAToolThatDoesNotStart() throws Exception {
        FakeHost host = host().smi("");
        Files.writeString(host.root.resolve("bin/nvidia-smi"), "#!/nonexistent\n");
        Gpus gpus = host.detect();
        assertThat(gpus.devices()).isEmpty();
        assertThat(gpus.explain()).contains("nvidia-smi could not be asked");
    }

    @Test
    void survivesAStrangeSearchPath() throws Exception {
        assertThat(host().env("PATH", ":bin:\0:/nonexistent:" + root).detect().devices())
                .isEmpty();
        Files.createDirectories(root.resolve("bin/nvidia-smi"));
        assertThat(host().detect().explain()).contains("there is no nvidia-smi");
    }

    /** It would run what lies in the working directory. */
    @Test
    void runsNothingFromARelativeSearchPath() throws Exception {
        FakeHost host = host().smiSaying(FakeHost.h100(0, FakeHost.A));
        Path relative =
                Path.of("").toAbsolutePath().relativize(root.toRealPath().resolve("bin"));
        assertThat(host.env("PATH", relative.toString()).detect().devices()).isEmpty();
    }

    @Test
    void waitsForASlowTool() throws Exception {
        assertThat(host().smi("sleep 0.3; echo '" + FakeHost.h100(0, FakeHost.A) + "'")
                        .detect()
                        .devices())
                .hasSize(1);
    }

    /** Both what hangs itself and what waits for a child that hangs; neither is left behind, nor a thread for it. */
    @Test
    void givesUpAHungTool() throws Exception {
        Set<Thread> before = Set.copyOf(Thread.getAllStackTraces().keySet());
        FakeHost host = host().limit(Duration.ofMillis(700))
                .smi("echo $$ >> '" + root + "/pids'\nsleep 600 & echo $! >> '" + root
                        + "/pids'\necho half a li\nwait");
        Gpus gpus = host.detect();
        assertThat(gpus.devices()).isEmpty();
        assertThat(gpus.explain())
                .contains("did not answer within 700 ms and was killed")
                .contains("dmesg");
        for (String pid : Files.readAllLines(root.resolve("pids"))) {
            await(pid)
                    .until(() -> ProcessHandle.of(Long.parseLong(pid))
                            .filter(ProcessHandle::isAlive)
                            .isEmpty());
        }
        assertThat(Thread.getAllStackTraces().keySet().stream()
                        .filter(thread -> !before.contains(thread))
                        .map(Thread::getName)
                        // the JDK's own, which ends by itself, and the one that waited here
                        .filter(name -> !name.startsWith("process reaper") && !name.startsWith("awaitility")))
                .isEmpty();
    }

    @Test
    void endsWithinThreeSecondsUnderItsOwnLimit() throws Exception {
        FakeHost host = host().limit(Host.LIMIT).smi("trap '' TERM\necho $$ > '" + root + "/pid'\nexec sleep 600");
        long start = System.nanoTime();
        assertThat(host.detect().devices()).isEmpty();
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(Host.LIMIT, Duration.ofSeconds(3));
        long pid = Long.parseLong(Files.readString(root.resolve("pid")).strip());
        await().until(() -> ProcessHandle.of(pid).filter(ProcessHandle::isAlive).isEmpty());
    }

    /** A grandchild that outlives the tool keeps its pipe open; that must not keep us. */
    @Test
    void doesNotWaitForAnOpenPipe() throws Exception {
        FakeHost host =
                host().smi("sleep 600 & echo $! > '" + root + "/pid'\necho '" + FakeHost.h100(0, FakeHost.A) + "'");
        long start = System.nanoTime();
        assertThat(host.detect().devices()).hasSize(1);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(30));
        long left = Long.parseLong(Files.readString(root.resolve("pid")).strip());
        ProcessHandle.of(left).ifPresent(ProcessHandle::destroyForcibly);
    }

    @Test
    void keepsTheInterruptFlagAndThrowsNothing() throws Exception {
        FakeHost host = host().smi("sleep 600");
        Thread.currentThread().interrupt();
        Gpus gpus = host.detect();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(gpus.devices()).isEmpty();
        assertThat(gpus.explain()).contains("interrupted");
    }

    @Test
    void detectsWithoutFailingOnThisMachine() {
        Gpus here = Gpus.detect();
        assertThat(here.explain()).isNotBlank();
        assertThat(here.devices()).doesNotContainNull();
    }

    private static OptionalInt ordinal(Gpus gpus, String id) {
        return gpus.devices().stream()
                .filter(device -> device.id().equals(id))
                .map(device -> ((Gpu) device).ordinal())
                .findFirst()
                .orElseThrow();
    }
}
