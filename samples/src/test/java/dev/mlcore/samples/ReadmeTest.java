package dev.mlcore.samples;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What the README says is what is there. */
class ReadmeTest {
    private static final Path ROOT = Path.of("..").toAbsolutePath().normalize();
    private static final Pattern BLOCK =
            Pattern.compile("<!-- region: (\\S+)#(\\S+) -->\\s*```java\\n(.*?)```", Pattern.DOTALL);
    private static final Pattern BRINGS =
            Pattern.compile("^\\| `(mlcore-[a-z-]+)` \\| (\\d+) \\| ([0-9.]+) \\|", Pattern.MULTILINE);
    private static final Map<String, String> FOLDERS = Map.of(
            "mlcore-api", "mlcore-api",
            "mlcore-http", "mlcore-api/http",
            "mlcore-dag", "mlcore-dag",
            "mlcore-tracking", "mlcore-tracking",
            "mlcore-serving", "mlcore-serving",
            "mlcore-serving-server", "mlcore-serving/server",
            "mlcore-gpu", "mlcore-gpu");

    private static String readme() throws IOException {
        return Files.readString(ROOT.resolve("README.md"));
    }

    @Test
    void everyJavaBlockIsARegionOfASample() throws IOException {
        String readme = readme();
        Matcher block = BLOCK.matcher(readme);
        int blocks = 0;
        while (block.find()) {
            String source = Files.readString(Path.of("src/main/java", block.group(1)));
            String tag = "// tag::" + block.group(2) + "[]";
            String end = "// end::" + block.group(2) + "[]";
            assertThat(source).contains(tag, end);
            String region = source.substring(source.indexOf(tag) + tag.length(), source.indexOf(end));
            region = region.substring(region.indexOf('\n') + 1, region.lastIndexOf('\n'));
            assertThat(block.group(3).strip()).isEqualTo(region.stripIndent().strip());
            blocks++;
        }
        assertThat(blocks).isPositive();
        assertThat(readme.split("```java", -1))
                .as("Java blocks, each under a region comment")
                .hasSize(blocks + 1);
    }

    @Test
    void theTableOfWhatEachArtifactBringsIsTrue() throws IOException {
        Map<String, String> said = new TreeMap<>();
        Map<String, String> found = new TreeMap<>();
        for (MatchResult row : BRINGS.matcher(readme()).results().toList()) {
            said.put(row.group(1), row.group(2) + " jars, " + row.group(3) + " MB");
        }
        for (Map.Entry<String, String> module : FOLDERS.entrySet()) {
            String path = Files.readString(ROOT.resolve(module.getValue()).resolve("target/brings.classpath"))
                    .strip();
            List<File> jars = Pattern.compile(File.pathSeparator, Pattern.LITERAL)
                    .splitAsStream(path)
                    .map(File::new)
                    .filter(f -> f.isFile()
                            && !f.getName().matches("(mlcore|jspecify|onnxruntime)-.*")) // ours, and optional
                    .toList();
            long bytes = jars.stream().mapToLong(File::length).sum();
            found.put(module.getKey(), jars.size() + " jars, " + Math.round(bytes / 1e5) / 10.0 + " MB");
        }
        assertThat(said).isEqualTo(found);
    }

    @Test
    void everySampleThatIsNamedExists() throws IOException {
        String script = Files.readString(ROOT.resolve("samples/run"));
        Matcher command = Pattern.compile("samples/run ([a-z-]+)").matcher(readme());
        int commands = 0;
        while (command.find()) {
            assertThat(script).contains(command.group(1));
            commands++;
        }
        assertThat(commands).isPositive();
    }

    @Test
    void everyLinkedFileExists() throws IOException {
        Matcher link = Pattern.compile("\\]\\(([^)#:]+)\\)").matcher(readme());
        while (link.find()) {
            assertThat(ROOT.resolve(link.group(1))).exists();
        }
    }
}
