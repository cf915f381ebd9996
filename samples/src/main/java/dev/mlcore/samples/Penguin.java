package dev.mlcore.samples;

/**
 * What is measured of a penguin: one row of the model's input.
 *
 * @param billLengthMm length of the bill, millimetres
 * @param billDepthMm depth of the bill, millimetres
 * @param flipperLengthMm length of a flipper, millimetres
 * @param bodyMassG mass, grams
 */
public record Penguin(float billLengthMm, float billDepthMm, float flipperLengthMm, float bodyMassG) {}
