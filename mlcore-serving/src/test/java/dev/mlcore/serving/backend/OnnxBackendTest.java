package dev.mlcore.serving.backend;

import dev.mlcore.api.model.ModelUri;
import dev.mlcore.api.tracking.ResolvedModel;
import dev.mlcore.serving.OnnxFile;
import dev.mlcore.serving.onnx.OnnxBackend;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.io.TempDir;

class OnnxBackendTest extends BackendContract {
    @TempDir
    Path folder;

    @Override
    Backend backend() {
        return new OnnxBackend();
    }

    private ModelSource source(String name, byte[] model) {
        try {
            Path file = Files.write(folder.resolve(name), model);
            return new ModelSource(
                    ModelUri.of(file),
                    Optional.of(new ResolvedModel(
                            file, Optional.empty(), Optional.empty(), OptionalInt.empty(), Optional.empty())));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    ModelSource add() {
        return source("add.onnx", OnnxFile.add());
    }

    @Override
    ModelSource words() {
        return source("words.onnx", OnnxFile.identity(dev.mlcore.api.data.DataType.STRING, "n"));
    }

    @Override
    ModelSource table() {
        return source("table.onnx", OnnxFile.table());
    }
}
