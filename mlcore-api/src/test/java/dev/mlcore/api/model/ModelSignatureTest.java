package dev.mlcore.api.model;

import static dev.mlcore.api.data.ColumnType.Scalar.BINARY;
import static dev.mlcore.api.data.ColumnType.Scalar.BOOLEAN;
import static dev.mlcore.api.data.ColumnType.Scalar.DATETIME;
import static dev.mlcore.api.data.ColumnType.Scalar.DOUBLE;
import static dev.mlcore.api.data.ColumnType.Scalar.FLOAT;
import static dev.mlcore.api.data.ColumnType.Scalar.INTEGER;
import static dev.mlcore.api.data.ColumnType.Scalar.LONG;
import static dev.mlcore.api.data.ColumnType.Scalar.STRING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.ColumnType.ListOf;
import dev.mlcore.api.data.ColumnType.MapOf;
import dev.mlcore.api.data.ColumnType.Struct;
import dev.mlcore.api.data.ColumnType.TensorOf;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Name;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.data.Schema.Column;
import java.time.Instant;
import java.time.LocalDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class ModelSignatureTest {
    enum Colour {
        RED
    }

    record Point(double x, Optional<Double> y) {}

    record Everything(
            float f,
            @Name("a double") double d,
            int i,
            short s,
            long l,
            boolean b,
            String text,
            byte[] bytes,
            Instant at,
            LocalDateTime local,
            Colour colour,
            Float boxed,
            Optional<String> maybe,
            OptionalInt number,
            List<Long> longs,
            float[] array,
            double[][] matrix,
            Point point,
            List<Point> points,
            Map<String, Integer> counts) {}

    record Nothing() {}

    record Two(float a, float b) {}

    @Test
    void readsColumnsFromARecord() {
        ColumnType point = new Struct(List.of(new Column("x", DOUBLE, true), new Column("y", DOUBLE, false)));
        assertThat(ModelSignature.of(Everything.class, Nothing.class).inputs().columns())
                .containsExactly(
                        new Column("f", FLOAT, true),
                        new Column("a double", DOUBLE, true),
                        new Column("i", INTEGER, true),
                        new Column("s", INTEGER, true),
                        new Column("l", LONG, true),
                        new Column("b", BOOLEAN, true),
                        new Column("text", STRING, true),
                        new Column("bytes", BINARY, true),
                        new Column("at", DATETIME, true),
                        new Column("local", DATETIME, true),
                        new Column("colour", STRING, true),
                        new Column("boxed", FLOAT, false),
                        new Column("maybe", STRING, false),
                        new Column("number", INTEGER, false),
                        new Column("longs", new ListOf(LONG), true),
                        new Column("array", new ListOf(FLOAT), true),
                        new Column("matrix", new ListOf(new ListOf(DOUBLE)), true),
                        new Column("point", point, true),
                        new Column("points", new ListOf(point), true),
                        new Column("counts", new MapOf(INTEGER), true));
    }

    record Odd(Thread thread) {}

    record Keyed(Map<Integer, String> byNumber) {}

    record Endless(List<Endless> more) {}

    @Test
    void refusesWhatIsNoColumn() {
        assertThatThrownBy(() -> ModelSignature.of(Odd.class, Nothing.class))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(
                        "component thread of " + Odd.class.getName() + ": java.lang.Thread (expected: a number,");
        assertThatThrownBy(() -> ModelSignature.of(Keyed.class, Nothing.class))
                .hasMessageContaining("component byNumber");
        assertThatThrownBy(() -> ModelSignature.of(Endless.class, Nothing.class))
                .hasMessageContaining("it holds itself");
    }

    @Test
    void writesMlflowsJson() {
        assertThat(ModelSignature.of(Point.class, Nothing.class).toJson())
                .isEqualTo(
                        "{\"inputs\":\"[{\\\"type\\\":\\\"double\\\",\\\"name\\\":\\\"x\\\",\\\"required\\\":true},"
                                + "{\\\"type\\\":\\\"double\\\",\\\"name\\\":\\\"y\\\",\\\"required\\\":false}]\",\"outputs\":null,\"params\":null}");
        Schema tensors = new Schema(List.of(new Column("", new TensorOf(DataType.FLOAT32, List.of(-1L, 3L)), true)));
        assertThat(ModelSignature.of(tensors, tensors).toJson())
                .contains(
                        "[{\\\"type\\\":\\\"tensor\\\",\\\"tensor-spec\\\":{\\\"dtype\\\":\\\"float32\\\",\\\"shape\\\":[-1,3]}}]");
    }

    /** Every form of the specification, as Python writes it, with what a later release may add. */
    @Test
    void readsMlflowsJsonAndKeepsTheRest() {
        String json = """
                {"inputs": "[{\\"type\\": \\"double\\", \\"name\\": \\"a\\"}, {\\"type\\": \\"array\\", \\"items\\": {\\"type\\": \\"string\\"}, \\"name\\": \\"b\\", \\"required\\": false},\
                 {\\"type\\": \\"object\\", \\"properties\\": {\\"k\\": {\\"type\\": \\"binary\\", \\"required\\": false}}, \\"name\\": \\"c\\"},\
                 {\\"type\\": \\"map\\", \\"values\\": {\\"type\\": \\"long\\"}, \\"name\\": \\"d\\"}, {\\"type\\": \\"any\\", \\"name\\": \\"e\\"},\
                 {\\"type\\": \\"double\\", \\"unit\\": 1.50, \\"name\\": \\"f\\"}, {\\"type\\": \\"double\\"}]",
                 "outputs": [{"type": "tensor", "tensor-spec": {"dtype": "float32", "shape": [-1, 3]}}, {"type": "tensor", "tensor-spec": {"dtype": "complex64", "shape": [1]}, "name": "z"}],
                 "params": "[{\\"name\\": \\"k\\", \\"default\\": NaN, \\"shape\\": null, \\"type\\": \\"double\\"}]", "later": {"x": 1.0}}""";
        ModelSignature signature = ModelSignature.parse(json);
        assertThat(signature.inputs().columns())
                .containsExactly(
                        new Column("a", DOUBLE, true),
                        new Column("b", new ListOf(STRING), false),
                        new Column("c", new Struct(List.of(new Column("k", BINARY, false))), true),
                        new Column("d", new MapOf(LONG), true),
                        new Column("e", new ColumnType.Other("{\"type\":\"any\"}"), true),
                        new Column("f", new ColumnType.Other("{\"type\":\"double\",\"unit\":1.50}"), true),
                        new Column("", DOUBLE, true));
        assertThat(signature.outputs().columns())
                .containsExactly(
                        new Column("", new TensorOf(DataType.FLOAT32, List.of(-1L, 3L)), true),
                        new Column(
                                "z",
                                new ColumnType.Other(
                                        "{\"type\":\"tensor\",\"tensor-spec\":{\"dtype\":\"complex64\",\"shape\":[1]}}"),
                                true));
        assertThat(signature.paramsJson())
                .contains("[{\"name\": \"k\", \"default\": NaN, \"shape\": null, \"type\": \"double\"}]");
        assertThat(signature.toJson()).contains("\"later\":{\"x\":1.0}").contains("1.50");
        assertThat(ModelSignature.parse(signature.toJson())).isEqualTo(signature);
    }

    @Test
    void refusesWhatIsNoSignature() {
        Map<String, String> table = Map.of(
                "", "signature is empty",
                "[", "signature is no JSON",
                "[]", "signature is [] (expected: an object with inputs, outputs and params)",
                "{\"inputs\": 3}", "inputs is 3 (expected: an array of columns or tensors)",
                "{\"inputs\": \"x\"}", "inputs is no JSON",
                "{\"inputs\": [3]}", "inputs is 3 (expected: an object per column)",
                "{\"outputs\": [{}]}", "outputs is {} (expected: a column with a type)",
                "{\"params\": {}}", "params is {} (expected: an array)",
                "{\"inputs\": [{\"type\":\"long\",\"name\":\"a\"},{\"type\":\"long\",\"name\":\"a\"}]}",
                        "inputs: 'a' twice",
                "{\"inputs\": [{\"type\":\"long\"},{\"type\":\"tensor\"}]}", "inputs: columns mixed with tensors");
        table.forEach((json, message) -> assertThatThrownBy(() -> ModelSignature.parse(json))
                .as(json)
                .isInstanceOf(InvalidFormatException.class)
                .hasMessageStartingWith("Cannot read the model signature: ")
                .hasMessageContaining(message));
    }

    record Mixed(float a, double b, List<Float> c, float d) {}

    @Test
    void refusesPacksThatDoNotFit() {
        ModelSignature mixed = ModelSignature.of(Mixed.class, Two.class);
        Map<List<String>, String> table = Map.of(
                List.of(), "inputs packed into tensor 'x': no columns (expected: one or more of [a, b, c, d])",
                List.of("a", "e"),
                        "inputs packed into tensor 'x': 'e' is no column (expected: each of [a, b, c, d] at most once)",
                List.of("a", "a"),
                        "inputs packed into tensor 'x': 'a' is packed twice (expected: each of [a, b, c, d] at most once)",
                List.of("a", "b"),
                        "inputs packed into tensor 'x': 'b' is DOUBLE and 'a' is FLOAT (expected: one type; a tensor has one)",
                List.of("c"),
                        "inputs packed into tensor 'x': 'c' is of type ListOf[items=FLOAT] (expected: a column of single values)");
        table.forEach((columns, message) -> assertThatThrownBy(() -> mixed.packInputs("x", columns))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage(message));
        ModelSignature packed = mixed.packInputs("x", List.of("d"));
        assertThatThrownBy(() -> packed.packInputs("y", List.of("a", "d"))).hasMessageContaining("'d' is packed twice");
        assertThatThrownBy(() -> packed.packInputs("x", List.of("a")))
                .hasMessageContaining("tensor 'x' of columns [a] beside others");
        assertThatThrownBy(() -> packed.packInputs("", List.of("a")))
                .hasMessageContaining("tensor '' of columns [a] beside others");
        ModelSignature two = ModelSignature.of(Two.class, Two.class);
        assertThatThrownBy(() -> two.inputOrder(List.of("b")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessage("inputOrder: [b] lacks [a] (expected: all of [a, b], in the model's own order)");
        assertThatThrownBy(() -> two.inputOrder(List.of("b", "a")).inputOrder(List.of("a", "b")))
                .hasMessageContaining("beside others");
    }
}
