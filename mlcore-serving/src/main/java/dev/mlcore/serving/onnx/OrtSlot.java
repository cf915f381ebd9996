package dev.mlcore.serving.onnx;

import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtException.OrtErrorCode;
import ai.onnxruntime.OrtLoggingLevel;
import ai.onnxruntime.OrtSession;
import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.ModelFailedException;
import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.TensorSpec;
import dev.mlcore.serving.backend.Slot;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.List;

/**
 * Direct memory for a run's inputs, and for each of the last few combinations of input shapes the tensors over it. Making tensors and copying ONNX Runtime's
 * own outputs costs more than a small model; so both are made once and used again.
 */
final class OrtSlot implements Slot {
    private static final int KEPT_SHAPES = 8;

    private final OrtModel model;
    private final ByteBuffer[] slabs;
    private final byte[][][] strings;
    private final List<PreparedRun> prepared = new ArrayList<>(); // the last used first
    private final OrtSession.RunOptions options;
    private PreparedRun last;
    private volatile boolean running;
    private boolean closed; // guarded by this
    private boolean cancelled; // guarded by this

    OrtSlot(OrtModel model, long[] inputElements) throws OrtException {
        this.model = model;
        int count = model.inputs().size();
        slabs = new ByteBuffer[count];
        strings = new byte[count][][];
        for (int i = 0; i < count; i++) {
            TensorSpec spec = model.inputs().get(i);
            int elements = Math.toIntExact(inputElements[i]);
            boolean text = spec.type() == DataType.STRING;
            slabs[i] = slab(text ? 0 : Math.multiplyExact(elements, spec.type().sizeBytes()));
            strings[i] = new byte[text ? elements : 0][];
        }
        options = new OrtSession.RunOptions();
        options.setLogLevel(OrtLoggingLevel.ORT_LOGGING_LEVEL_FATAL); // failures are thrown, not printed
        last = PreparedRun.NONE;
        OrtRuntime.add(this);
    }

    /** 64-byte aligned, as ONNX Runtime's own memory is. */
    static ByteBuffer slab(int bytes) {
        ByteBuffer aligned =
                ByteBuffer.allocateDirect(Math.addExact(bytes, 128)).alignedSlice(64);
        return aligned.slice(0, bytes).order(ByteOrder.nativeOrder());
    }

    @Override
    public ByteBuffer input(int tensor) {
        return slabs[tensor];
    }

    @Override
    public byte[][] inputStrings(int tensor) {
        return strings[tensor];
    }

    boolean running() {
        return running;
    }

    @Override
    public void run(long[][] inputShapes) {
        running = true; // before the look at exiting: see OrtRuntime
        try {
            if (OrtRuntime.exiting()) {
                throw OrtRuntime.ending(model.name());
            }
            last = prepare(inputShapes);
            last.run(model, strings, options);
        } catch (OrtException e) {
            throw failure(e);
        } finally {
            running = false;
        }
    }

    private PreparedRun prepare(long[][] shapes) throws OrtException {
        for (int i = 0; i < prepared.size(); i++) {
            PreparedRun candidate = prepared.get(i);
            if (candidate.fits(shapes)) {
                if (i > 0) {
                    prepared.remove(i);
                    prepared.add(0, candidate);
                }
                return candidate;
            }
        }
        PreparedRun made = PreparedRun.of(model, slabs, shapes);
        prepared.add(0, made);
        if (prepared.size() > KEPT_SHAPES) {
            prepared.remove(KEPT_SHAPES).close();
        }
        return made;
    }

    private RuntimeException failure(OrtException e) {
        String text = "Cannot run model " + model.name() + ": " + e.getMessage();
        synchronized (this) {
            if (cancelled) {
                return new OperationCancelledException(
                        "Cannot finish a run of model " + model.name()
                                + ": it was stopped because the model is closed or the process ends",
                        e);
            }
        }
        if (e.getCode() == OrtErrorCode.ORT_INVALID_ARGUMENT) {
            return new InvalidInputException(text, e);
        }
        return new ModelFailedException(text, e);
    }

    @Override
    public synchronized void cancel() {
        if (closed || !running) {
            return;
        }
        cancelled = true;
        try {
            options.setTerminate(true);
        } catch (OrtException e) {
            throw new ModelFailedException("Cannot stop a run of model " + model.name() + ": " + e.getMessage(), e);
        }
    }

    @Override
    public long[] outputShape(int tensor) {
        return last.outputShape(tensor);
    }

    @Override
    public ByteBuffer output(int tensor) {
        return last.output(tensor);
    }

    @Override
    public byte[][] outputStrings(int tensor) {
        return last.outputStrings(tensor);
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        OrtRuntime.remove(this);
        if (!OrtRuntime.begin()) {
            return; // the process is ending and frees it
        }
        try {
            prepared.forEach(PreparedRun::close);
            options.close();
        } finally {
            OrtRuntime.end();
        }
    }

    static void closeAll(OnnxTensor[] tensors) {
        for (OnnxTensor tensor : tensors) {
            if (tensor != null) {
                tensor.close();
            }
        }
    }
}
