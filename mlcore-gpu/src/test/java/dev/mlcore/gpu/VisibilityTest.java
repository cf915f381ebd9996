package dev.mlcore.gpu;

import static dev.mlcore.gpu.FakeHost.A;
import static dev.mlcore.gpu.FakeHost.B;
import static dev.mlcore.gpu.FakeHost.C;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class VisibilityTest {
    private static final List<NvidiaSmi.Card> ALIKE = NvidiaSmi.parse(
                    String.join("\n", FakeHost.h100(0, A), FakeHost.h100(1, B), FakeHost.h100(2, C)), "a,b,c,d,e,f,g,h")
            .cards();
    private static final List<NvidiaSmi.Card> MIXED = NvidiaSmi.parse(
                    String.join("\n", FakeHost.card(0, A, "slow"), FakeHost.card(1, B, "fast")), "a,b,c,d,e,f,g,h")
            .cards();

    /** The grammar of CUDA: numbers, beginnings of UUIDs; the list ends at its first bad entry; its order counts. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "0|0",
                "2,0|20",
                "0,2,-1,1|02",
                "1,9,0|1",
                "1,1,0|1",
                "0,,1|0",
                "-1|''",
                "''|''",
                "none|''",
                "NoDevFiles|''",
                "GPU-b|1",
                "GPU-CCCC1111,0|20",
                "' 1 , 0 '|10",
                "GPU-|''",
                "GPU-bbbb1111-2222-3333-4444-555566667777,GPU-aaaa|10",
                "bbbb1111|''",
                "MIG-11111111-2222-3333-4444-555555555555,0|''",
                "99999999999|''",
                "0x1|''"
            })
    void readsTheListAsCudaDoes(String list, String expected) {
        Visibility visibility = Visibility.of(ALIKE, Map.of("CUDA_VISIBLE_DEVICES", list));
        List<String> names = List.of(A, B, C);
        StringBuilder seen = new StringBuilder();
        for (int place = 0; place < visibility.visible().size(); place++) {
            Gpu gpu = visibility.visible().get(place);
            seen.append(names.indexOf(gpu.id()));
            assertThat(gpu.ordinal()).isEqualTo(OptionalInt.of(place));
        }
        assertThat(seen).hasToString(expected);
    }

    @Test
    void showsAllWhereNothingIsSaid() {
        Visibility visibility = Visibility.of(ALIKE, Map.of());
        assertThat(visibility.visible()).extracting(Gpu::id).containsExactly(A, B, C);
        assertThat(visibility.visible())
                .extracting(gpu -> gpu.ordinal().getAsInt())
                .containsExactly(0, 1, 2);
        assertThat(visibility.reasons()).isEmpty();
    }

    @Test
    void namesWhatTheListHides() {
        assertThat(Visibility.of(ALIKE, Map.of("CUDA_VISIBLE_DEVICES", "1")).reasons())
                .containsExactly("CUDA_VISIBLE_DEVICES=1 hides " + A + ", " + C
                        + "; unset it, or name them in it, before the JVM starts.");
    }

    /** CUDA puts the fastest card first; a guess here would lease one card and run on another. */
    @Test
    void guessesNoNumbersOfUnlikeCards() {
        Visibility unset = Visibility.of(MIXED, Map.of());
        assertThat(unset.visible()).extracting(Gpu::id).containsExactly(A, B);
        assertThat(unset.visible()).allSatisfy(gpu -> assertThat(gpu.ordinal()).isEmpty());
        assertThat(unset.reasons()).singleElement().asString().contains("CUDA_DEVICE_ORDER=PCI_BUS_ID");

        Visibility numbered = Visibility.of(MIXED, Map.of("CUDA_VISIBLE_DEVICES", "0"));
        assertThat(numbered.visible()).isEmpty();
        assertThat(numbered.reasons().get(0)).contains("name UUIDs in it");
    }

    @Test
    void knowsTheNumbersOfUnlikeCardsWhereTheOrderOrTheUuidsAreGiven() {
        Visibility ordered =
                Visibility.of(MIXED, Map.of("CUDA_VISIBLE_DEVICES", "1", "CUDA_DEVICE_ORDER", "PCI_BUS_ID"));
        assertThat(ordered.visible()).extracting(Gpu::id).containsExactly(B);
        Visibility named = Visibility.of(MIXED, Map.of("CUDA_VISIBLE_DEVICES", B + "," + A));
        assertThat(named.visible()).extracting(gpu -> gpu.ordinal().getAsInt()).containsExactly(0, 1);
        assertThat(named.visible()).extracting(Gpu::id).containsExactly(B, A);
    }

    /** A privileged container sees every card of the machine, and was given one. */
    @Test
    void keepsToTheCardsThatAContainerWasGiven() {
        Visibility given = Visibility.of(ALIKE, Map.of("NVIDIA_VISIBLE_DEVICES", C));
        assertThat(given.visible()).extracting(Gpu::id).containsExactly(C);
        assertThat(given.visible().get(0).ordinal()).isEqualTo(OptionalInt.of(2)); // CUDA does not know the variable
        assertThat(given.reasons())
                .hasSize(2)
                .allSatisfy(reason -> assertThat(reason).contains("does not name it"));
        for (String all : List.of("all", "void", "0", "")) {
            assertThat(Visibility.of(ALIKE, Map.of("NVIDIA_VISIBLE_DEVICES", all))
                            .visible())
                    .hasSize(3);
        }
    }
}
