package dev.mlcore.serving;

import dev.mlcore.api.device.DeviceRequest;

/** Placeholder while the engine is written. */
final class Options implements ServeOptions {
    @Override
    public ServeOptions name(String servedName) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServeOptions instances(int count) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServeOptions threadsPerInstance(int threads) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServeOptions device(DeviceRequest request) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServeOptions fits(Class<? extends Record> input, Class<? extends Record> output) {
        throw new UnsupportedOperationException();
    }

    @Override
    public ServeOptions pinVersion() {
        throw new UnsupportedOperationException();
    }
}
