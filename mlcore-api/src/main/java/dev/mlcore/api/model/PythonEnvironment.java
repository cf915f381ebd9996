package dev.mlcore.api.model;

import java.util.List;
import java.util.Map;

/**
 * What a Python needs to load the package, as stock MLflow writes it. The versions are those that packages are tried with; each is published, so that
 * {@code pip install -r requirements.txt} works.
 */
final class PythonEnvironment {
    static final String MLFLOW = "3.17.2";
    static final String ONNX = "1.23.2";
    static final String PYTHON = "3.11.7";

    private static final List<String> REQUIREMENTS =
            List.of("mlflow==" + MLFLOW, "numpy==2.4.6", "onnx==" + ONNX, "onnxruntime==1.32.0", "pandas==3.1.1");

    private PythonEnvironment() {}

    /** The three files by name. */
    static Map<String, String> files() {
        return Map.of(
                "requirements.txt", String.join("\n", REQUIREMENTS) + "\n",
                "conda.yaml",
                        Yaml.write(Map.of(
                                "channels", List.of("conda-forge"),
                                "dependencies", List.of("python=" + PYTHON, "pip<=25.3", Map.of("pip", REQUIREMENTS)),
                                "name", "mlflow-env")),
                "python_env.yaml",
                        Yaml.write(Map.of(
                                "python", PYTHON,
                                "build_dependencies", List.of("pip==25.3", "setuptools==80.9.0", "wheel==0.45.1"),
                                "dependencies", List.of("-r requirements.txt"))));
    }
}
