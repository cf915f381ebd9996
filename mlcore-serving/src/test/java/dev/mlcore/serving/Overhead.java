package dev.mlcore.serving;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtSession;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.model.ModelSignature;
import dev.mlcore.api.model.ModelUri;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What a predictor costs over a bare, reused {@code OrtSession.run}: alternating rounds in one process, medians. Run by hand. */
final class Overhead {
    record Row(float a, float b, float c, float d) {}

    record Odds(float x, float y, float z) {}

    private Overhead() {}

    public static void main(String[] args) throws Exception {
        Path folder = Files.createTempDirectory("overhead");
        byte[] onnx = OnnxFile.softmax(new float[12], new float[3], "batch");
        ModelPackage.builder()
                .onnx(onnx)
                .signature(ModelSignature.of(Row.class, Odds.class)
                        .inputOrder(List.of("a", "b", "c", "d"))
                        .outputOrder(List.of("x", "y", "z")))
                .write(folder.resolve("model"));
        OrtEnvironment env = OrtEnvironment.getEnvironment();
        try (InferenceEngine engine = InferenceEngine.builder().build();
                OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
            Predictor<Row, Odds> predictor =
                    engine.serve(ModelUri.of(folder.resolve("model"))).predictor(Row.class, Odds.class);
            options.setIntraOpNumThreads(1);
            OrtSession session = env.createSession(onnx, options);
            FloatBuffer in = direct(4);
            FloatBuffer out = direct(3);
            Map<String, OnnxTensor> inputs = Map.of("x", OnnxTensor.createTensor(env, in, new long[] {1, 4}));
            Map<String, OnnxTensor> pinned =
                    Map.of("probabilities", OnnxTensor.createTensor(env, out, new long[] {1, 3}));
            int calls = 100_000;
            double[] ours = new double[11];
            double[] bare = new double[11];
            double[] fresh = new double[11];
            float sum = 0;
            for (int round = -3; round < 11; round++) {
                long start = System.nanoTime();
                for (int i = 0; i < calls; i++) {
                    sum += predictor.predict(new Row(i, 1, 2, 3)).x();
                }
                long middle = System.nanoTime();
                for (int i = 0; i < calls; i++) {
                    in.put(0, i);
                    session.run(inputs, Set.of(), pinned).close();
                    sum += out.get(0);
                }
                long third = System.nanoTime();
                for (int i = 0; i < calls; i++) {
                    in.put(0, i);
                    try (OrtSession.Result result = session.run(inputs)) {
                        sum += ((OnnxTensor) result.get(0)).getFloatBuffer().get(0);
                    }
                }
                long end = System.nanoTime();
                if (round >= 0) {
                    ours[round] = (middle - start) / 1e3 / calls;
                    bare[round] = (third - middle) / 1e3 / calls;
                    fresh[round] = (end - third) / 1e3 / calls;
                }
            }
            System.out.printf(
                    "predict %.2f µs, OrtSession.run reused input and pinned output %.2f µs (ratio %.2f), reused input, output copied %.2f µs (ratio %.2f) %s%n",
                    median(ours),
                    median(bare),
                    median(ours) / median(bare),
                    median(fresh),
                    median(ours) / median(fresh),
                    sum);
        }
    }

    private static double median(double[] values) {
        Arrays.sort(values);
        return values[values.length / 2];
    }

    private static FloatBuffer direct(int floats) {
        return ByteBuffer.allocateDirect(floats * 4)
                .order(ByteOrder.nativeOrder())
                .asFloatBuffer();
    }
}
