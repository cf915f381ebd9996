package dev.mlcore.samples;

import dev.mlcore.api.InvalidInputException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Penguins whose four measurements are known, each with its species. A legal value between tasks; immutable.
 *
 * @param penguins in the file's order
 * @param species of the penguin at the same place: a component of {@link Species}
 */
public record Rows(List<Penguin> penguins, List<String> species) {
    /** The species there are, as the components of {@link Species} name them. */
    static final List<String> SPECIES = List.of("adelie", "chinstrap", "gentoo");

    private static final String MISSING = "NA";
    private static final Pattern NUMBER = Pattern.compile("[+-]?(\\d+(\\.\\d*)?|\\.\\d+)([eE][+-]?\\d+)?");

    /** Checks the sizes and copies the lists. */
    public Rows {
        penguins = List.copyOf(penguins);
        species = List.copyOf(species);
        if (penguins.size() != species.size()) {
            throw new IllegalArgumentException(
                    "species: " + species.size() + " entries (expected: " + penguins.size() + ", one per penguin)");
        }
    }

    /**
     * Reads the data set of this folder, or one of the same columns. Rows that lack a measurement ({@code NA}) are left out.
     *
     * @param csv with the columns species, bill_length_mm, bill_depth_mm, flipper_length_mm, body_mass_g, and any others
     * @return the rows
     * @throws dev.mlcore.api.MlcoreException as {@link Csv#read} does
     * @throws InvalidInputException if a column is not there, or a value is no number above zero or no known species
     */
    public static Rows read(Path csv) {
        Csv file = Csv.read(csv);
        int kind = file.column("species");
        int[] measured = {
            file.column("bill_length_mm"),
            file.column("bill_depth_mm"),
            file.column("flipper_length_mm"),
            file.column("body_mass_g")
        };
        List<Penguin> penguins = new ArrayList<>();
        List<String> species = new ArrayList<>();
        for (Csv.Row row : file.rows()) {
            String name = speciesOf(file, row, kind);
            float[] m = new float[measured.length];
            boolean whole = true;
            for (int i = 0; i < m.length; i++) {
                whole &= !row.cells().get(measured[i]).equals(MISSING);
                m[i] = number(file, row, measured[i]);
            }
            if (whole) {
                penguins.add(new Penguin(m[0], m[1], m[2], m[3]));
                species.add(name);
            }
        }
        for (String name : SPECIES) {
            if (!species.contains(name)) {
                throw new InvalidInputException(csv + ": no usable row of species " + name + " among " + penguins.size()
                        + " (expected: rows of all three species with all four measurements)");
            }
        }
        return new Rows(penguins, species);
    }

    private static String speciesOf(Csv file, Csv.Row row, int column) {
        String value = row.cells().get(column).toLowerCase(Locale.ROOT);
        if (!SPECIES.contains(value)) {
            throw file.refuse(row, column, "one of Adelie, Chinstrap, Gentoo");
        }
        return value;
    }

    private static float number(Csv file, Csv.Row row, int column) {
        String value = row.cells().get(column);
        if (value.equals(MISSING)) {
            return 0;
        }
        float number = NUMBER.matcher(value).matches() ? Float.parseFloat(value) : 0;
        if (!(number > 0 && number < Float.POSITIVE_INFINITY)) {
            throw file.refuse(row, column, "a number above 0, or NA");
        }
        return number;
    }

    /**
     * Divides the rows by chance, each species in the same proportion; the same seed divides them alike everywhere.
     *
     * @param share of the rows that go to the first part, between 0 and 1; each part gets at least one row of a species that has two
     * @param seed of the draw
     * @return both parts, each in this one's order
     */
    public Split split(double share, long seed) {
        if (!(share > 0 && share < 1)) {
            throw new IllegalArgumentException("share: " + share + " (expected: between 0 and 1)");
        }
        Map<String, List<Integer>> bySpecies = new TreeMap<>();
        for (int i = 0; i < species.size(); i++) {
            bySpecies.computeIfAbsent(species.get(i), name -> new ArrayList<>()).add(i);
        }
        Random random = new Random(seed);
        List<Integer> first = new ArrayList<>();
        List<Integer> second = new ArrayList<>();
        for (List<Integer> places : bySpecies.values()) {
            Collections.shuffle(places, random);
            int cut = (int) Math.round(share * places.size());
            cut = Math.max(1, Math.min(cut, Math.max(1, places.size() - 1)));
            first.addAll(places.subList(0, cut));
            second.addAll(places.subList(cut, places.size()));
        }
        return new Split(at(first), at(second));
    }

    private Rows at(List<Integer> places) {
        List<Integer> sorted = places.stream().sorted().toList();
        return new Rows(
                sorted.stream().map(penguins::get).toList(),
                sorted.stream().map(species::get).toList());
    }

    /**
     * How many there are.
     *
     * @return 0 or more
     */
    public int size() {
        return penguins.size();
    }

    /**
     * Trains a classifier on these rows.
     *
     * @param learningRate of AdaGrad, above 0
     * @return the trained model
     */
    public Fitted fit(double learningRate) {
        return Fitted.on(this, learningRate);
    }

    /**
     * The share of these rows to which a model gives the highest probability to the right species.
     *
     * @param model asked directly, not through its ONNX form
     * @return 0 to 1
     */
    public double accuracy(Fitted model) {
        int right = 0;
        for (int i = 0; i < size(); i++) {
            if (model.predict(penguins.get(i)).likeliest().equals(species.get(i))) {
                right++;
            }
        }
        return (double) right / size();
    }

    /**
     * Rows to learn from and rows to judge by.
     *
     * @param train to learn from
     * @param test to judge by
     */
    public record Split(Rows train, Rows test) {}
}
