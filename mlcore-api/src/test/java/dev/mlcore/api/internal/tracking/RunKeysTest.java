package dev.mlcore.api.internal.tracking;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RunKeysTest {
    @ParameterizedTest
    @ValueSource(strings = {"auc", "val/auc", "a.b-c_d e", "größe", "mlflow.runName", "a:b"})
    void acceptsWhatMlflowAccepts(String key) {
        assertThat(RunKeys.fault("param", key)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a$b", "a//b", "/a", "../a", ".", "a/", "a/./b", "a/../b", "a\nb"})
    void refusesWhatMlflowRefuses(String key) {
        assertThatThrownBy(() -> RunKeys.check("metric", key))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("metric key: ");
    }

    @Test
    void countsCodePoints() {
        String smileys = "😀".repeat(5);
        assertThat(RunKeys.cut(smileys, 3)).isEqualTo("😀".repeat(3));
        assertThat(RunKeys.cut(smileys, 5)).isSameAs(smileys);
        assertThat(RunKeys.fault("tag", "ü".repeat(250))).isEmpty();
        assertThat(RunKeys.fault("tag", "ü".repeat(251)))
                .hasValueSatisfying(m -> assertThat(m).contains("251 characters"));
    }
}
