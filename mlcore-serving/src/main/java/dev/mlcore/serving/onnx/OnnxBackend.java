package dev.mlcore.serving.onnx;

import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.device.Device;
import dev.mlcore.api.model.ModelPackage;
import dev.mlcore.api.tracking.ResolvedModel;
import dev.mlcore.serving.backend.Backend;
import dev.mlcore.serving.backend.LoadContext;
import dev.mlcore.serving.backend.LoadedModel;
import dev.mlcore.serving.backend.ModelSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * Loads packages with an {@code onnx} flavor and plain {@code .onnx} files. ONNX Runtime is an optional dependency: this class names none of its types, so that
 * an application without it finds out by a sentence instead of a linkage error.
 */
public final class OnnxBackend implements Backend {
    private final String probe;

    /** A backend over the ONNX Runtime of the class or module path. */
    public OnnxBackend() {
        this("ai.onnxruntime.OrtEnvironment");
    }

    /** The same with another class to look for; tests name one that is not there. */
    OnnxBackend(String probe) {
        this.probe = probe;
    }

    @Override
    public Optional<LoadedModel> load(ModelSource source, LoadContext context) {
        Optional<Path> file = source.resolved().flatMap(OnnxBackend::file);
        if (file.isEmpty()) {
            return Optional.empty();
        }
        String model = source.uri().value();
        checkPresent(model);
        context.lease().ifPresent(lease -> lease.devices().forEach(device -> checkDevice(model, device)));
        return Optional.of(OrtModel.load(model, file.get(), context.threadsPerInstance()));
    }

    private static Optional<Path> file(ResolvedModel resolved) {
        if (resolved.model().isPresent()) {
            return resolved.model().flatMap(ModelPackage::onnx);
        }
        Path file = resolved.location();
        Path name = file.getFileName();
        return name != null && name.toString().endsWith(".onnx") && Files.isRegularFile(file)
                ? Optional.of(file)
                : Optional.empty();
    }

    private void checkPresent(String model) {
        try {
            Class.forName(probe, false, OnnxBackend.class.getClassLoader());
        } catch (ClassNotFoundException e) {
            throw new UnsupportedException(
                    "Cannot serve " + model
                            + ": it is an ONNX model and ONNX Runtime is not there. Add the Maven dependency "
                            + "com.microsoft.onnxruntime:onnxruntime:1.29.0; on the module path also --add-modules com.microsoft.onnxruntime",
                    e);
        }
    }

    private static void checkDevice(String model, Device device) {
        if (device.kind() == Device.Kind.GPU || device.kind() == Device.Kind.MIG) {
            throw new UnsupportedException(
                    "Cannot serve " + model + " on " + device.name() + " (" + device.id()
                            + "): ONNX models run on the CPU only in this version (expected: no device, or DeviceRequest.ofCpu())");
        }
    }
}
