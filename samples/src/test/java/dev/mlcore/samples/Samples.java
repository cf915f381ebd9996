package dev.mlcore.samples;

import java.net.URISyntaxException;
import java.nio.file.Path;

/** What the tests here share. */
final class Samples {
    private Samples() {}

    /** The data set as it lies among the resources. */
    static Path csv() {
        try {
            return Path.of(Samples.class.getResource("penguins.csv").toURI());
        } catch (URISyntaxException e) {
            throw new AssertionError(e);
        }
    }

    /** Its 342 usable rows. */
    static Rows penguins() {
        return Rows.read(csv());
    }
}
