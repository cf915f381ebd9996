package dev.mlcore.dag.internal;

import static org.assertj.core.api.Assertions.assertThat;

import dev.mlcore.api.MlcoreException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.LinkedList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.TimeUnit;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.EdgeCasesMode;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

@SuppressWarnings("NullAway")
class ValueCodecProperties {
    sealed interface Tree permits Leaf, Fork {}

    record Leaf(Object value) implements Tree {}

    record Fork(String name, Optional<Object> left, List<Object> right, Map<Object, Object> more) implements Tree {}

    private final ValueCodec codec = new ValueCodec(List.of(), ValueCodecProperties.class.getClassLoader());

    /** A value that can be built more than once, differently where equality does not see it. */
    interface Recipe {
        Object build(boolean otherwise);
    }

    @Property(tries = 2000, edgeCases = EdgeCasesMode.NONE) // there are so many that nothing else would be tried
    void comesBackEqualAndEqualValuesHaveEqualBytes(@ForAll("recipes") Recipe recipe) {
        Object value = recipe.build(false);
        Object equal = recipe.build(true);
        assertThat(equal).isEqualTo(value);

        byte[] stored = codec.encode(value);

        assertThat(codec.decode(stored)).isEqualTo(equal);
        assertThat(new String(codec.encode(equal), StandardCharsets.UTF_8))
                .isEqualTo(new String(stored, StandardCharsets.UTF_8));
        assertThat(codec.encode(codec.decode(stored))).isEqualTo(stored);
    }

    @Property
    void keepsEveryDouble(@ForAll("doubleBits") long bits) {
        double value = Double.longBitsToDouble(bits);
        String text = Scalars.doubleText(value);
        assertThat(Double.valueOf(text)).isEqualTo(Double.valueOf(value));
        if (!Double.isNaN(value) && !Double.isInfinite(value)) {
            assertThat(new BigDecimal(text).stripTrailingZeros().precision()).isLessThanOrEqualTo(17);
            assertThat(text).matches("-?[0-9]+(\\.[0-9]+)?(E[+-]?[0-9]+)?").matches(".*[.E].*");
        }
    }

    @Property
    void keepsEveryFloat(@ForAll int bits) {
        float value = Float.intBitsToFloat(bits);
        String text = Scalars.floatText(value);
        assertThat(Float.valueOf(text)).isEqualTo(Float.valueOf(value));
    }

    @Property
    void keepsDecimalsAsPeopleWriteThem(
            @ForAll @IntRange(min = -999_999, max = 999_999) int unscaled, @ForAll @IntRange(max = 9) int scale) {
        double value = BigDecimal.valueOf(unscaled, scale).doubleValue();
        assertThat(new BigDecimal(Scalars.doubleText(value))).isEqualByComparingTo(BigDecimal.valueOf(unscaled, scale));
    }

    /** Any bytes that differ somewhere from stored ones are read as something or refused by one of mlcore's own exceptions. */
    @Property(tries = 5000, edgeCases = EdgeCasesMode.NONE)
    void refusesBrokenBytesInOrder(@ForAll("recipes") Recipe recipe, @ForAll("damages") List<int[]> damages) {
        byte[] stored = codec.encode(recipe.build(false));
        for (int[] damage : damages) {
            stored = damaged(stored, damage);
        }
        onlyMlcoreExceptionsFrom(stored);
    }

    /** Names of classes that would do harm, in the place of those that were stored. */
    @Property(edgeCases = EdgeCasesMode.NONE)
    void makesNoOtherClassWhateverItIsCalled(
            @ForAll("recipes") Recipe recipe, @ForAll("harmful") String name, @ForAll boolean enumLike) {
        String stored = new String(codec.encode(recipe.build(false)), StandardCharsets.UTF_8);
        String hostile = stored.replaceAll("\"name\":\"[^\"]*\"", "\"name\":\"" + name.replace("$", "\\$") + "\"");
        if (enumLike) {
            hostile = hostile.replaceAll(",\"parts\":\\[[^]]*\\]", "");
        }
        Object value = onlyMlcoreExceptionsFrom(hostile.getBytes(StandardCharsets.UTF_8));
        assertThat(value == null || allowed(value)).as(hostile).isTrue();
    }

    private Object onlyMlcoreExceptionsFrom(byte[] stored) {
        try {
            return codec.decode(stored);
        } catch (MlcoreException e) {
            assertThat(e.getMessage()).startsWith("Cannot read ");
            return null;
        }
    }

    /** The oracle's own list of what may come out. */
    private static boolean allowed(Object value) {
        if (value instanceof Record record) {
            return record.getClass().getEnclosingClass() == ValueCodecProperties.class
                    && (!(record instanceof Leaf leaf) || leaf.value() == null || allowed(leaf.value()));
        }
        if (value instanceof Iterable<?> all && !(value instanceof java.nio.file.Path)) {
            for (Object element : all) {
                if (element != null && !allowed(element)) {
                    return false;
                }
            }
            return true;
        }
        if (value instanceof Map<?, ?> map) {
            return allowed(map.keySet()) && allowed(map.values());
        }
        String name = value.getClass().getName();
        return value instanceof Enum
                || value.getClass().isArray()
                || Set.of("Optional", "UUID", "OptionalInt")
                        .contains(value.getClass().getSimpleName())
                || name.startsWith("java.lang.")
                || name.startsWith("java.math.")
                || name.startsWith("java.time.");
    }

    private static byte[] damaged(byte[] bytes, int[] damage) {
        int at = Math.floorMod(damage[1], bytes.length);
        return switch (damage[0]) {
            case 0 -> { // another byte
                byte[] other = bytes.clone();
                other[at] = (byte) damage[2];
                yield other;
            }
            case 1 -> java.util.Arrays.copyOf(bytes, at + 1); // cut
            case 2 -> { // a piece twice
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                int end = Math.min(text.length(), at + Math.floorMod(damage[2], 20));
                yield (text.substring(0, end) + text.substring(at)).getBytes(StandardCharsets.ISO_8859_1);
            }
            default -> { // a word of the format in its place
                String[] words = {
                    "\"0\":", "[", "]", "{\"long\":\"", "null", "\"set\":", "\"map\":", "\"zone\":", "}", "1", ","
                };
                String text = new String(bytes, StandardCharsets.ISO_8859_1);
                yield (text.substring(0, at) + words[Math.floorMod(damage[2], words.length)] + text.substring(at))
                        .getBytes(StandardCharsets.ISO_8859_1);
            }
        };
    }

    @Provide
    Arbitrary<List<int[]>> damages() {
        return Arbitraries.integers()
                .array(int[].class)
                .ofSize(3)
                .map(damage -> {
                    damage[0] = Math.floorMod(damage[0], 4);
                    return damage;
                })
                .list()
                .ofMinSize(1)
                .ofMaxSize(4);
    }

    @Provide
    Arbitrary<Long> doubleBits() {
        return Arbitraries.oneOf(Arbitraries.longs(), Arbitraries.doubles().map(Double::doubleToRawLongBits));
    }

    @Provide
    Arbitrary<String> harmful() {
        return Arbitraries.of(
                "java.util.ArrayList",
                "java.lang.ProcessBuilder",
                "java.lang.Class",
                "java.net.URL",
                "java.io.File",
                "javax.naming.InitialContext",
                "java.util.PriorityQueue",
                "sun.misc.Unsafe",
                "java.lang.Thread$State",
                "dev.mlcore.dag.internal.ValueCodec",
                "dev.mlcore.dag.internal.ValueCodecProperties",
                "[Ljava.lang.Object;");
    }

    @Provide
    Arbitrary<Recipe> recipes() {
        return Arbitraries.recursive(this::leaves, this::nested, 0, 3);
    }

    private Arbitrary<Recipe> leaves() {
        return Arbitraries.oneOf(List.of(
                same(Arbitraries.integers()),
                same(Arbitraries.longs()),
                same(Arbitraries.shorts()),
                same(Arbitraries.bytes()),
                same(Arbitraries.doubles()),
                same(Arbitraries.floats()),
                same(Arbitraries.of(Double.NaN, -0.0, 0.0, Double.POSITIVE_INFINITY, 5e-324, 1e23, Float.NaN, -0.0f)),
                same(Arbitraries.of(true, false)),
                same(Arbitraries.strings().ofMaxLength(8)),
                same(Arbitraries.chars().all()),
                same(Arbitraries.bigIntegers()),
                same(Arbitraries.bigDecimals()),
                same(Arbitraries.longs()
                        .between(-31557014167219200L, 31556889864403199L)
                        .map(Instant::ofEpochSecond)),
                same(Arbitraries.longs().map(Duration::ofNanos)),
                same(zoned()),
                same(Arbitraries.of(TimeUnit.class)),
                same(Arbitraries.longs().map(n -> new UUID(n, ~n)))));
    }

    private static Arbitrary<ZonedDateTime> zoned() {
        return Combinators.combine(
                        Arbitraries.longs().between(-3_000_000_000L, 4_000_000_000L),
                        Arbitraries.of("Europe/Paris", "America/New_York", "UTC", "+05:30", "Australia/Lord_Howe", "Z"))
                .as((second, zone) ->
                        LocalDateTime.ofEpochSecond(second, 0, ZoneOffset.UTC).atZone(ZoneId.of(zone)));
    }

    private Arbitrary<Recipe> nested(Arbitrary<Recipe> inner) {
        return Arbitraries.oneOf(List.of(
                inner.list().ofMaxSize(4).map(ValueCodecProperties::listOf),
                inner.list().ofMaxSize(4).map(ValueCodecProperties::setOf),
                inner.list().ofMaxSize(4).map(ValueCodecProperties::mapOf),
                inner.map(recipe -> otherwise -> Optional.of(recipe.build(otherwise))),
                inner.map(recipe -> otherwise -> new Leaf(recipe.build(otherwise))),
                Combinators.combine(
                                Arbitraries.strings().ofMaxLength(3).injectNull(0.2),
                                inner,
                                inner.list().ofMaxSize(3))
                        .as((name, one, all) -> otherwise -> new Fork(
                                name,
                                Optional.of(one.build(otherwise)),
                                ValueCodecProperties.<List<Object>>cast(
                                        listOf(all).build(otherwise)),
                                ValueCodecProperties.<Map<Object, Object>>cast(
                                        mapOf(all).build(otherwise)))),
                Arbitraries.strings().ofMaxLength(3).set().ofMaxSize(3).map(keys -> otherwise -> {
                    TreeMap<String, Integer> map = new TreeMap<>();
                    keys.forEach(key -> map.put(key, key.length()));
                    map.put("sorted", -1); // equals no unsorted map, whose bytes differ
                    return map;
                })));
    }

    private static Recipe listOf(List<Recipe> elements) {
        return otherwise -> {
            List<Object> list = otherwise ? new LinkedList<>() : new ArrayList<>();
            elements.forEach(element -> list.add(element.build(otherwise)));
            return list;
        };
    }

    private static Recipe setOf(List<Recipe> elements) {
        return otherwise -> {
            List<Recipe> order = new ArrayList<>(elements);
            if (otherwise) {
                Collections.reverse(order);
            }
            Set<Object> set = otherwise ? new LinkedHashSet<>() : new HashSet<>();
            order.forEach(element -> set.add(element.build(otherwise)));
            return set;
        };
    }

    private static Recipe mapOf(List<Recipe> elements) {
        return otherwise -> {
            Map<Object, Object> map = new LinkedHashMap<>();
            for (int i = 0; i < elements.size(); i++) {
                map.putIfAbsent(elements.get(i).build(otherwise), i);
            }
            if (!otherwise) {
                return map;
            }
            List<Map.Entry<Object, Object>> entries = new ArrayList<>(map.entrySet());
            Collections.reverse(entries);
            Map<Object, Object> turned = new LinkedHashMap<>();
            entries.forEach(entry -> turned.put(entry.getKey(), entry.getValue()));
            return elements.size() % 2 == 0 ? turned : new HashMap<>(turned);
        };
    }

    private static <T> Arbitrary<Recipe> same(Arbitrary<T> values) {
        return values.map(value -> otherwise -> value);
    }

    @SuppressWarnings("unchecked")
    private static <T> T cast(Object value) {
        return (T) value;
    }
}
