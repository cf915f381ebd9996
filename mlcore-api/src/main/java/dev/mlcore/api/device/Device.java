package dev.mlcore.api.device;

import java.util.OptionalLong;

/** A thing that computes. Identified by its id everywhere; the ordinal a runtime uses is looked up at the moment of use. Made by mlcore alone. */
public interface Device {
    /**
     * What identifies it across processes and reboots.
     *
     * @return {@code cpu}, a GPU's UUID such as {@code GPU-5a3c…}, or {@code sim-0}
     */
    String id();

    /**
     * What kind of device it is.
     *
     * @return the kind
     */
    Kind kind();

    /**
     * The vendor's name for it.
     *
     * @return for example {@code NVIDIA H100 80GB HBM3}
     */
    String name();

    /**
     * Its memory.
     *
     * @return bytes; empty if not known
     */
    OptionalLong totalBytes();

    /** Kinds of device. */
    enum Kind {
        /** The machine's processors and memory; always there, never exclusive. */
        CPU,
        /** A whole GPU. */
        GPU,
        /** A slice of a GPU (NVIDIA multi-instance GPU). */
        MIG,
        /** A pretended GPU, for tests. */
        SIMULATED
    }
}
