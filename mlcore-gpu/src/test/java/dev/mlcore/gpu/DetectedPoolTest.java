package dev.mlcore.gpu;

import dev.mlcore.api.device.DevicePool;
import dev.mlcore.api.tck.DevicePoolContract;

/** On whatever machine the tests run. */
class DetectedPoolTest extends DevicePoolContract {
    @Override
    protected DevicePool newPool() {
        return Gpus.detect().pool();
    }
}
