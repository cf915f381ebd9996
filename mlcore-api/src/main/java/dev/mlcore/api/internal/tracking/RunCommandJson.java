package dev.mlcore.api.internal.tracking;

import dev.mlcore.api.tracking.RunCommand;

/** The versioned stored form of commands. Placeholder being written now. */
public final class RunCommandJson {
    private RunCommandJson() {}

    /** One line of JSON with a version in it. */
    public static String encode(RunCommand command) {
        throw new UnsupportedOperationException();
    }

    /** Reads every version ever written. */
    public static RunCommand decode(String json) {
        throw new UnsupportedOperationException();
    }
}
