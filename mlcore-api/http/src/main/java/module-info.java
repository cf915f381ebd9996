/** An embeddable HTTP host. */
@org.jspecify.annotations.NullMarked
module dev.mlcore.http {
    exports dev.mlcore.http;

    requires transitive dev.mlcore.api;
    requires org.eclipse.jetty.http;
    requires org.eclipse.jetty.io;
    requires org.eclipse.jetty.server;
    requires org.eclipse.jetty.util;
    requires static org.jspecify;
}
