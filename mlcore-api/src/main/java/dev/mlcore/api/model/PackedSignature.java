package dev.mlcore.api.model;

import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.Schema;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The one implementation. Invariant: the packed columns stand first in their schema, pack by pack, each in its pack's order, so that whoever feeds a frame by
 * the signature feeds it in the model's order.
 *
 * @param others top-level entries of MLflow's JSON that this version does not know, as JSON texts
 */
record PackedSignature(
        Schema inputs,
        Schema outputs,
        Optional<String> paramsJson,
        List<Pack> inputPacks,
        List<Pack> outputPacks,
        Map<String, String> others)
        implements ModelSignature {
    PackedSignature {
        inputs = packed("inputs", inputs, inputPacks);
        outputs = packed("outputs", outputs, outputPacks);
        inputPacks = List.copyOf(inputPacks);
        outputPacks = List.copyOf(outputPacks);
        others = Map.copyOf(others);
    }

    static PackedSignature of(Schema inputs, Schema outputs) {
        return new PackedSignature(inputs, outputs, Optional.empty(), List.of(), List.of(), Map.of());
    }

    PackedSignature packs(List<Pack> inputPacks, List<Pack> outputPacks) {
        return new PackedSignature(inputs, outputs, paramsJson, inputPacks, outputPacks, others);
    }

    @Override
    public ModelSignature packInputs(String tensor, List<String> columns) {
        return packs(plus(inputPacks, tensor, columns), outputPacks);
    }

    @Override
    public ModelSignature packOutputs(String tensor, List<String> columns) {
        return packs(inputPacks, plus(outputPacks, tensor, columns));
    }

    @Override
    public ModelSignature inputOrder(List<String> columns) {
        requireAll("inputOrder", inputs, columns);
        return packInputs("", columns);
    }

    @Override
    public ModelSignature outputOrder(List<String> columns) {
        requireAll("outputOrder", outputs, columns);
        return packOutputs("", columns);
    }

    @Override
    public String toJson() {
        return SignatureJson.write(this);
    }

    private static List<Pack> plus(List<Pack> packs, String tensor, List<String> columns) {
        List<Pack> all = new ArrayList<>(packs);
        all.add(new Pack(tensor, columns));
        return all;
    }

    private static void requireAll(String method, Schema schema, List<String> columns) {
        List<String> missing = new ArrayList<>(names(schema));
        missing.removeAll(columns);
        if (!missing.isEmpty()) {
            throw new IllegalArgumentException(method + ": " + columns + " lacks " + missing + " (expected: all of "
                    + names(schema) + ", in the model's own order)");
        }
    }

    /** Checks the schema and the packs against it, and brings the columns into packing order. */
    private static Schema packed(String side, Schema schema, List<Pack> packs) {
        Map<String, Schema.Column> left = new LinkedHashMap<>();
        int tensors = 0;
        for (Schema.Column column : schema.columns()) {
            tensors += SignatureJson.isTensor(column.type()) ? 1 : 0;
            if (!column.name().isEmpty() && left.put(column.name(), column) != null) {
                throw new IllegalArgumentException(
                        side + ": '" + column.name() + "' twice (expected: each name at most once)");
            }
        }
        if (tensors != 0 && tensors != schema.columns().size()) {
            throw new IllegalArgumentException(side + ": columns mixed with tensors in " + names(schema)
                    + " (expected: only columns, or only tensors)");
        }
        if (packs.isEmpty()) {
            return schema;
        }
        if (left.size() != schema.columns().size()) {
            throw new IllegalArgumentException(
                    side + ": a column without a name (expected: names, since some are packed)");
        }
        List<Schema.Column> ordered = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (Pack pack : packs) {
            if (!names.add(pack.tensor()) || (pack.tensor().isEmpty() && packs.size() > 1)) {
                throw new IllegalArgumentException(side + ": tensor '" + pack.tensor() + "' of columns "
                        + pack.columns() + " beside others (expected: a name of its own for each of several tensors)");
            }
            ordered.addAll(take(side, schema, pack, left));
        }
        ordered.addAll(left.values());
        return new Schema(ordered);
    }

    /** Removes a pack's columns from those that are left. */
    private static List<Schema.Column> take(String side, Schema schema, Pack pack, Map<String, Schema.Column> left) {
        String what = side + " packed into tensor '" + pack.tensor() + "': ";
        if (pack.columns().isEmpty()) {
            throw new IllegalArgumentException(what + "no columns (expected: one or more of " + names(schema) + ")");
        }
        List<Schema.Column> taken = new ArrayList<>();
        for (String name : pack.columns()) {
            Schema.Column column = left.remove(name);
            if (column == null) {
                String wrong = names(schema).contains(name) ? "is packed twice" : "is no column";
                throw new IllegalArgumentException(
                        what + "'" + name + "' " + wrong + " (expected: each of " + names(schema) + " at most once)");
            }
            if (!(column.type() instanceof ColumnType.Scalar)) {
                throw new IllegalArgumentException(
                        what + "'" + name + "' is of type " + column.type() + " (expected: a column of single values)");
            }
            Schema.Column first = taken.isEmpty() ? column : taken.get(0);
            if (!column.type().equals(first.type())) {
                throw new IllegalArgumentException(what + "'" + name + "' is " + column.type() + " and '" + first.name()
                        + "' is " + first.type() + " (expected: one type; a tensor has one)");
            }
            taken.add(column);
        }
        return taken;
    }

    private static List<String> names(Schema schema) {
        return schema.columns().stream().map(Schema.Column::name).toList();
    }
}
