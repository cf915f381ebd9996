package dev.mlcore.api.internal.tracking;

import dev.mlcore.api.tracking.Run;
import dev.mlcore.api.tracking.RunCommand;

/** What every {@link Run} has in common: checks keys, flattens records, makes commands. Placeholder being written now. */
public abstract class RunFace implements Run {
    /** Takes a command made by this handle, in order; called by one thread at a time. */
    protected abstract void emit(RunCommand command);
}
