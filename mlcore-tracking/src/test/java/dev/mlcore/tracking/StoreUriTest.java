package dev.mlcore.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.UnsupportedException;
import java.nio.file.Path;
import org.jspecify.annotations.NullUnmarked;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@NullUnmarked
class StoreUriTest {
    @ParameterizedTest
    @CsvSource({
        "sqlite:mlflow.db, mlflow.db",
        "sqlite:a folder/my runs.db, a folder/my runs.db",
        "sqlite:/srv/mlflow.db, /srv/mlflow.db",
        "sqlite:///mlflow.db, mlflow.db",
        "sqlite:///a/./b/mlflow.db, a/b/mlflow.db",
        "sqlite:////srv/my runs.db, /srv/my runs.db",
        "SQLITE:mlflow.db, mlflow.db"
    })
    void slashesCountAsInMlflow(String uri, String file) {
        assertThat(StoreUri.parse(uri).file()).contains(Path.of(file).toAbsolutePath());
    }

    @Test
    void memoryHasNoFile() {
        assertThat(StoreUri.parse("memory:").file()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "http://localhost:5000",
                "postgresql://host/db",
                "jdbc:postgresql://host/db",
                "mlruns",
                "",
                "memory:x"
            })
    void otherStoresAreUnsupportedAndWhatWorksIsSaid(String uri) {
        assertThatThrownBy(() -> Tracking.open(uri))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining(uri)
                .hasMessageContaining("sqlite:FILE")
                .hasMessageContaining("memory:");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite:", "sqlite:///", "sqlite: ", "sqlite::memory:", "sqlite://host/mlflow.db"})
    void aFileMustBeNamed(String uri) {
        assertThatThrownBy(() -> Tracking.open(uri))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(uri);
    }

    @Test
    void artifactsOfOtherSchemesAreUnsupported() {
        assertThatThrownBy(() -> Tracking.builder("memory:").artifacts("s3://bucket/x"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("s3://bucket/x");
        assertThatThrownBy(() -> Tracking.builder("memory:").artifacts(" "))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
