package dev.mlcore.api.internal.records;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.data.Accessor;
import dev.mlcore.api.data.Name;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.junit.jupiter.api.Test;

class RecordTypeTest {
    private record Penguin(@Name("bill_length_mm") float billLength, int mass, List<String> tags) {
        Penguin {
            if (mass < 0) {
                throw new IllegalStateException("mass: " + mass);
            }
        }

        float ratio() {
            return billLength / mass;
        }
    }

    private record Strict(String name) {
        Strict {
            if (name == null) {
                throw new NullPointerException("name");
            }
        }
    }

    private record Open(int... values) {}

    private record Twice(@Name("x") int a, int x) {}

    private record Blank(@Name(" ") int a) {}

    private record Failing(int a) {
        @Override
        public int a() {
            throw new IllegalStateException("no");
        }
    }

    @Test
    void takesARecordApartAndPutsItTogether() {
        RecordType<Penguin> type = RecordType.of(Penguin.class);
        Penguin penguin = new Penguin(39.1f, 3750, List.of("a"));
        Object[] values = type.values(penguin);
        assertThat(values).containsExactly(39.1f, 3750, List.of("a"));
        assertThat(type.newInstance(values)).isEqualTo(penguin);
        assertThat(type.value(penguin, 1)).isEqualTo(3750);
        assertThat(type.type()).isEqualTo(Penguin.class);
        assertThat(type.components())
                .extracting(RecordType.Component::name)
                .containsExactly("billLength", "mass", "tags");
        assertThat(type.components())
                .extracting(RecordType.Component::column)
                .containsExactly("bill_length_mm", "mass", "tags");
        assertThat(type.components().get(2).genericType()).hasToString("java.util.List<java.lang.String>");
        assertThat(RecordType.of(Penguin.class)).isSameAs(type);
        Open open = RecordType.of(Open.class).newInstance(new Object[] {new int[] {1, 2}});
        assertThat(open.values()).containsExactly(1, 2);
    }

    @Test
    void saysWhatDoesNotFit() {
        RecordType<Penguin> type = RecordType.of(Penguin.class);
        assertThatThrownBy(() -> type.newInstance(new Object[] {1f, 2}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Penguin: 2 (expected: 3, one per component)");
        assertThatThrownBy(() -> type.newInstance(new Object[] {1.0, 2, null}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("billLength: 1.0 of java.lang.Double (expected: float)");
        assertThatThrownBy(() -> type.newInstance(new Object[] {1f, null, null}))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("mass: null (expected: int)");
    }

    @Test
    void leavesTheRecordsOwnExceptionsAlone() {
        assertThatThrownBy(() -> RecordType.of(Penguin.class).newInstance(new Object[] {1f, -1, null}))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("mass: -1");
        assertThatThrownBy(() -> RecordType.of(Strict.class).newInstance(new Object[] {null}))
                .isInstanceOf(NullPointerException.class)
                .hasMessage("name");
        assertThatThrownBy(() -> RecordType.of(Failing.class).values(new Failing(1)))
                .isInstanceOf(IllegalStateException.class)
                .hasMessage("no");
    }

    @Test
    void refusesNamesThatClash() {
        assertThatThrownBy(() -> RecordType.of(Twice.class)).hasMessageContaining("two components are named 'x'");
        assertThatThrownBy(() -> RecordType.of(Blank.class)).hasMessageContaining("Blank.a: blank");
    }

    @Test
    @SuppressWarnings("serial") // -Xlint minds a private record behind a serializable reference
    void readsTheComponentFromAMethodReference() {
        assertThat(Accessors.component((Accessor<Penguin, Float>) Penguin::billLength))
                .isEqualTo("billLength");
        assertThat(Accessors.component((Accessor<Penguin, List<String>>) Penguin::tags))
                .isEqualTo("tags");
        assertThat(Accessors.record((Accessor<Penguin, List<String>>) Penguin::tags))
                .isEqualTo(Penguin.class);
        assertThatThrownBy(() -> Accessors.component((Accessor<Penguin, Float>) p -> p.billLength()))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(
                        "accessor: a lambda (expected: a reference to a record component, such as Penguin::bodyMass)");
        assertThatThrownBy(() -> Accessors.component((Accessor<Penguin, Float>) Penguin::ratio))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("Penguin::ratio (expected");
        assertThatThrownBy(() -> Accessors.component((Accessor<String, Integer>) String::length))
                .hasMessage(
                        "accessor: java.lang.String::length (expected: a reference to a record component, such as Penguin::bodyMass)");
        Supplier<String> captured = () -> "x";
        assertThatThrownBy(() -> Accessors.component(new Accessor<Penguin, String>() {
                    private static final long serialVersionUID = 1;

                    @Override
                    public String get(Penguin record) {
                        return captured.get();
                    }
                }))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith("accessor: an object of ");
    }

    sealed interface Optimizer {
        record Adam(double eps, @Name("beta") float b) implements Optimizer {}

        record Sgd() implements Optimizer {}
    }

    enum Mode {
        FAST {
            @Override
            public String toString() {
                return "quick";
            }
        }
    }

    record Layer(int size) {}

    record Config(
            Optimizer optimizer,
            Optional<Optimizer> second,
            Layer layer,
            Optional<Layer> more,
            Mode mode,
            Optional<Integer> seed,
            Optional<Integer> absent,
            String nothing,
            List<Integer> sizes,
            int[] array,
            Map<String, Integer> map,
            double rate) {}

    @Test
    void flattensToParameters() {
        Map<String, Object> params = Flatten.params(new Config(
                new Optimizer.Adam(1e-8, 0.9f),
                Optional.of(new Optimizer.Sgd()),
                new Layer(3),
                Optional.of(new Layer(4)),
                Mode.FAST,
                Optional.of(7),
                Optional.empty(),
                null,
                List.of(1, 2),
                new int[] {3},
                Map.of("a", 1),
                0.1));
        assertThat(new ArrayList<>(params.entrySet()))
                .containsExactly(
                        Map.entry("optimizer", "Adam"),
                        Map.entry("optimizer.Adam.eps", 1e-8),
                        Map.entry("optimizer.Adam.beta", 0.9f),
                        Map.entry("second", "Sgd"),
                        Map.entry("layer.size", 3),
                        Map.entry("more.size", 4),
                        Map.entry("mode", "FAST"),
                        Map.entry("seed", 7),
                        Map.entry("sizes", "[1, 2]"),
                        Map.entry("array", "[3]"),
                        Map.entry("map", "{a=1}"),
                        Map.entry("rate", 0.1));
    }

    record Clash(@Name("layer.size") int size, Layer layer) {}

    @Test
    void refusesParametersThatClash() {
        assertThatThrownBy(() -> Flatten.params(new Clash(1, new Layer(2))))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("parameter 'layer.size': given by two components");
    }
}
