/** Experiment tracking and model registry on MLflow's schema. */
@org.jspecify.annotations.NullMarked
module dev.mlcore.tracking {
    exports dev.mlcore.tracking;

    requires transitive dev.mlcore.api;
    requires com.fasterxml.jackson.core;
    requires com.fasterxml.jackson.databind;
    requires com.google.common;
    requires org.xerial.sqlitejdbc;
    requires static org.jspecify;
}
