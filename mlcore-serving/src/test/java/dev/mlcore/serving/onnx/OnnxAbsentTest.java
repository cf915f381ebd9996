package dev.mlcore.serving.onnx;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.device.Device;
import dev.mlcore.api.device.DeviceLease;
import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.ResolvedModel;
import dev.mlcore.serving.OnnxFile;
import dev.mlcore.serving.backend.LoadContext;
import dev.mlcore.serving.backend.ModelSource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What cannot run a model here says what to add. */
class OnnxAbsentTest {
    @TempDir
    Path folder;

    private ModelSource source() throws Exception {
        Path file = Files.write(folder.resolve("x.onnx"), OnnxFile.slow());
        return new ModelSource(
                ModelUri.of(file),
                Optional.of(new ResolvedModel(
                        file, Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty())));
    }

    @Test
    void withoutOnnxRuntimeTheCoordinatesAreNamed() throws Exception {
        ModelSource source = source();
        OnnxBackend backend = new OnnxBackend("ai.onnxruntime.NotThere");

        assertThatThrownBy(() -> backend.load(source, new LoadContext(1, Optional.empty())))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("com.microsoft.onnxruntime:onnxruntime")
                .hasMessageContaining("--add-modules com.microsoft.onnxruntime")
                .hasMessageContaining("x.onnx");
        assertThat(backend.load(
                        new ModelSource(ModelUri.of("java:f"), Optional.empty()), new LoadContext(1, Optional.empty())))
                .isEmpty();
    }

    @Test
    void aGpuIsRefusedNotIgnored() throws Exception {
        ModelSource source = source();
        DeviceLease lease = new OneGpu();

        assertThatThrownBy(() -> new OnnxBackend().load(source, new LoadContext(1, Optional.of(lease))))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("GPU-1");
    }

    private static final class OneGpu implements DeviceLease, Device {
        @Override
        public List<Device> devices() {
            return List.of(this);
        }

        @Override
        public OptionalInt ordinal(Device device) {
            return OptionalInt.of(0);
        }

        @Override
        public Map<String, String> environment() {
            return Map.of();
        }

        @Override
        public void close() {}

        @Override
        public String id() {
            return "GPU-1";
        }

        @Override
        public Kind kind() {
            return Kind.GPU;
        }

        @Override
        public String name() {
            return "Pretended";
        }

        @Override
        public OptionalLong totalBytes() {
            return OptionalLong.empty();
        }
    }
}
