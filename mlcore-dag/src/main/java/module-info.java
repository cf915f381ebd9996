/** Typed, durable workflows. */
@org.jspecify.annotations.NullMarked
module dev.mlcore.dag {
    exports dev.mlcore.dag;

    requires transitive dev.mlcore.api;
    requires com.fasterxml.jackson.core;
    requires com.google.common;
    requires org.xerial.sqlitejdbc;
    requires static org.jspecify;
}
