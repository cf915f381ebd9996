package dev.mlcore.serving;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.model.ModelUri;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.NullUnmarked;

/** A program that is ended while it loads or runs models; started by {@link EndOfProcessTest}. */
@NullUnmarked // what is looked up in a map here is there
final class EndOfProcess {
    private EndOfProcess() {}

    public static void main(String[] args) throws Exception {
        Path folder = Path.of(args[1]);
        switch (args[0]) {
            case "running" -> running(folder, false);
            case "exiting" -> running(folder, true);
            case "slow" -> slow(folder);
            case "loading" -> loading(folder);
            case "closing" -> closing(folder);
            default -> throw new IllegalArgumentException(args[0]);
        }
    }

    /** Small runs without pause on several threads; the parent ends it, or one of them does. */
    private static void running(Path folder, boolean exit) throws Exception {
        InferenceEngine engine = InferenceEngine.builder().build();
        Path file = Files.write(folder.resolve("small.onnx"), OnnxFile.softmax(new float[64], new float[8], "batch"));
        ServedModel model = engine.serve(ModelUri.of(file), options -> options.instances(4));
        for (int i = 0; i < 4; i++) {
            new Thread(() -> predict(model)).start();
        }
        say();
        if (exit) {
            Thread.sleep(Long.parseLong(System.getProperty("delay")));
            System.exit(7);
        }
    }

    private static void predict(ServedModel model) {
        Map<String, Tensor> rows = Map.of("x", Tensor.of(new float[8 * 16], 16, 8));
        while (true) {
            try {
                model.infer(rows);
            } catch (MlcoreException e) {
                if (!e.getMessage().contains("process")) {
                    throw e;
                }
            }
        }
    }

    /** One run that lasts for minutes unless it is stopped. */
    private static void slow(Path folder) throws Exception {
        InferenceEngine engine = InferenceEngine.builder().build();
        ServedModel model = engine.serve(ModelUri.of(Files.write(folder.resolve("slow.onnx"), OnnxFile.slow())));
        say();
        model.infer(Map.of("n", Tensor.of(new long[] {10_000_000})));
    }

    /** Loads without end; the first load brings in the native library. */
    private static void loading(Path folder) throws Exception {
        Path slow = Files.write(folder.resolve("load.onnx"), OnnxFile.slowToLoad(3));
        InferenceEngine engine = InferenceEngine.builder().build();
        say();
        while (true) {
            try {
                engine.serve(ModelUri.of(slow)).close();
            } catch (MlcoreException e) {
                if (!e.getMessage().contains("process")) {
                    throw e;
                }
            }
        }
    }

    /** Opens and closes a model under the hands of those who use it. */
    private static void closing(Path folder) throws Exception {
        InferenceEngine engine = InferenceEngine.builder().build();
        Path file = Files.write(folder.resolve("small.onnx"), OnnxFile.identity(DataType.FLOAT32, "n"));
        for (int i = 0; i < 3; i++) {
            new Thread(() -> {
                        while (true) {
                            try {
                                engine.model("small").ifPresent(EndOfProcess::once);
                            } catch (MlcoreException e) {
                                // closed meanwhile
                            }
                        }
                    })
                    .start();
        }
        say();
        while (true) {
            try {
                engine.serve(ModelUri.of(file)).close();
            } catch (MlcoreException e) {
                // the process is ending
            }
        }
    }

    private static void once(ServedModel model) {
        model.infer(Map.of("x", Tensor.of(new float[5], 5)));
    }

    private static void say() {
        System.out.println("go");
        System.out.flush();
    }
}
