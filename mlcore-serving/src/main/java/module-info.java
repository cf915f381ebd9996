/** In-process inference. */
@org.jspecify.annotations.NullMarked
module dev.mlcore.serving {
    exports dev.mlcore.serving;
    exports dev.mlcore.serving.backend;

    requires transitive dev.mlcore.api;
    requires static com.microsoft.onnxruntime;
    requires static org.jspecify;
}
