package dev.mlcore.samples.bench;

import java.util.Arrays;
import java.util.Locale;
import java.util.OptionalDouble;

/**
 * One line of a benchmark's table.
 *
 * @param name what was measured
 * @param unit of both figures
 * @param ours the median
 * @param peer the median; empty if there is no peer, or it could not be run
 * @param note who the peer is, or why there is none
 */
record Figure(String name, String unit, double ours, OptionalDouble peer, String note) {
    /** A measurement that can be made again and again. */
    @FunctionalInterface
    interface Round {
        /**
         * Measures once.
         *
         * @return in the figure's unit
         */
        double measure() throws Exception;
    }

    /** Ours and the peer in turn, after one round of each that does not count; the medians of the rest. */
    static Figure alternating(String name, String unit, int rounds, Round ours, Round peer, String note)
            throws Exception {
        double[] a = new double[rounds];
        double[] b = new double[rounds];
        ours.measure();
        peer.measure();
        for (int i = 0; i < rounds; i++) {
            a[i] = ours.measure();
            b[i] = peer.measure();
        }
        return new Figure(name, unit, median(a), OptionalDouble.of(median(b)), note);
    }

    /** Ours alone. */
    static Figure alone(String name, String unit, int rounds, Round ours, String note) throws Exception {
        double[] a = new double[rounds];
        ours.measure();
        for (int i = 0; i < rounds; i++) {
            a[i] = ours.measure();
        }
        return new Figure(name, unit, median(a), OptionalDouble.empty(), note);
    }

    OptionalDouble ratio() {
        return peer.isPresent() ? OptionalDouble.of(ours / peer.getAsDouble()) : OptionalDouble.empty();
    }

    String line() {
        return String.format(
                Locale.ROOT,
                "%-44s %14.2f %14s %9s  %-8s %s",
                name,
                ours,
                peer.isPresent() ? String.format(Locale.ROOT, "%.2f", peer.getAsDouble()) : "-",
                ratio().isPresent() ? String.format(Locale.ROOT, "%.3f", ratio().getAsDouble()) : "-",
                unit,
                note);
    }

    private static double median(double[] values) {
        double[] sorted = values.clone();
        Arrays.sort(sorted);
        int half = sorted.length / 2;
        return sorted.length % 2 == 1 ? sorted[half] : (sorted[half - 1] + sorted[half]) / 2;
    }
}
