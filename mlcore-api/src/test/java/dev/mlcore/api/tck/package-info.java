/** Contracts: what every implementation of api's interfaces must do. Extend one to check yours. */
@NullMarked
package dev.mlcore.api.tck;

import org.jspecify.annotations.NullMarked;
