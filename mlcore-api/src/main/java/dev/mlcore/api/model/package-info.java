/** Model packages (the MLflow Models directory), their signatures and their URIs. */
@NullMarked
package dev.mlcore.api.model;

import org.jspecify.annotations.NullMarked;
