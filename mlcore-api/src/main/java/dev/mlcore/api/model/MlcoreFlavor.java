package dev.mlcore.api.model;

import dev.mlcore.api.IncompatibleException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Our own flavor, which stock readers ignore: a format number, the digest of each file, the features a reader must have, the packing, and over all that and
 * the rest of MLmodel one digest.
 *
 * @param files SHA-256 by path, every file of the package but MLmodel
 * @param requires features
 * @param inputPacks as of the signature
 * @param outputPacks as of the signature
 * @param digest as of {@link Mlmodel#digest}
 */
record MlcoreFlavor(
        Map<String, String> files,
        List<String> requires,
        List<ModelSignature.Pack> inputPacks,
        List<ModelSignature.Pack> outputPacks,
        String digest) {
    static final String NAME = "mlcore";
    static final String DIGEST = "digest";
    static final String PACKING = "packing";

    private static final long FORMAT = 1;
    /** A reader that does not know packing would feed columns in a wrong order. */
    private static final Set<String> FEATURES = Set.of(PACKING);

    private static final Pattern SHA_256 = Pattern.compile("[0-9a-f]{64}");

    MlcoreFlavor {
        files = Map.copyOf(files);
        requires = List.copyOf(requires);
    }

    /**
     * Reads the flavor.
     *
     * @throws IncompatibleException if the format is another, or a feature is required that is neither known nor in {@code waived}
     */
    static MlcoreFlavor read(Mlmodel model, Map<String, @Nullable Object> options, Set<String> waived) {
        // Format and features first: in another format everything else may look different.
        if (!(options.get("format") instanceof Long format)) {
            throw model.invalid("flavors.mlcore.format", options.get("format"), "a number");
        }
        if (format != FORMAT) {
            throw new IncompatibleException("Cannot open " + model.file() + ": its mlcore format is " + format
                    + " (expected: " + FORMAT + "). Use the version of mlcore that wrote it, or a newer one");
        }
        List<String> requires = options.containsKey("requires")
                ? model.texts("flavors.mlcore.requires", options.get("requires"))
                : List.of();
        for (String feature : requires) {
            if (!FEATURES.contains(feature) && !waived.contains(feature)) {
                throw new IncompatibleException("Cannot open " + model.file() + ": it requires the feature '" + feature
                        + "' (expected: only " + FEATURES + "). Use a version of mlcore that has it");
            }
        }
        Map<String, String> files = new TreeMap<>();
        model.map("flavors.mlcore.files", options.get("files")).forEach((path, hash) -> {
            model.path("a path in flavors.mlcore.files", path);
            if (path.equalsIgnoreCase(Mlmodel.NAME)
                    || !(hash instanceof String h && SHA_256.matcher(h).matches())) {
                throw model.invalid(
                        "flavors.mlcore.files." + path,
                        hash,
                        "a SHA-256 in lower-case hex, of a file other than MLmodel");
            }
            files.put(path, h);
        });
        Map<String, @Nullable Object> packing =
                options.get(PACKING) == null ? Map.of() : model.map("flavors.mlcore.packing", options.get(PACKING));
        return new MlcoreFlavor(
                files,
                requires,
                packs(model, "flavors.mlcore.packing.inputs", packing.get("inputs")),
                packs(model, "flavors.mlcore.packing.outputs", packing.get("outputs")),
                model.text("flavors.mlcore.digest", options.get(DIGEST)));
    }

    private static List<ModelSignature.Pack> packs(Mlmodel model, String key, @Nullable Object value) {
        List<ModelSignature.Pack> packs = new ArrayList<>();
        if (value != null) {
            if (!(value instanceof List<?> list)) {
                throw model.invalid(key, value, "a list");
            }
            for (Object item : list) {
                Map<String, @Nullable Object> pack = model.map(key, item);
                packs.add(new ModelSignature.Pack(
                        model.text(key + ".tensor", pack.get("tensor")),
                        model.texts(key + ".columns", pack.get("columns"))));
            }
        }
        return packs;
    }

    /** The options without the digest, which covers them. */
    static Map<String, @Nullable Object> options(
            Map<String, String> files,
            List<String> requires,
            List<ModelSignature.Pack> inputs,
            List<ModelSignature.Pack> outputs) {
        Map<String, @Nullable Object> options = new LinkedHashMap<>();
        options.put("format", FORMAT);
        options.put("files", files);
        List<String> all = new ArrayList<>(requires);
        if (!inputs.isEmpty() || !outputs.isEmpty()) {
            options.put(PACKING, Map.of("inputs", packs(inputs), "outputs", packs(outputs)));
            all.add(PACKING);
        }
        options.put("requires", all.stream().distinct().sorted().toList());
        return options;
    }

    private static List<Map<String, Object>> packs(List<ModelSignature.Pack> packs) {
        return packs.stream()
                .map(pack -> Map.<String, Object>of("tensor", pack.tensor(), "columns", pack.columns()))
                .toList();
    }
}
