package dev.mlcore.api.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.model.ModelUri.Target;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ModelUriTest {
    @Test
    void namesWhatMlflowNames() {
        Map<String, Target> table = Map.ofEntries(
                Map.entry("models:/churn/3", new Target.Version("churn", 3)),
                Map.entry("models:/my churn model/12", new Target.Version("my churn model", 12)),
                Map.entry("models:/me@home/3", new Target.Version("me@home", 3)),
                Map.entry("models:/churn/latest", new Target.Latest("churn")),
                Map.entry("models:/churn/LATEST", new Target.Latest("churn")),
                Map.entry("models:/churn/Production", new Target.Stage("churn", "Production")),
                Map.entry("models:/churn/3a", new Target.Stage("churn", "3a")),
                Map.entry("models:/churn@champion", new Target.Alias("churn", "champion")),
                Map.entry("models:/a@b@c", new Target.Alias("a@b", "c")),
                Map.entry("models:/churn#1@a%20b", new Target.Alias("churn#1", "a%20b")),
                Map.entry("MODELS:/churn@champion", new Target.Alias("churn", "champion")),
                Map.entry(
                        "models:/m-6d0c9a1f0e5b4c7c8a3d2b1f0e9d8c7b",
                        new Target.LoggedModel("m-6d0c9a1f0e5b4c7c8a3d2b1f0e9d8c7b")),
                Map.entry("runs:/0af3/model", new Target.RunArtifact("0af3", "model")),
                Map.entry("runs:/0af3/deep/my model", new Target.RunArtifact("0af3", "deep/my model")),
                Map.entry("file:///srv/my%20model", new Target.Local(Path.of("/srv/my model"))),
                Map.entry("/srv/my model", new Target.Local(Path.of("/srv/my model"))),
                Map.entry("/srv/100%20", new Target.Local(Path.of("/srv/100%20"))),
                Map.entry("model.onnx", new Target.Local(Path.of("model.onnx"))),
                Map.entry("java:spam filter", new Target.JavaFunction("spam filter")));
        table.forEach((uri, target) -> {
            assertThat(ModelUri.of(uri).target()).as(uri).isEqualTo(target);
            assertThat(ModelUri.of(uri)).hasToString(uri);
        });
    }

    @Test
    void comesFromAPath() {
        Path path = Path.of("my models", "100%").toAbsolutePath();
        assertThat(ModelUri.of(path).target()).isEqualTo(new Target.Local(path));
        assertThat(ModelUri.of(path).value()).startsWith("file:///").contains("my%20models/100%25");
    }

    @Test
    void refusesMalformedModelsInMlflowsWords() {
        for (String uri : new String[] {
            "models:churn/3",
            "models:/",
            "models://churn/3",
            "models:/churn/",
            "models:/ /3",
            "models:/churn/3/x",
            "models:/churn@",
            "models:/@champion",
            "models:/churn@ ",
            "models:/churn/ "
        }) {
            assertThatThrownBy(() -> ModelUri.of(uri))
                    .as(uri)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessage("Not a proper models:/ URI: " + uri
                            + ". Models URIs must be of the form 'models:/name/suffix' or 'models:/name@alias' where suffix is a version, stage,"
                            + " or the string 'latest' and where alias is a registered model alias. Only one of suffix or alias can be defined at"
                            + " a time.");
        }
    }

    @Test
    void refusesTheRest() {
        Map<String, String> table = Map.of(
                "", "(expected: models:/name/version",
                "s3://bucket/model", "has scheme 's3:' (expected: models:, runs:, file:, java: or a path",
                "runs:/0af3", "(expected: runs:/<run id>/<relative path>",
                "runs:/0af3/../x", "(expected: runs:/<run id>/<relative path>",
                "runs:/../model", "(expected: runs:/<run id>/<relative path>",
                "runs:/0af3/", "(expected: runs:/<run id>/<relative path>",
                "file:///srv/my model", "(expected: file:///absolute/path, percent-encoded",
                "file://host/x", "(expected: file:///absolute/path",
                "java:", "(expected: java:name)",
                "models:/churn/99999999999", "has version 99999999999 (expected: at most 2147483647)");
        table.forEach((uri, message) -> assertThatThrownBy(() -> ModelUri.of(uri))
                .as(uri)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(uri)
                .hasMessageContaining(message));
    }
}
