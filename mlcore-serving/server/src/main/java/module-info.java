/** Open Inference Protocol server. */
@org.jspecify.annotations.NullMarked
module dev.mlcore.serving.server {
    exports dev.mlcore.serving.server;

    requires transitive dev.mlcore.http;
    requires transitive dev.mlcore.serving;
    requires com.fasterxml.jackson.core;
    requires static org.jspecify;
}
