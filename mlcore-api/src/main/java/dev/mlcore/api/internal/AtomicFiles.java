package dev.mlcore.api.internal;

/** Placeholder that the data work replaces: temp file + fsync + atomic move for files and directories. */
public final class AtomicFiles {
    private AtomicFiles() {}
}
