package dev.mlcore.api.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Schema;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.From;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

class ModelSignatureProperties {
    @Provide
    Arbitrary<Schema> schemas() {
        return Arbitraries.oneOf(schema(columnType(2)), schema(tensor()));
    }

    private static Arbitrary<Schema> schema(Arbitrary<ColumnType> type) {
        Arbitrary<Schema.Column> column = Combinators.combine(
                        Arbitraries.strings().ofMaxLength(6), type, Arbitraries.of(true, false))
                .as(Schema.Column::new);
        return column.list()
                .ofMaxSize(5)
                .uniqueElements(c -> c.name().isEmpty() ? new Object() : c.name())
                .map(Schema::new);
    }

    private static Arbitrary<ColumnType> tensor() {
        return Combinators.combine(
                        Arbitraries.of(DataType.class),
                        Arbitraries.longs().between(-1, 9).list().ofMaxSize(3))
                .as(ColumnType.TensorOf::new);
    }

    private static Arbitrary<ColumnType> columnType(int depth) {
        Arbitrary<ColumnType> scalar = Arbitraries.of(ColumnType.Scalar.values());
        Arbitrary<ColumnType> other = Arbitraries.of(
                        "{\"type\":\"any\"}", "{\"type\":\"sparkml_vector\"}", "{\"type\":\"double\",\"unit\":1.50}")
                .map(ColumnType.Other::new);
        if (depth == 0) {
            return Arbitraries.oneOf(scalar, other);
        }
        Arbitrary<Schema.Column> field = Combinators.combine(
                        Arbitraries.strings().ofMinLength(1).ofMaxLength(4),
                        columnType(depth - 1),
                        Arbitraries.of(true, false))
                .as(Schema.Column::new);
        return Arbitraries.oneOf(
                scalar,
                other,
                columnType(depth - 1).map(ColumnType.ListOf::new),
                columnType(depth - 1).map(ColumnType.MapOf::new),
                field.list().ofMaxSize(3).uniqueElements(Schema.Column::name).map(ColumnType.Struct::new));
    }

    @Property
    void isReadBackAsItWasWritten(@ForAll @From("schemas") Schema inputs, @ForAll @From("schemas") Schema outputs) {
        ModelSignature signature = ModelSignature.of(inputs, outputs);
        assertThat(ModelSignature.parse(signature.toJson())).isEqualTo(signature);
        assertThat(ModelSignature.parse(signature.toJson()).toJson()).isEqualTo(signature.toJson());
    }

    /**
     * The oracle packs values by a map from column to position that is made here: wherever the signature says a column stands, a row's value of it must come
     * to lie at the model's own position.
     */
    @Property
    void columnsStandWhereTheModelWantsThem(
            @ForAll @IntRange(min = 1, max = 8) int columns,
            @ForAll @IntRange(min = 0, max = 3) int packs,
            @ForAll Random random) {
        List<String> names = new ArrayList<>();
        Map<String, Integer> rows = new HashMap<>();
        for (int i = 0; i < columns; i++) {
            names.add("c" + i);
            rows.put("c" + i, random.nextInt());
        }
        Collections.shuffle(names, random);
        Schema schema = floats(names);
        ModelSignature signature = ModelSignature.of(schema, schema);
        List<List<Integer>> expected = new ArrayList<>();
        List<String> free = new ArrayList<>(names);
        Collections.shuffle(free, random);
        List<String> order = new ArrayList<>();
        for (int p = 0; p < packs && !free.isEmpty(); p++) {
            List<String> pack = List.copyOf(free.subList(0, 1 + random.nextInt(free.size())));
            free.removeAll(pack);
            order.addAll(pack);
            signature = signature.packInputs("t" + p, pack).packOutputs("o" + p, pack);
            expected.add(pack.stream().map(rows::get).toList());
        }
        names.stream().filter(name -> !order.contains(name)).forEach(order::add);

        for (List<ModelSignature.Pack> side : List.of(signature.inputPacks(), signature.outputPacks())) {
            assertThat(side.stream()
                            .map(pack -> pack.columns().stream().map(rows::get).toList()))
                    .isEqualTo(expected);
        }
        // A reader that goes by the schema alone, as stock pyfunc does, sees the same order.
        assertThat(signature.inputs()).isEqualTo(floats(order));
        assertThat(signature.outputs()).isEqualTo(floats(order));
    }

    @Property
    void aWholeOrderIsAPermutationOrRefused(@ForAll @IntRange(min = 1, max = 5) int columns, @ForAll Random random) {
        List<String> names = new ArrayList<>();
        for (int i = 0; i < columns; i++) {
            names.add("c" + i);
        }
        List<String> given = new ArrayList<>(names);
        Collections.shuffle(given, random);
        if (random.nextBoolean()) { // leave one out, repeat one or invent one
            int at = random.nextInt(columns);
            switch (random.nextInt(3)) {
                case 0 -> given.remove(at);
                case 1 -> given.add(at, given.get(random.nextInt(columns)));
                default -> given.set(at, "x");
            }
        }
        ModelSignature signature = ModelSignature.of(floats(names), floats(names));
        if (given.size() == columns && new HashSet<>(given).equals(new HashSet<>(names))) {
            assertThat(signature.inputOrder(given).inputs()).isEqualTo(floats(given));
            assertThat(signature.outputOrder(given).outputs()).isEqualTo(floats(given));
            assertThat(signature.inputOrder(given).outputs()).isEqualTo(floats(names));
        } else {
            assertThatThrownBy(() -> signature.inputOrder(given)).isInstanceOf(IllegalArgumentException.class);
            assertThatThrownBy(() -> signature.outputOrder(given)).isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Schema floats(List<String> names) {
        return new Schema(names.stream()
                .map(name -> new Schema.Column(name, ColumnType.Scalar.FLOAT, true))
                .toList());
    }
}
