package dev.mlcore.serving.onnx;

import ai.onnxruntime.NodeInfo;
import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import ai.onnxruntime.TensorInfo;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.ModelFailedException;
import dev.mlcore.api.NotFoundException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.serving.backend.LoadedModel;
import dev.mlcore.serving.backend.Slot;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One session. Its slots run on it at the same time; the engine releases it after the last of them. */
final class OrtModel implements LoadedModel {
    private final String name;
    private final OrtEnvironment environment;
    private final OrtSession.SessionOptions options;
    private final OrtSession session;
    private final List<TensorSpec> inputs;
    private final List<TensorSpec> outputs;
    private volatile boolean predictable = true;

    private OrtModel(
            String name,
            OrtEnvironment environment,
            OrtSession.SessionOptions options,
            OrtSession session,
            List<TensorSpec> inputs,
            List<TensorSpec> outputs) {
        this.name = name;
        this.environment = environment;
        this.options = options;
        this.session = session;
        this.inputs = inputs;
        this.outputs = outputs;
    }

    static OrtModel load(String name, Path file, int threads) {
        if (!OrtRuntime.begin()) {
            throw OrtRuntime.ending(name);
        }
        try {
            OrtEnvironment environment = OrtRuntime.environment(name);
            OrtSession.SessionOptions options = options(threads);
            try {
                return open(name, file, environment, options);
            } catch (OrtException | RuntimeException e) {
                options.close();
                throw e;
            }
        } catch (OrtException e) {
            throw loadFailure(name, file, e);
        } finally {
            OrtRuntime.end();
        }
    }

    private static OrtModel open(String name, Path file, OrtEnvironment environment, OrtSession.SessionOptions options)
            throws OrtException {
        // By path: external data is found beside the file, and nothing is copied through the heap.
        OrtSession session = environment.createSession(file.toString(), options);
        try {
            List<TensorSpec> inputs = specs(name, "input", session.getInputInfo());
            List<TensorSpec> outputs = specs(name, "output", session.getOutputInfo());
            return new OrtModel(name, environment, options, session, inputs, outputs);
        } catch (OrtException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    private static OrtSession.SessionOptions options(int threads) throws OrtException {
        OrtSession.SessionOptions options = new OrtSession.SessionOptions();
        options.setIntraOpNumThreads(threads); // 1: no pool at all, the caller computes
        options.setInterOpNumThreads(1);
        options.addConfigEntry("session.intra_op.allow_spinning", "0");
        options.setSessionLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL); // failures are thrown, not printed
        return options;
    }

    private static MlcoreException loadFailure(String name, Path file, OrtException e) {
        String text = "Cannot load model " + name + " from " + file + ": " + e.getMessage();
        return switch (e.getCode()) {
            case ORT_INVALID_PROTOBUF ->
                new InvalidFormatException(text + " (expected: a whole ONNX file; export or copy it again)", e);
            case ORT_NO_SUCHFILE -> new NotFoundException(text, e);
            case ORT_NOT_IMPLEMENTED -> new UnsupportedException(text, e);
            default -> new ModelFailedException(text, e);
        };
    }

    private static List<TensorSpec> specs(String model, String role, Map<String, NodeInfo> nodes) {
        List<TensorSpec> specs = new ArrayList<>();
        nodes.forEach((name, node) -> {
            String what = "Cannot serve model " + model + ": " + role + " " + name;
            if (!(node.getInfo() instanceof TensorInfo info)) {
                throw new UnsupportedException(
                        what + " is a "
                                + node.getInfo().getClass().getSimpleName().replace("Info", "")
                                + " (expected: a tensor; export without ZipMap, for example options={'zipmap': False} in skl2onnx)");
            }
            DataType type = type(what, role.equals("input"), info);
            specs.add(new TensorSpec(name, type, dims(info), false));
        });
        return List.copyOf(specs);
    }

    private static List<String> dims(TensorInfo info) {
        long[] shape = info.getShape();
        String[] names = info.getDimensionNames();
        List<String> dims = new ArrayList<>();
        for (int i = 0; i < shape.length; i++) {
            boolean named = shape[i] < 0 && names != null && i < names.length && !names[i].isEmpty();
            dims.add(named ? names[i] : Long.toString(Math.max(shape[i], -1)));
        }
        return dims;
    }

    private static DataType type(String what, boolean input, TensorInfo info) {
        // The Java type shows unsigned integers as signed ones; the ONNX type does not.
        DataType type = switch (info.onnxType) {
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_FLOAT -> DataType.FLOAT32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_DOUBLE -> DataType.FLOAT64;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT8 -> DataType.INT8;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT16 -> DataType.INT16;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT32 -> DataType.INT32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_INT64 -> DataType.INT64;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT8 -> DataType.UINT8;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT16 -> DataType.UINT16;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT32 -> DataType.UINT32;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_UINT64 -> DataType.UINT64;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_BOOL -> DataType.BOOL;
            case ONNX_TENSOR_ELEMENT_DATA_TYPE_STRING -> DataType.STRING;
            default ->
                throw new UnsupportedException(what + " holds " + info.onnxType
                        + " (expected: FLOAT, DOUBLE, an integer, BOOL or STRING; cast it in the model)");
        };
        if (input && (type == DataType.UINT16 || type == DataType.UINT32 || type == DataType.UINT64)) {
            throw new UnsupportedException(
                    what + " holds " + type
                            + ", which ONNX Runtime's Java interface cannot feed (expected: a signed type; cast it in the model)");
        }
        return type;
    }

    static OnnxJavaType javaType(DataType type) {
        return switch (type) {
            case FLOAT32 -> OnnxJavaType.FLOAT;
            case FLOAT64 -> OnnxJavaType.DOUBLE;
            case INT8 -> OnnxJavaType.INT8;
            case INT16 -> OnnxJavaType.INT16;
            case INT32 -> OnnxJavaType.INT32;
            case INT64 -> OnnxJavaType.INT64;
            case UINT8 -> OnnxJavaType.UINT8;
            case BOOL -> OnnxJavaType.BOOL;
            default -> throw new IllegalStateException(type + " has no buffer");
        };
    }

    /** Whether an output of this type can be written into memory of ours. */
    static boolean pinnable(DataType type) {
        return switch (type) {
            case FLOAT32, FLOAT64, INT8, INT16, INT32, INT64, UINT8, BOOL -> true;
            default -> false;
        };
    }

    /** Whether its outputs had the shapes that its symbols promise, so far. */
    boolean predictable() {
        return predictable;
    }

    void unpredictable() {
        predictable = false;
    }

    String name() {
        return name;
    }

    OrtEnvironment environment() {
        return environment;
    }

    OrtSession session() {
        return session;
    }

    @Override
    public String platform() {
        return "onnxruntime_onnx";
    }

    @Override
    public List<TensorSpec> inputs() {
        return inputs;
    }

    @Override
    public List<TensorSpec> outputs() {
        return outputs;
    }

    @Override
    public Slot slot(long[] inputElements) {
        if (!OrtRuntime.begin()) {
            throw OrtRuntime.ending(name);
        }
        try {
            return new OrtSlot(this, inputElements);
        } catch (OrtException e) {
            throw new ModelFailedException("Cannot prepare a run of model " + name + ": " + e.getMessage(), e);
        } finally {
            OrtRuntime.end();
        }
    }

    @Override
    public void release() {
        if (!OrtRuntime.begin()) {
            return; // the process is ending and frees it
        }
        try {
            session.close();
            options.close();
        } catch (OrtException e) {
            throw new ModelFailedException("Cannot free model " + name + ": " + e.getMessage(), e);
        } finally {
            OrtRuntime.end();
        }
    }
}
