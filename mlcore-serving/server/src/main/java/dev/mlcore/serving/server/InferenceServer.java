package dev.mlcore.serving.server;

import java.net.URI;

public interface InferenceServer extends AutoCloseable {
    static Builder builder(dev.mlcore.serving.InferenceEngine engine) {
        throw new UnsupportedOperationException();
    }

    URI uri();

    void await();

    @Override
    void close();

    interface Builder {
        Builder httpPort(int port);

        InferenceServer start();
    }
}
