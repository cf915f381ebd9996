package dev.mlcore.samples.bench;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;

/** Measures an area, prints a table of ratios and keeps it as JSON under {@code target/bench}. */
public final class Bench {
    private Bench() {}

    /**
     * Runs an area.
     *
     * @param args its name
     * @throws Exception if something could not be measured
     */
    public static void main(String[] args) throws Exception {
        if (args.length != 1 || !args[0].equals("foundation")) {
            System.err.println("bench: " + String.join(" ", args) + " (expected: foundation)");
            System.exit(2);
        }
        System.out.printf(Locale.ROOT, "%-44s %14s %14s %9s  %-8s%n", "", "ours", "peer", "ratio", "unit");
        List<Figure> figures = FoundationBench.run(figure -> System.out.println(figure.line()));
        Path file = write(args[0], figures);
        System.out.println("written to " + file);
    }

    private static Path write(String area, List<Figure> figures) throws IOException {
        String samples = System.getenv("MLCORE_SAMPLES");
        Path folder = Files.createDirectories(Path.of(samples == null ? "." : samples, "target", "bench"));
        Path file = folder.resolve(area + ".json");
        try (JsonGenerator json = new JsonFactory().createGenerator(Files.newBufferedWriter(file))) {
            json.setPrettyPrinter(new DefaultPrettyPrinter());
            json.writeStartArray();
            for (Figure figure : figures) {
                json.writeStartObject();
                json.writeStringField("name", figure.name());
                json.writeStringField("unit", figure.unit());
                json.writeNumberField("ours", figure.ours());
                number(json, "peer", figure.peer());
                number(json, "ratio", figure.ratio());
                json.writeNullField("goal"); // this area is written down, not held to a figure
                json.writeNullField("holds");
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        return file;
    }

    private static void number(JsonGenerator json, String name, OptionalDouble value) throws IOException {
        if (value.isPresent()) {
            json.writeNumberField(name, value.getAsDouble());
        } else {
            json.writeNullField(name);
        }
    }
}
