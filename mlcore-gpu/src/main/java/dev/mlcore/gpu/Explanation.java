package dev.mlcore.gpu;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;

/** The words of {@link Gpus#explain()}: what is there, what is not, and what to do about it. */
final class Explanation {
    private static final String CPU = "Work runs on the CPU.";

    private Explanation() {}

    /** No tool to ask: the files tell how far the machine is from having a GPU. */
    static String withoutTool(Host host) {
        if (host.mac()) {
            return none("there is no NVIDIA driver for macOS, and other GPUs are not leased.");
        }
        if (host.windows()) {
            return none(
                    "nvidia-smi.exe is neither on the Path nor in System32.",
                    "If there is an NVIDIA card, install its driver.");
        }
        if (host.wsl()) {
            return none(
                    "this is WSL2 with a GPU device (/dev/dxg), but nvidia-smi is neither on the PATH nor in /usr/lib/wsl/lib.",
                    "Install the NVIDIA driver in Windows, none in Linux, and run wsl --shutdown.");
        }
        boolean driver = host.driverLoaded();
        if (host.deviceNodes()) {
            return none(
                    "there are NVIDIA device nodes, but no nvidia-smi on the PATH to ask.",
                    host.container()
                            ? "Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility."
                            : "Install the driver's utilities, or put their folder on the PATH.");
        }
        if (driver && host.container()) {
            return none(
                    "the machine has an NVIDIA driver, but this container was given no device (no /dev/nvidia0).",
                    containerRemedy(host));
        }
        if (driver) {
            return none(
                    "an NVIDIA driver is loaded, but there are no device nodes (/dev/nvidia0) and no nvidia-smi.",
                    "Install the driver's utilities and run nvidia-modprobe.");
        }
        String nothing =
                "no NVIDIA driver is loaded (no /proc/driver/nvidia/version) and there is no nvidia-smi on the PATH.";
        return host.container()
                ? none(nothing, "If the machine has one, this container was not given it.", containerRemedy(host))
                : none(nothing, "If there is an NVIDIA card, install its driver.");
    }

    /** Joins without the + of Java, whose first use costs a starting JVM more than all the looking. */
    private static String none(String... sentences) {
        return String.join(" ", "No GPU:", String.join(" ", sentences), CPU);
    }

    private static String containerRemedy(Host host) {
        String start =
                "Start it with --gpus all (Docker), --device nvidia.com/gpu=all (Podman), or a nvidia.com/gpu limit (Kubernetes)";
        String wanted = host.environment().get("NVIDIA_VISIBLE_DEVICES");
        return wanted == null
                ? start.concat(".")
                : start + "; NVIDIA_VISIBLE_DEVICES is " + (wanted.isEmpty() ? "empty" : wanted) + " here.";
    }

    /** The tool was asked and named no card. */
    static String withoutCards(NvidiaSmi.Answer answer, Path tool, Host host) {
        if (answer instanceof NvidiaSmi.Hung hung) {
            return none(
                    tool + " did not answer within " + hung.after().toMillis()
                            + " ms and was killed, so the driver hangs or is very slow" + " to wake.",
                    "Run nvidia-smi by hand and look for NVRM in the kernel's log (dmesg); if it is merely slow, start"
                            + " nvidia-persistenced.");
        }
        if (answer instanceof NvidiaSmi.Failed failed) {
            return failure(failed, tool, host);
        }
        NvidiaSmi.Listed listed = (NvidiaSmi.Listed) answer;
        if (listed.oddLines().isEmpty()) {
            return none(
                    tool + " lists none.",
                    host.container() ? containerRemedy(host) : "See with lspci whether there is a card.");
        }
        return none(
                tool + " said what is not understood: \""
                        + shortened(listed.oddLines().get(0)) + "\".",
                "Run it by hand with --query-gpu=index,uuid,name --format=csv.");
    }

    private static String failure(NvidiaSmi.Failed failed, Path tool, Host host) {
        String said = failed.text().isEmpty() ? "." : " (\"" + shortened(failed.text()) + "\").";
        OptionalInt code = failed.exitCode();
        if (code.isEmpty()) {
            return none(tool + " could not be asked" + said, "Run it by hand to see why.");
        }
        return switch (code.getAsInt()) { // the codes are those of NVML
            case 6 ->
                none(
                        "the driver finds no card" + said,
                        host.container() ? containerRemedy(host) : "See with lspci whether there is one.");
            case 9 ->
                none(
                        "the driver is installed but not loaded" + said,
                        "Reboot, or load it with modprobe nvidia; after a kernel update, install it again.");
            case 12 ->
                none(
                        "the driver's library libnvidia-ml.so.1 is not found" + said,
                        host.container()
                                ? "Start the container with NVIDIA_DRIVER_CAPABILITIES=compute,utility."
                                : "Install the driver again; tool and library must be of one version.");
            case 15 ->
                none(
                        "a card has fallen off the bus" + said,
                        "Reboot; if it comes again, the card or its power is faulty.");
            case 18 ->
                none(
                        "the driver's library and its kernel part are of different versions" + said,
                        "Reboot after an update of the driver.");
            default -> none(tool + " ended with exit code " + code.getAsInt() + said, "Run it by hand to see why.");
        };
    }

    static String found(NvidiaSmi.Listed listed, Visibility visibility) {
        List<String> sentences = new ArrayList<>();
        List<NvidiaSmi.Card> usable = listed.cards().stream()
                .filter(card ->
                        visibility.visible().stream().anyMatch(gpu -> gpu.id().equals(card.uuid())))
                .toList();
        String driver = listed.cards().get(0).driver();
        sentences.add(
                usable.isEmpty()
                        ? "No GPU that may be used, of "
                                + counted(listed.cards().size()) + " in this machine."
                        : "Found " + counted(usable.size()) + (driver.isEmpty() ? "" : ", driver " + driver) + ":");
        for (Gpu gpu : visibility.visible()) {
            NvidiaSmi.Card card = usable.stream()
                    .filter(c -> c.uuid().equals(gpu.id()))
                    .findFirst()
                    .orElseThrow();
            sentences.add(describe(gpu, card));
        }
        sentences.addAll(visibility.reasons());
        if (!listed.oddLines().isEmpty()) {
            sentences.add(
                    "nvidia-smi also said \"" + shortened(listed.oddLines().get(0)) + "\", which is not understood.");
        }
        if (usable.isEmpty()) {
            sentences.add(CPU);
        }
        return String.join(" ", sentences);
    }

    private static String describe(Gpu gpu, NvidiaSmi.Card card) {
        StringBuilder words = new StringBuilder(gpu.name()).append(" (");
        gpu.totalBytes().ifPresent(bytes -> words.append(gibibytes(bytes)).append(" GiB, "));
        if (!card.computeCapability().isEmpty()) {
            words.append("compute ").append(card.computeCapability()).append(", ");
        }
        return words.append(gpu.id()).append(").").toString();
    }

    private static String gibibytes(long bytes) {
        return String.format(Locale.ROOT, "%.1f", bytes / 0x1p30);
    }

    private static String counted(int cards) {
        return cards == 1 ? "1 GPU" : cards + " GPUs";
    }

    private static String shortened(String text) {
        return text.length() <= 120 ? text : text.substring(0, 120) + "…";
    }
}
