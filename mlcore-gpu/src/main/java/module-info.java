/** GPU inventory and leases. */
@org.jspecify.annotations.NullMarked
module dev.mlcore.gpu {
    exports dev.mlcore.gpu;

    requires transitive dev.mlcore.api;
    requires com.google.common;
    requires static org.jspecify;
}
