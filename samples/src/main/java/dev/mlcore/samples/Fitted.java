package dev.mlcore.samples;

import static java.util.Objects.requireNonNull;

import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.logging.Level;
import java.util.logging.Logger;
import org.tribuo.Feature;
import org.tribuo.ImmutableFeatureMap;
import org.tribuo.ImmutableOutputInfo;
import org.tribuo.MutableDataset;
import org.tribuo.classification.Label;
import org.tribuo.classification.LabelFactory;
import org.tribuo.classification.sgd.linear.LinearSGDModel;
import org.tribuo.classification.sgd.linear.LinearSGDTrainer;
import org.tribuo.classification.sgd.objectives.LogMulticlass;
import org.tribuo.impl.ArrayExample;
import org.tribuo.math.optimisers.AdaGrad;
import org.tribuo.provenance.SimpleDataSourceProvenance;

/**
 * A multinomial logistic regression trained by Oracle Tribuo on standardised measurements. Training is a pure function of the rows and the rate:
 * a repeated attempt makes the same bytes. Immutable once made; predictions may come from several threads.
 */
public final class Fitted {
    private static final int EPOCHS = 60;
    private static final int BATCH = 8;
    private static final long SEED = 42;
    // kept here: java.util.logging forgets the level of a logger that nobody holds
    private static final Logger TRIBUO = Logger.getLogger("org.tribuo");

    private static final String[] NAMES = {"billLengthMm", "billDepthMm", "flipperLengthMm", "bodyMassG"};

    private final LinearSGDModel model;
    private final double[] mean;
    private final double[] deviation;

    static {
        TRIBUO.setLevel(Level.WARNING);
    }

    private Fitted(LinearSGDModel model, double[] mean, double[] deviation) {
        this.model = model;
        this.mean = mean;
        this.deviation = deviation;
    }

    static Fitted on(Rows rows, double learningRate) {
        double[] mean = new double[NAMES.length];
        double[] deviation = new double[NAMES.length];
        for (int i = 0; i < NAMES.length; i++) {
            int column = i;
            double[] values = rows.penguins().stream()
                    .mapToDouble(penguin -> measurements(penguin)[column])
                    .toArray();
            mean[i] = Arrays.stream(values).average().orElse(0);
            double m = mean[i];
            double variance =
                    Arrays.stream(values).map(v -> (v - m) * (v - m)).average().orElse(0);
            deviation[i] = variance > 0 ? Math.sqrt(variance) : 1;
        }
        LabelFactory labels = new LabelFactory();
        OffsetDateTime never = OffsetDateTime.of(2020, 1, 1, 0, 0, 0, 0, ZoneOffset.UTC);
        MutableDataset<Label> data =
                new MutableDataset<>(new SimpleDataSourceProvenance("penguins", never, labels), labels);
        for (int i = 0; i < rows.size(); i++) {
            data.add(example(new Label(rows.species().get(i)), rows.penguins().get(i), mean, deviation));
        }
        LinearSGDTrainer trainer =
                new LinearSGDTrainer(new LogMulticlass(), new AdaGrad(learningRate), EPOCHS, -1, BATCH, SEED);
        return new Fitted(trainer.train(data), mean, deviation);
    }

    /**
     * What the trainer itself answers, without ONNX: the yardstick of everything that serves the package.
     *
     * @param penguin measured
     * @return its probabilities
     */
    public Species predict(Penguin penguin) {
        Map<String, Label> scores = model.predict(example(LabelFactory.UNKNOWN_LABEL, penguin, mean, deviation))
                .getOutputScores();
        float[] p = new float[Rows.SPECIES.size()];
        for (int i = 0; i < p.length; i++) {
            p[i] = (float) requireNonNull(scores.get(Rows.SPECIES.get(i))).getScore();
        }
        return new Species(p[0], p[1], p[2]);
    }

    /**
     * The names of the model's input columns in its own order. Tribuo sorts them.
     *
     * @return the components of {@link Penguin}, in another order
     */
    public List<String> features() {
        ImmutableFeatureMap map = model.getFeatureIDMap();
        List<String> names = new ArrayList<>();
        for (int id = 0; id < map.size(); id++) {
            names.add(map.get(id).getName());
        }
        return List.copyOf(names);
    }

    /**
     * The names of the model's output columns in its own order. Tribuo numbers labels as it meets them in a hash table.
     *
     * @return the components of {@link Species}, in another order
     */
    public List<String> classes() {
        ImmutableOutputInfo<Label> info = model.getOutputIDInfo();
        List<String> names = new ArrayList<>();
        for (int id = 0; id < info.size(); id++) {
            names.add(info.getOutput(id).getLabel());
        }
        return List.copyOf(names);
    }

    /**
     * The model as an ONNX file that takes raw measurements: Tribuo's export knows nothing of the standardisation, so two nodes before it do that.
     * The time and the place of training, which Tribuo writes into the file, are left out, so that the same model has the same digest.
     *
     * @return a graph from {@code input}, FLOAT [n, 4], to {@code output}, FLOAT [n, 3]
     */
    public byte[] onnx() {
        ModelProto exported = model.exportONNXModel("dev.mlcore.samples", 1);
        List<String> features = features();
        float[] shift = new float[features.size()];
        float[] scale = new float[features.size()];
        for (int i = 0; i < shift.length; i++) {
            int column = Arrays.asList(NAMES).indexOf(features.get(i));
            shift[i] = (float) mean[column];
            scale[i] = (float) deviation[column];
        }
        GraphProto graph = exported.getGraph();
        String input = graph.getInput(0).getName();
        String scaled = input + "_standardised";
        GraphProto.Builder whole = graph.toBuilder()
                .clearNode()
                .addInitializer(vector("mean", shift))
                .addInitializer(vector("deviation", scale))
                .addNode(node("Sub", input, "mean", input + "_centred"))
                .addNode(node("Div", input + "_centred", "deviation", scaled));
        for (NodeProto node : graph.getNodeList()) {
            NodeProto.Builder after = node.toBuilder();
            for (int i = 0; i < node.getInputCount(); i++) {
                if (node.getInput(i).equals(input)) {
                    after.setInput(i, scaled);
                }
            }
            whole.addNode(after);
        }
        return exported.toBuilder()
                .setGraph(whole)
                .clearMetadataProps()
                .setDocString("penguins: multinomial logistic regression on four measurements")
                .build()
                .toByteArray();
    }

    private static NodeProto node(String operator, String a, String b, String result) {
        return NodeProto.newBuilder()
                .setOpType(operator)
                .setName(operator.toLowerCase(Locale.ROOT) + "_standardise")
                .addInput(a)
                .addInput(b)
                .addOutput(result)
                .build();
    }

    private static TensorProto vector(String name, float[] values) {
        TensorProto.Builder tensor = TensorProto.newBuilder()
                .setName(name)
                .setDataType(TensorProto.DataType.FLOAT.getNumber())
                .addDims(values.length);
        for (float value : values) {
            tensor.addFloatData(value);
        }
        return tensor.build();
    }

    private static ArrayExample<Label> example(Label label, Penguin penguin, double[] mean, double[] deviation) {
        double[] values = measurements(penguin);
        List<Feature> features = new ArrayList<>();
        for (int i = 0; i < values.length; i++) {
            features.add(new Feature(NAMES[i], (values[i] - mean[i]) / deviation[i]));
        }
        return new ArrayExample<>(label, features);
    }

    private static double[] measurements(Penguin penguin) {
        return new double[] {
            penguin.billLengthMm(), penguin.billDepthMm(), penguin.flipperLengthMm(), penguin.bodyMassG()
        };
    }
}
