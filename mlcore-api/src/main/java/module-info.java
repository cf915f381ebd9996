/** The vocabulary of mlcore: what its engines share and how they meet. */
@org.jspecify.annotations.NullMarked
module dev.mlcore.api {
    exports dev.mlcore.api;
    exports dev.mlcore.api.artifact;
    exports dev.mlcore.api.data;
    exports dev.mlcore.api.device;
    exports dev.mlcore.api.model;
    exports dev.mlcore.api.tracking;
    exports dev.mlcore.api.internal to
            dev.mlcore.dag,
            dev.mlcore.gpu,
            dev.mlcore.serving,
            dev.mlcore.serving.server,
            dev.mlcore.tracking;
    exports dev.mlcore.api.internal.jdbc to
            dev.mlcore.dag,
            dev.mlcore.tracking;
    exports dev.mlcore.api.internal.records to
            dev.mlcore.dag,
            dev.mlcore.serving,
            dev.mlcore.tracking;
    exports dev.mlcore.api.internal.tracking to
            dev.mlcore.dag,
            dev.mlcore.tracking;

    requires transitive java.sql;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.fasterxml.jackson.dataformat.yaml;
    requires com.google.common;
    requires static org.jspecify;
}
