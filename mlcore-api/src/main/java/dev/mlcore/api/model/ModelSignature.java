package dev.mlcore.api.model;

import dev.mlcore.api.data.Schema;
import java.util.List;
import java.util.Optional;

/**
 * Names, types and order of what goes into a model and comes out of it, in MLflow's two forms (columns, or tensors), and how named columns are packed into
 * the model's tensors. Immutable; travels in the package.
 *
 * <p><b>Packing.</b> Trainers order columns their own way. A model that takes one matrix needs to know which column stands where: the order given here is the
 * model's, and MLmodel's {@code inputs} are written in that order, since stock pyfunc feeds a frame by the signature as one matrix.
 */
public sealed interface ModelSignature permits PackedSignature {
    /**
     * Columns from record components, in their order, by their names or {@link dev.mlcore.api.data.Name}: numbers ({@code byte} and {@code short} as
     * INTEGER), truth values, text, enums (as text), {@code byte[]}, {@link java.time.Instant} and {@link java.time.LocalDateTime}; lists and arrays,
     * {@code Map<String, …>} and records of them. An {@code Optional} or a boxed number need not be given (it is not {@code required}).
     *
     * @param input one row in
     * @param output one row out
     * @return a signature of columns
     * @throws IllegalArgumentException if a component has a type that no column has, or a record holds itself
     * @throws dev.mlcore.api.UnsupportedException if a record's package is not open to {@code dev.mlcore.api}
     */
    static ModelSignature of(Class<? extends Record> input, Class<? extends Record> output) {
        return PackedSignature.of(RecordColumns.of(input), RecordColumns.of(output));
    }

    /**
     * Columns or tensors given one by one.
     *
     * @param input what goes in
     * @param output what comes out; may have no columns
     * @return a signature
     * @throws IllegalArgumentException if columns and tensors are mixed in one of them, or a name is used twice
     */
    static ModelSignature of(Schema input, Schema output) {
        return PackedSignature.of(input, output);
    }

    /**
     * Reads MLflow's form: a JSON object with {@code inputs}, {@code outputs} and {@code params}, each a JSON text, an array or null.
     *
     * @param mlflowJson as {@link #toJson()} writes it
     * @return the signature, unknown parts kept
     * @throws dev.mlcore.api.InvalidFormatException if it is no such JSON
     */
    static ModelSignature parse(String mlflowJson) {
        return SignatureJson.parse(mlflowJson);
    }

    /**
     * What goes in.
     *
     * @return in packing order where packing was given
     */
    Schema inputs();

    /**
     * What comes out.
     *
     * @return in packing order where packing was given
     */
    Schema outputs();

    /**
     * MLflow's params, uninterpreted.
     *
     * @return MLflow's JSON array, if there are any
     */
    Optional<String> paramsJson();

    /**
     * How columns are packed into input tensors.
     *
     * @return empty if every column is a tensor of its own
     */
    List<Pack> inputPacks();

    /**
     * How output tensors are unpacked into columns.
     *
     * @return empty if every column is a tensor of its own
     */
    List<Pack> outputPacks();

    /**
     * The same, some input columns standing side by side in one tensor. {@link #inputs()} has them in this order, before columns that are not packed.
     *
     * @param tensor its name in the graph; one of several tensors needs one
     * @param columns in the model's own order
     * @return a new signature
     * @throws IllegalArgumentException if a column is unknown, named twice or packed already, their types differ or are no scalars, or the tensor has a pack
     */
    ModelSignature packInputs(String tensor, List<String> columns);

    /**
     * The same, one output tensor being several columns side by side.
     *
     * @param tensor its name in the graph
     * @param columns in the model's own order
     * @return a new signature
     * @throws IllegalArgumentException as {@link #packInputs}
     */
    ModelSignature packOutputs(String tensor, List<String> columns);

    /**
     * Short for {@link #packInputs} with all columns and the one tensor of a one-input model, whose name need not be known.
     *
     * @param columns all of them, in the model's own order
     * @return a new signature
     * @throws IllegalArgumentException if they are not exactly the input columns
     */
    ModelSignature inputOrder(List<String> columns);

    /**
     * Short for {@link #packOutputs} with all columns and the one tensor of a one-output model.
     *
     * @param columns all of them, in the model's own order
     * @return a new signature
     * @throws IllegalArgumentException if they are not exactly the output columns
     */
    ModelSignature outputOrder(List<String> columns);

    /**
     * MLflow's JSON with what was read and not understood, packing not included (it stands in the package's mlcore flavor).
     *
     * @return an object with inputs, outputs and params, each a JSON text or null
     */
    String toJson();

    /**
     * Columns side by side in one tensor.
     *
     * @param tensor its name in the graph; empty for the one tensor of a model that has one
     * @param columns in the model's own order
     */
    record Pack(String tensor, List<String> columns) {
        /** Copies the columns. */
        public Pack {
            columns = List.copyOf(columns);
        }
    }
}
