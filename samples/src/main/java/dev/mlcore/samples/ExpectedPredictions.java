package dev.mlcore.samples;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import java.io.IOException;
import java.io.StringWriter;
import java.nio.file.Path;
import java.util.List;

/**
 * What the trainer itself answers, as JSON on standard output: the yardstick for programs in other languages. Training is repeatable, so the
 * trainer is simply asked again instead of being kept.
 */
public final class ExpectedPredictions {
    private ExpectedPredictions() {}

    /**
     * Prints one object per usable row of the data set: {@code input} and {@code output}, columns by name.
     *
     * @param args the learning rate of the model in question and the CSV file
     * @throws IOException if the output is closed
     */
    public static void main(String[] args) throws IOException {
        double rate;
        try {
            if (args.length != 2) {
                throw new Options.UsageException(args.length + " arguments");
            }
            rate = Double.parseDouble(args[0]);
        } catch (IllegalArgumentException e) {
            System.exit(Failures.report(
                    "expected",
                    new Options.UsageException(
                            String.join(" ", args) + ": " + e.getMessage() + " (expected: RATE CSV)"),
                    false,
                    System.err));
            return;
        }
        Rows rows = Rows.read(Path.of(args[1]));
        Fitted fitted = rows.split(0.8, 42).train().fit(rate);
        List<Penguin> penguins = rows.penguins();
        StringWriter text = new StringWriter();
        try (JsonGenerator json = new JsonFactory().createGenerator(text)) {
            json.writeStartArray();
            for (Penguin penguin : penguins) {
                Species answer = fitted.predict(penguin);
                json.writeStartObject();
                json.writeObjectFieldStart("input");
                json.writeNumberField("billLengthMm", penguin.billLengthMm());
                json.writeNumberField("billDepthMm", penguin.billDepthMm());
                json.writeNumberField("flipperLengthMm", penguin.flipperLengthMm());
                json.writeNumberField("bodyMassG", penguin.bodyMassG());
                json.writeEndObject();
                json.writeObjectFieldStart("output");
                json.writeNumberField("adelie", answer.adelie());
                json.writeNumberField("chinstrap", answer.chinstrap());
                json.writeNumberField("gentoo", answer.gentoo());
                json.writeEndObject();
                json.writeEndObject();
            }
            json.writeEndArray();
        }
        System.out.println(text);
    }
}
