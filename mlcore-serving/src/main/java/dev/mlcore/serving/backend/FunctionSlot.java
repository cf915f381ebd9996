package dev.mlcore.serving.backend;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.ModelFailedException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.api.data.TensorSpec;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Heap memory for a function's inputs; its outputs are the tensors it answered with. */
final class FunctionSlot implements Slot {
    private final FunctionModel model;
    private final ByteBuffer[] buffers;
    private final byte[][][] strings;
    private List<Tensor> outputs = List.of();
    private @Nullable Thread runner; // guarded by this
    private boolean cancelled; // guarded by this

    FunctionSlot(FunctionModel model, long[] inputElements) {
        this.model = model;
        int count = model.inputs().size();
        buffers = new ByteBuffer[count];
        strings = new byte[count][][];
        for (int i = 0; i < count; i++) {
            int width = model.inputs().get(i).type().sizeBytes();
            int elements = Math.toIntExact(inputElements[i]);
            buffers[i] =
                    ByteBuffer.allocate(Math.multiplyExact(elements, width)).order(ByteOrder.LITTLE_ENDIAN);
            strings[i] = new byte[width == 0 ? elements : 0][];
        }
    }

    @Override
    public ByteBuffer input(int tensor) {
        return buffers[tensor];
    }

    @Override
    public byte[][] inputStrings(int tensor) {
        return strings[tensor];
    }

    @Override
    public void run(long[][] inputShapes) {
        Map<String, Tensor> inputs = new LinkedHashMap<>();
        for (int i = 0; i < inputShapes.length; i++) {
            if (inputShapes[i] != null) {
                inputs.put(model.inputs().get(i).name(), tensor(i, inputShapes[i]));
            }
        }
        outputs = checked(call(Collections.unmodifiableMap(inputs)));
    }

    private Map<String, Tensor> call(Map<String, Tensor> inputs) {
        synchronized (this) {
            runner = Thread.currentThread();
        }
        try {
            return model.function().apply(inputs);
        } catch (MlcoreException e) {
            throw e;
        } catch (RuntimeException e) {
            synchronized (this) {
                if (cancelled) {
                    throw new OperationCancelledException(
                            "Cannot finish a run of function " + model.name()
                                    + ": it was stopped because the model is closed",
                            e);
                }
            }
            throw new ModelFailedException("Cannot run function " + model.name() + ": it threw " + e, e);
        } finally {
            synchronized (this) {
                runner = null;
            }
        }
    }

    private Tensor tensor(int i, long[] shape) {
        DataType type = model.inputs().get(i).type();
        long elements = 1;
        for (long size : shape) {
            elements *= size;
        }
        if (type.sizeBytes() > 0) {
            return Tensor.of(type, buffers[i].slice(0, Math.toIntExact(elements * type.sizeBytes())), shape);
        }
        byte[][] values = Arrays.copyOf(strings[i], Math.toIntExact(elements));
        if (type == DataType.BYTES) {
            return Tensor.ofBytes(values, shape);
        }
        String[] texts = new String[values.length];
        for (int k = 0; k < texts.length; k++) {
            texts[k] = new String(values[k], StandardCharsets.UTF_8);
        }
        return Tensor.of(texts, shape);
    }

    private List<Tensor> checked(Map<String, Tensor> answer) {
        Tensor[] found = new Tensor[model.outputs().size()];
        for (int i = 0; i < found.length; i++) {
            TensorSpec spec = model.outputs().get(i);
            Tensor tensor = answer.get(spec.name());
            if (tensor == null
                    || tensor.type() != spec.type()
                    || tensor.shape().length != spec.dims().size()) {
                throw new ModelFailedException("Cannot use the answer of function " + model.name() + ": " + spec.name()
                        + ": " + describe(tensor) + " (expected: " + spec.type() + " " + spec.dims() + ")");
            }
            found[i] = tensor;
        }
        return List.of(found);
    }

    private static String describe(@Nullable Tensor tensor) {
        return tensor == null ? "missing" : tensor.type() + " " + Arrays.toString(tensor.shape());
    }

    @Override
    public synchronized void cancel() {
        if (runner != null) {
            cancelled = true;
            runner.interrupt();
        }
    }

    @Override
    public long[] outputShape(int tensor) {
        return outputs.get(tensor).shape();
    }

    @Override
    public ByteBuffer output(int tensor) {
        return outputs.get(tensor).bytes().order(ByteOrder.LITTLE_ENDIAN);
    }

    @Override
    public byte[][] outputStrings(int tensor) {
        return outputs.get(tensor).toBytes();
    }

    @Override
    public void close() {
        outputs = List.of();
    }
}
