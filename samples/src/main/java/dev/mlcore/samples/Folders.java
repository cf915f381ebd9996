package dev.mlcore.samples;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.TimeUnit;

/** The doctor's look at folders. */
final class Folders {
    /** How every SQLite file begins. */
    private static final byte[] SQLITE = "SQLite format 3\0".getBytes(StandardCharsets.US_ASCII);

    private static final long LEAST_SPACE = 200L << 20;
    private static final long GOOD_SPACE = 1L << 30;
    private static final Set<String> NETWORK =
            Set.of("nfs", "nfs4", "cifs", "smb3", "smbfs", "9p", "fuse.sshfs", "afs", "ceph");
    private static final String REMEDY = " Choose another with JAVA_TOOL_OPTIONS=-Djava.io.tmpdir=DIR.";

    private Folders() {}

    /** Native libraries are unpacked into the temporary folder and run from there. */
    static Check temporary(Path folder) {
        if (!Files.isDirectory(folder)) {
            return Check.fail("The temporary folder " + folder
                    + " does not exist, and SQLite and ONNX Runtime unpack their native" + " libraries there."
                    + REMEDY);
        }
        if (!writable(folder)) {
            return Check.fail("The temporary folder " + folder
                    + " cannot be written, and SQLite and ONNX Runtime unpack their native" + " libraries there."
                    + REMEDY);
        }
        if (!executable(folder)) {
            return Check.fail("The temporary folder " + folder
                    + " does not let anything in it run (mounted noexec?), and SQLite and"
                    + " ONNX Runtime load their native libraries from there." + REMEDY);
        }
        return Check.ok("The temporary folder " + folder + " can be written and run from.");
    }

    static boolean writable(Path folder) {
        try {
            Files.delete(Files.createTempFile(folder, "mlcore-doctor", ""));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean executable(Path folder) {
        if (!folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            return true;
        }
        Path script = folder.resolve("mlcore-doctor-" + ProcessHandle.current().pid());
        try {
            Files.writeString(script, "#!/bin/sh\nexit 0\n");
            Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
            Process process = new ProcessBuilder(script.toString()).start();
            return process.waitFor(30, TimeUnit.SECONDS) && process.exitValue() == 0;
        } catch (IOException e) {
            return false;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            try {
                Files.deleteIfExists(script);
            } catch (IOException e) {
                // what could be written a moment ago cannot be removed: nothing that a doctor mends
            }
        }
    }

    static Check space(Path home) {
        Path there = nearest(home);
        try {
            return space(home, Files.getFileStore(there).getUsableSpace());
        } catch (IOException e) {
            return Check.warn(
                    "How much room " + there + " has cannot be told (" + e.getMessage() + "); see that it is 1 GiB.");
        }
    }

    static Check space(Path home, long bytes) {
        String room = "There is room for " + (bytes >> 20) + " MiB at " + home;
        if (bytes < LEAST_SPACE) {
            return Check.fail(room
                    + ", too little for databases and artifacts; make room, or choose another folder with --home.");
        }
        return bytes < GOOD_SPACE
                ? Check.warn(room + ", enough for a trial; make more before you keep models there.")
                : Check.ok(room + ".");
    }

    /** What keeps the databases that are there already from being used; nothing if all is well. */
    static List<Check> databases(Path home) {
        List<Check> found = new ArrayList<>();
        Failures.holder(home)
                .ifPresent(pid -> found.add(Check.warn("The home " + home + " is held by process " + pid
                        + "; wait for its end, or choose another folder with --home.")));
        for (String name : List.of("mlflow.db", "dag.db")) {
            Path file = home.resolve(name);
            if (!Files.exists(file)) {
                continue;
            }
            try (InputStream in = Files.newInputStream(file)) {
                byte[] head = in.readNBytes(SQLITE.length);
                if (head.length > 0 && !Arrays.equals(head, SQLITE)) {
                    found.add(Check.fail(
                            file + " is no SQLite database; restore a copy, or move it away to start afresh."));
                }
            } catch (IOException e) {
                found.add(Check.fail(file + " cannot be read (" + e.getMessage() + "); check its permissions."));
            }
        }
        return found;
    }

    /** The folder itself, or what of the way to it exists. */
    static Path nearest(Path folder) {
        Path there = folder.toAbsolutePath().normalize();
        while (!Files.exists(there) && there.getParent() != null) {
            there = there.getParent();
        }
        return there;
    }

    /** Whether the folder lies on another machine, which SQLite's shared memory does not reach. */
    static boolean network(Path folder) {
        try {
            return network(Files.getFileStore(nearest(folder)).type());
        } catch (IOException e) {
            return false;
        }
    }

    static boolean network(String fileSystem) {
        return NETWORK.contains(fileSystem.toLowerCase(Locale.ROOT));
    }
}
