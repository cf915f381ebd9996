package dev.mlcore.gpu;

import com.google.common.base.Splitter;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;

/**
 * Asks the driver's own tool what there is, in a child process, so that nothing of the driver is ever loaded into this one.
 *
 * <p>The tool hangs when the driver does. It is read by polling, not by a thread: a thread blocked on the pipe would stay behind for as
 * long as any grandchild keeps the pipe open.
 */
final class NvidiaSmi {
    private static final String CORE = "index,uuid,pci.bus_id,name,driver_version,memory.total";
    private static final String MORE = CORE + ",compute_cap,mig.mode.current"; // not known to every driver
    private static final int MOST_BYTES = 1 << 20;
    private static final Duration FOR_DYING = Duration.ofMillis(200);

    private NvidiaSmi() {}

    /** How asking ended. */
    sealed interface Answer permits Listed, Failed, Hung {}

    /**
     * It answered.
     *
     * @param cards what it listed, in the order of their places on the bus
     * @param oddLines lines that were not understood
     */
    record Listed(List<Card> cards, List<String> oddLines) implements Answer {}

    /**
     * It could not be started, or failed.
     *
     * @param exitCode its exit code; empty if it did not start
     * @param text what it said, the first line
     */
    record Failed(OptionalInt exitCode, String text) implements Answer {}

    /**
     * It did not end in time and was killed.
     *
     * @param after how long it was waited for
     */
    record Hung(Duration after) implements Answer {}

    /**
     * One card as the tool shows it; a value that it does not know is empty text.
     *
     * @param index the tool's number, which is not CUDA's
     * @param uuid what identifies it
     * @param busId its place on the bus
     * @param name the vendor's name
     * @param driver version of the driver
     * @param totalBytes its memory
     * @param computeCapability for example {@code 9.0}
     * @param split whether it is cut into instances (MIG mode)
     * @param needsReset whether the driver wants it reset before anything else
     */
    record Card(
            int index,
            String uuid,
            String busId,
            String name,
            String driver,
            OptionalLong totalBytes,
            String computeCapability,
            boolean split,
            boolean needsReset) {}

    /**
     * Asks for all that is wanted, and for less if the tool is too old to know it.
     *
     * @param program the tool
     * @param limit for both attempts together, dying not counted
     * @return how it ended; never throws
     */
    static Answer ask(Path program, Duration limit) {
        long deadline = System.nanoTime() + limit.toNanos();
        Answer answer = query(program, MORE, limit, deadline);
        if (answer instanceof Failed failed && failed.text().contains("not a valid field")) {
            answer = query(program, CORE, limit, deadline);
        }
        return answer;
    }

    private static Answer query(Path program, String fields, Duration limit, long deadline) {
        ProcessBuilder builder =
                new ProcessBuilder(program.toString(), "--query-gpu=" + fields, "--format=csv,noheader,nounits");
        builder.environment().put("LC_ALL", "C");
        builder.redirectErrorStream(true);
        Process process;
        try {
            process = builder.start();
        } catch (IOException | RuntimeException e) {
            return new Failed(OptionalInt.empty(), String.valueOf(e.getMessage()));
        }
        try {
            process.getOutputStream().close();
            ByteArrayOutputStream said = new ByteArrayOutputStream();
            InputStream out = process.getInputStream();
            boolean ended = false;
            while (!ended) {
                ended = process.waitFor(2, TimeUnit.MILLISECONDS);
                drain(out, said);
                if (!ended && System.nanoTime() - deadline > 0) {
                    return new Hung(limit);
                }
                if (said.size() > MOST_BYTES) {
                    return new Failed(OptionalInt.empty(), "it said more than " + MOST_BYTES + " bytes");
                }
            }
            String text = said.toString(StandardCharsets.UTF_8);
            return process.exitValue() == 0
                    ? parse(text, fields)
                    : new Failed(OptionalInt.of(process.exitValue()), firstLine(text));
        } catch (IOException e) {
            return new Failed(OptionalInt.empty(), String.valueOf(e.getMessage()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return new Failed(OptionalInt.empty(), "the asking thread was interrupted");
        } finally {
            kill(process);
        }
    }

    private static void drain(InputStream out, ByteArrayOutputStream said) throws IOException {
        for (int there = out.available(); there > 0 && said.size() <= MOST_BYTES; there = out.available()) {
            said.write(out.readNBytes(Math.min(there, 8192)));
        }
    }

    /** The tool may be a script: what it started goes first, or it would be nobody's child any more. */
    private static void kill(Process process) {
        if (process.isAlive()) {
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            boolean interrupted = Thread.interrupted();
            try {
                process.waitFor(FOR_DYING.toMillis(), TimeUnit.MILLISECONDS); // in a hung driver it may not die at all
            } catch (InterruptedException e) {
                interrupted = true;
            }
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
        try {
            process.getInputStream().close();
        } catch (IOException e) {
            // a pipe that cannot be closed is gone
        }
    }

    /** Tolerant: the tool's output is no stable format, so a line that is not understood is kept for words and otherwise left out. */
    static Listed parse(String text, String fields) {
        int columns = Splitter.on(',').splitToList(fields).size();
        List<Card> cards = new ArrayList<>();
        List<String> odd = new ArrayList<>();
        for (String line : text.lines().filter(line -> !line.isBlank()).toList()) {
            List<String> values = columns(line);
            boolean understood = values.size() == columns
                    && values.get(0).matches("\\d{1,6}")
                    && values.get(1).matches("GPU-[0-9A-Fa-f-]+")
                    && cards.stream().noneMatch(card -> card.uuid().equals(values.get(1)));
            if (understood) {
                cards.add(card(values));
            } else {
                odd.add(line.strip());
            }
        }
        cards.sort((a, b) -> a.busId().isEmpty() || b.busId().isEmpty()
                ? Integer.compare(a.index(), b.index())
                : a.busId().compareTo(b.busId()));
        return new Listed(List.copyOf(cards), List.copyOf(odd));
    }

    private static Card card(List<String> values) {
        return new Card(
                Integer.parseInt(values.get(0)),
                values.get(1),
                known(values.get(2)).toUpperCase(Locale.ROOT),
                known(values.get(3)).isEmpty() ? "NVIDIA GPU" : values.get(3),
                known(values.get(4)),
                mebibytes(values.get(5)),
                values.size() > 6 ? known(values.get(6)) : "",
                values.size() > 7 && values.get(7).equalsIgnoreCase("Enabled"),
                values.stream().anyMatch(value -> value.equalsIgnoreCase("[GPU requires reset]")));
    }

    private static String known(String value) {
        return value.startsWith("[") || value.equals("N/A") ? "" : value;
    }

    /** {@code 81559}, or {@code 81559 MiB} from a tool that does not know {@code nounits}. */
    private static OptionalLong mebibytes(String value) {
        String digits = value.replaceFirst("\\s*MiB$", "");
        return digits.matches("\\d{1,12}") && !digits.matches("0+")
                ? OptionalLong.of(Long.parseLong(digits) << 20)
                : OptionalLong.empty();
    }

    /** Commas separate, quotes hold together. */
    private static List<String> columns(String line) {
        List<String> values = new ArrayList<>();
        StringBuilder value = new StringBuilder();
        boolean quoted = false;
        for (int i = 0; i < line.length(); i++) {
            char c = line.charAt(i);
            if (c == '"') {
                quoted = !quoted;
            } else if (c == ',' && !quoted) {
                values.add(value.toString().strip());
                value.setLength(0);
            } else {
                value.append(c);
            }
        }
        values.add(value.toString().strip());
        return values;
    }

    private static String firstLine(String text) {
        String line = text.lines()
                .map(String::strip)
                .filter(l -> !l.isEmpty())
                .findFirst()
                .orElse("");
        return line.length() <= 300 ? line : line.substring(0, 300) + "…";
    }
}
