/** Devices, and how a share of them is asked for. */
@NullMarked
package dev.mlcore.api.device;

import org.jspecify.annotations.NullMarked;
