package dev.mlcore.dag;

import dev.mlcore.api.device.DeviceRequest;
import java.time.Duration;

/** What any task can be given; each returns the handle itself. */
public interface TaskOptions<S> {
    S after(Out<?>... upstream);               // order without data
    S trigger(TriggerRule rule);
    S retries(int times);
    S device(DeviceRequest request);
}
