package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.dag.TriggerRule;
import dev.mlcore.dag.internal.Triggers.Verdict;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class TriggersTest {
    private static final String[] PAIRS = {
        "SS", "SK", "SF", "SU", "SP", "KK", "KF", "KU", "KP", "FF", "FU", "FP", "UU", "UP", "PP"
    };

    /** Verdicts for two upstreams, in the order of PAIRS: R run, s skipped, u upstream failed, w wait. */
    @ParameterizedTest
    @CsvSource({
        "all_success,                 R s u u w s u u w u u u u u w",
        "all_failed,                  s s s s s s s s s R R w R w w",
        "all_done,                    R R R R w R R R w R R w R w w",
        "all_done_min_one_success,    R R R R w s u u w u u w u w w",
        "all_skipped,                 s s s s s R s s w s s s s s w",
        "one_success,                 R R R R R s u u w u u w u w w",
        "one_failed,                  s s R R w s R R w R R R R R w",
        "one_done,                    R R R R R s R s w R R R s w w",
        "none_failed,                 R R u u w R u u w u u u u u w",
        "none_failed_min_one_success, R R u u w s u u w u u u u u w",
        "none_skipped,                R s R R w s s s s R R w R w w",
        "always,                      R R R R R R R R R R R R R R R"
    })
    void decidesOnTwoUpstreamsAsTheTableSays(String rule, String verdicts) {
        String[] expected = verdicts.split(" ");
        for (int i = 0; i < PAIRS.length; i++) {
            assertThat(letter(rule, PAIRS[i])).as("%s of %s", rule, PAIRS[i]).isEqualTo(expected[i]);
        }
    }

    /** Verdicts for one upstream in S, K, F, U, P. */
    @ParameterizedTest
    @CsvSource({
        "all_success,                 R s u u w",
        "all_failed,                  s s R R w",
        "all_done,                    R R R R w",
        "all_done_min_one_success,    R s u u w",
        "all_skipped,                 s R s s w",
        "one_success,                 R s u u w",
        "one_failed,                  s s R R w",
        "one_done,                    R s R s w",
        "none_failed,                 R R u u w",
        "none_failed_min_one_success, R s u u w",
        "none_skipped,                R s R R w",
        "always,                      R R R R R"
    })
    void decidesOnOneUpstreamAsTheTableSays(String rule, String verdicts) {
        String[] states = {"S", "K", "F", "U", "P"};
        String[] expected = verdicts.split(" ");
        for (int i = 0; i < states.length; i++) {
            assertThat(letter(rule, states[i])).as("%s of %s", rule, states[i]).isEqualTo(expected[i]);
        }
    }

    @Test
    void runsWhatHasNoUpstreams() {
        for (TriggerRule rule : TriggerRule.values()) {
            assertThat(Triggers.decide(rule, 0, 0, 0, 0, 0)).as(rule.name()).isEqualTo(Verdict.RUN);
        }
    }

    /** Why the verdict of a replay can be trusted: what was decided stays decided, whatever the pending upstreams become. */
    @Test
    void neverChangesItsMind() {
        for (TriggerRule rule : TriggerRule.values()) {
            forAllCounts(5, counts -> {
                if (counts[4] == 0) {
                    return;
                }
                Verdict now = decide(rule, counts);
                for (int becomes = 0; becomes < 4; becomes++) {
                    int[] next = counts.clone();
                    next[4]--;
                    next[becomes]++;
                    if (now != Verdict.WAIT) {
                        assertThat(decide(rule, next)).as("%s %s", rule, counts).isEqualTo(now);
                    }
                }
            });
        }
    }

    @Test
    void decidesAtLastWhenAllHaveEnded() {
        for (TriggerRule rule : TriggerRule.values()) {
            forAllCounts(5, counts -> {
                if (counts[4] == 0) {
                    assertThat(decide(rule, counts)).isNotEqualTo(Verdict.WAIT);
                }
            });
        }
    }

    private interface OfCounts {
        void accept(int[] counts);
    }

    private static void forAllCounts(int most, OfCounts check) {
        for (int s = 0; s <= most; s++) {
            for (int k = 0; s + k <= most; k++) {
                for (int f = 0; s + k + f <= most; f++) {
                    for (int u = 0; s + k + f + u <= most; u++) {
                        for (int p = 0; s + k + f + u + p <= most; p++) {
                            check.accept(new int[] {s, k, f, u, p});
                        }
                    }
                }
            }
        }
    }

    private static Verdict decide(TriggerRule rule, int[] counts) {
        return Triggers.decide(rule, counts[0], counts[1], counts[2], counts[3], counts[4]);
    }

    private static String letter(String rule, String states) {
        int[] counts = new int[5];
        states.chars().forEach(state -> counts["SKFUP".indexOf(state)]++);
        return switch (decide(TriggerRule.valueOf(rule.toUpperCase(Locale.ROOT)), counts)) {
            case RUN -> "R";
            case SKIP -> "s";
            case UPSTREAM_FAILED -> "u";
            case WAIT -> "w";
        };
    }
}
