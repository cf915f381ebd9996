module consumer {
    requires dev.mlcore.dag;
    requires dev.mlcore.gpu;
    requires dev.mlcore.serving.server;
    requires dev.mlcore.tracking;
    requires java.net.http;

    // All reflection on an application's records is in one module.
    opens consumer to
            dev.mlcore.api;
}
