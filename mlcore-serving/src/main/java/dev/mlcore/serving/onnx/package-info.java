/** ONNX Runtime as a backend; the only package that knows its types. Not exported. */
@NullMarked
package dev.mlcore.serving.onnx;

import org.jspecify.annotations.NullMarked;
