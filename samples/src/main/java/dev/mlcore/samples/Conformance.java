package dev.mlcore.samples;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.List;
import java.util.stream.Stream;

/** The full counts of what the tests only draw a sample of. */
public final class Conformance {
    private static final String USAGE = "(expected: foundation [--once] [--no-record])";

    private Conformance() {}

    /**
     * Runs an area.
     *
     * @param args its name, then options
     * @throws Exception if it could not be run at all
     */
    public static void main(String[] args) throws Exception {
        List<String> given = List.of(args);
        if (given.isEmpty() || !given.get(0).equals("foundation")) {
            System.err.println("conformance: " + String.join(" ", given) + " " + USAGE);
            System.exit(Failures.USAGE);
        }
        for (String option : given.subList(1, given.size())) {
            if (!List.of("--once", "--no-record").contains(option)) {
                System.err.println("conformance: " + option + " " + USAGE);
                System.exit(Failures.USAGE);
            }
        }
        int times = given.contains("--once") ? 1 : 3;
        int[] counts = foundation(times);
        System.out.println("conformance foundation: " + counts[0] + " passed, " + counts[1] + " failed");
        if (!given.contains("--no-record")) {
            record("foundation", counts);
        }
        System.exit(counts[1] == 0 ? 0 : 1);
    }

    private static int[] foundation(int times) throws Exception {
        Path work = Files.createTempDirectory("mlcore conformance");
        int events = Crash.events(work);
        System.out.println("kill at every event: " + events + " events, " + times + " times");
        int[] counts = new int[2];
        for (int time = 1; time <= times; time++) {
            for (int event = 1; event <= events; event++) {
                Path folder = Files.createDirectories(work.resolve(time + "-" + event));
                List<String> wrong = Crash.at(folder, event);
                counts[wrong.isEmpty() ? 0 : 1]++;
                if (wrong.isEmpty()) {
                    delete(folder);
                } else {
                    wrong.forEach(System.out::println);
                }
                System.out.println((wrong.isEmpty() ? "  ok    " : "  FAIL  ") + "killed after event " + event + " of "
                        + events + (wrong.isEmpty() ? "" : "; kept " + folder));
            }
        }
        if (counts[1] == 0) {
            delete(work);
        }
        return counts;
    }

    static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted((a, b) -> b.compareTo(a)).toList()) {
                Files.delete(file);
            }
        }
    }

    /** One line: commit, date, seed (all points, none drawn), passed, failed. */
    private static void record(String area, int[] counts) throws IOException, InterruptedException {
        String samples = System.getenv("MLCORE_SAMPLES");
        if (samples == null) {
            throw new IOException("MLCORE_SAMPLES: not set (expected: started by samples/run)");
        }
        Process git = new ProcessBuilder(
                        "git", "-C", samples, "describe", "--always", "--abbrev=12", "--dirty", "--exclude=*")
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start();
        String commit = new String(git.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        git.waitFor();
        Path file = Files.createDirectories(Path.of(samples, "conformance")).resolve(area + ".tsv");
        if (!Files.exists(file)) {
            Files.writeString(file, "commit\tdate\tseed\tpassed\tfailed\n");
        }
        String line = String.join(
                "\t",
                commit.isEmpty() ? "unknown" : commit,
                LocalDate.now(ZoneOffset.UTC).toString(),
                "all",
                Integer.toString(counts[0]),
                Integer.toString(counts[1]));
        Files.writeString(file, line + "\n", StandardOpenOption.APPEND);
        System.out.println("recorded in " + file);
    }
}
