package dev.mlcore.serving;

import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.data.ColumnType;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Schema;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.api.model.ModelSignature;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The two views of a model brought together: which of the signature's columns lies where in the graph's tensors. Made when a version is loaded; what does not fit
 * refuses the version, with all that is wrong in one message.
 *
 * <p>Without a signature, each tensor is a column of its own. A signature of columns without packing, on a graph that takes one matrix, is read as stock
 * pyfunc reads it: the columns side by side in the signature's order.
 */
final class Columns {
    private final String model;
    private final String role;
    private final List<TensorSpec> specs;
    private final List<Place> places = new ArrayList<>();
    private final List<String> problems = new ArrayList<>();

    private Columns(String model, String role, List<TensorSpec> specs) {
        this.model = model;
        this.role = role;
        this.specs = specs;
    }

    static List<Place> inputs(String model, List<TensorSpec> specs, Optional<ModelSignature> signature) {
        Columns columns = new Columns(model, "input", specs);
        if (signature.isEmpty() || signature.get().inputs().columns().isEmpty()) {
            return columns.graph();
        }
        return columns.of(signature.get().inputs(), signature.get().inputPacks());
    }

    /** Outputs of packages that others wrote are often described loosely; where no packing says otherwise, the graph speaks. */
    static List<Place> outputs(String model, List<TensorSpec> specs, Optional<ModelSignature> signature) {
        Columns columns = new Columns(model, "output", specs);
        if (signature.isEmpty() || signature.get().outputs().columns().isEmpty()) {
            return columns.graph();
        }
        List<ModelSignature.Pack> packs = signature.get().outputPacks();
        List<Place> places;
        try {
            places = new ArrayList<>(columns.of(signature.get().outputs(), packs));
        } catch (IncompatibleException e) {
            if (!packs.isEmpty()) {
                throw e;
            }
            return new Columns(model, "output", specs).graph();
        }
        Set<String> names = new HashSet<>();
        places.forEach(place -> names.add(place.name()));
        for (Place tensor : new Columns(model, "output", specs).graph()) {
            if (names.add(tensor.name())) {
                places.add(tensor); // a packed tensor can also be had as an array
            }
        }
        return List.copyOf(places);
    }

    private List<Place> graph() {
        for (int i = 0; i < specs.size(); i++) {
            TensorSpec spec = specs.get(i);
            places.add(new Place(spec.name(), null, i, spec, Place.WHOLE, 1, !spec.optional()));
        }
        return List.copyOf(places);
    }

    private List<Place> of(Schema schema, List<ModelSignature.Pack> packs) {
        Set<String> packed = new HashSet<>();
        for (ModelSignature.Pack pack : packs) {
            packed.addAll(pack.columns());
            pack(pack.tensor(), pack.columns(), schema);
        }
        List<Schema.Column> rest = schema.columns().stream()
                .filter(c -> !packed.contains(c.name()))
                .toList();
        if (packs.isEmpty() && implicitMatrix(schema)) {
            pack("", rest.stream().map(Schema.Column::name).toList(), schema);
        } else {
            rest.forEach(this::whole);
        }
        if (role.equals("input")) {
            uncovered();
        }
        if (!problems.isEmpty()) {
            throw new IncompatibleException("Cannot serve model " + model + ": its signature's " + role
                    + "s do not fit its graph: " + String.join("; ", problems));
        }
        return List.copyOf(places);
    }

    private boolean implicitMatrix(Schema schema) {
        List<Schema.Column> columns = schema.columns();
        return specs.size() == 1
                && specs.get(0).dims().size() == 2
                && columns.stream().noneMatch(c -> c.type() instanceof ColumnType.TensorOf)
                && !(columns.size() == 1
                        && columns.get(0).name().equals(specs.get(0).name()));
    }

    private void pack(String tensorName, List<String> columns, Schema schema) {
        int tensor = tensorName.isEmpty() && specs.size() == 1 ? 0 : index(tensorName);
        if (tensor < 0) {
            problems.add(
                    tensorName.isEmpty()
                            ? "columns " + columns + " are packed into the one " + role
                                    + " tensor (expected: the name of one of " + names() + ")"
                            : "tensor " + tensorName + " (expected: one of " + names() + ")");
            return;
        }
        TensorSpec spec = specs.get(tensor);
        List<String> dims = spec.dims();
        boolean shaped = !dims.isEmpty() && dims.size() <= 2;
        String last = shaped ? dims.get(dims.size() - 1) : "";
        if (!shaped || (dims.size() == 1 && !fixed(last))) {
            problems.add("columns " + columns + " are packed into tensor " + spec.name() + " of shape " + dims
                    + " (expected: a matrix)");
            return;
        }
        if (fixed(last) && Long.parseLong(last) != columns.size()) {
            problems.add("tensor " + spec.name() + " is " + last + " wide, the signature packs " + columns.size()
                    + " columns into it: " + columns);
            return;
        }
        for (int i = 0; i < columns.size(); i++) {
            Schema.Column column = column(schema, columns.get(i), i);
            checkType(column, spec);
            places.add(new Place(column.name(), column.type(), tensor, spec, i, columns.size(), column.required()));
        }
    }

    /** By name; unnamed columns by place. */
    private static Schema.Column column(Schema schema, String name, int at) {
        return schema.columns().stream()
                .filter(c -> c.name().equals(name) && !name.isEmpty())
                .findFirst()
                .orElseGet(() -> schema.columns().get(at));
    }

    private void whole(Schema.Column column) {
        boolean unnamed = column.name().isEmpty() && specs.size() == 1;
        int tensor = unnamed ? 0 : index(column.name());
        if (tensor < 0) {
            problems.add(
                    "column " + column.name() + " is no tensor of the graph and is packed into none (expected: one of "
                            + names() + ", or packing)");
            return;
        }
        TensorSpec spec = specs.get(tensor);
        if (column.type() instanceof ColumnType.TensorOf of) {
            boolean rank = of.shape().size() == spec.dims().size();
            if (!sameType(of.type(), spec.type()) || !rank || !sizesFit(of.shape(), spec.dims())) {
                problems.add("tensor " + spec.name() + " is " + of.type() + " " + of.shape()
                        + " in the signature (expected: " + spec.type() + " " + spec.dims() + ")");
            }
            places.add(new Place(spec.name(), null, tensor, spec, Place.WHOLE, 1, column.required()));
            return;
        }
        checkType(column, spec);
        places.add(new Place(
                unnamed ? spec.name() : column.name(), column.type(), tensor, spec, Place.WHOLE, 1, column.required()));
    }

    private static boolean sameType(DataType signature, DataType graph) {
        return signature == graph || (text(signature) && text(graph));
    }

    private static boolean text(DataType type) {
        return type == DataType.STRING || type == DataType.BYTES;
    }

    private static boolean sizesFit(List<Long> shape, List<String> dims) {
        for (int i = 0; i < dims.size(); i++) {
            if (shape.get(i) >= 0 && fixed(dims.get(i)) && shape.get(i) != Long.parseLong(dims.get(i))) {
                return false;
            }
        }
        return true;
    }

    private void uncovered() {
        for (int i = 0; i < specs.size(); i++) {
            int tensor = i;
            if (!specs.get(i).optional() && places.stream().noneMatch(place -> place.tensor() == tensor)) {
                problems.add("tensor " + specs.get(i).name() + " is fed by no column");
            }
        }
    }

    private void checkType(Schema.Column column, TensorSpec spec) {
        ColumnType type = column.type();
        while (type instanceof ColumnType.ListOf list) {
            type = list.items();
        }
        boolean fits = type instanceof ColumnType.Scalar scalar && fits(scalar, spec.type());
        if (!fits) {
            problems.add("column " + column.name() + " is " + column.type() + ", tensor " + spec.name() + " holds "
                    + spec.type());
        }
    }

    private static boolean fits(ColumnType.Scalar column, DataType tensor) {
        return switch (column) {
            case BOOLEAN -> tensor == DataType.BOOL;
            case INTEGER, LONG -> Elements.numeric(tensor);
            case FLOAT, DOUBLE -> tensor == DataType.FLOAT32 || tensor == DataType.FLOAT64;
            case STRING, BINARY -> text(tensor);
            case DATETIME -> false;
        };
    }

    private int index(String name) {
        for (int i = 0; i < specs.size(); i++) {
            if (specs.get(i).name().equals(name)) {
                return i;
            }
        }
        return -1;
    }

    private List<String> names() {
        return specs.stream().map(TensorSpec::name).toList();
    }

    static boolean fixed(@Nullable String dim) {
        return dim != null && !dim.isEmpty() && Character.isDigit(dim.charAt(0));
    }
}
