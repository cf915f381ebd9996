package dev.mlcore.dag.internal;

import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.internal.records.RecordType;
import dev.mlcore.dag.Codec;
import java.io.IOException;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import org.jspecify.annotations.Nullable;

/** Writes one value in the form that {@link ValueCodec} describes. Used once. */
final class ValueWriter {
    private final ValueCodec codec;
    private final Collection<Path> refused;
    private final StringBuilder out = new StringBuilder();
    private final Map<Class<?>, Integer> types = new LinkedHashMap<>();

    /** Where in the value we are: names of components and indices. */
    private final Deque<Object> where = new ArrayDeque<>();

    /** Containers we are in, outermost first. */
    private final List<Object> within = new ArrayList<>();

    /** Whether classes were met in an order that equal values need not share. */
    private boolean unordered;

    private ValueWriter(ValueCodec codec, Collection<Path> refused) {
        this.codec = codec;
        this.refused = refused;
    }

    static String write(ValueCodec codec, Collection<Path> refused, @Nullable Object value) {
        ValueWriter first = new ValueWriter(codec, refused);
        first.value(value);
        if (!first.unordered || first.types.size() < 2) {
            return first.document();
        }
        // Equal sets may be walked in different orders: number the classes by name and write once more.
        ValueWriter second = new ValueWriter(codec, refused);
        first.types.keySet().stream()
                .sorted(Comparator.comparing(Class::getName))
                .forEach(type -> second.types.put(type, second.types.size()));
        second.value(value);
        return second.document();
    }

    private String document() {
        StringBuilder all = new StringBuilder(out.length() + 100).append("{\"v\":1,");
        if (!types.isEmpty()) {
            all.append("\"types\":[");
            String comma = "";
            for (Class<?> type : types.keySet()) {
                all.append(comma).append("{\"name\":");
                JsonText.quote(all, type.getName());
                if (type.isRecord()) {
                    components(all, type);
                }
                all.append('}');
                comma = ",";
            }
            all.append("],");
        }
        return all.append("\"value\":").append(out).append('}').toString();
    }

    private static void components(StringBuilder all, Class<?> type) {
        all.append(",\"parts\":[");
        String comma = "";
        for (RecordType.Component component :
                RecordType.of(type.asSubclass(Record.class)).components()) {
            all.append(comma);
            JsonText.quote(all, component.name());
            comma = ",";
        }
        all.append(']');
    }

    private void value(@Nullable Object value) {
        if (value == null || value instanceof Boolean || value instanceof Integer) {
            out.append(value);
        } else if (value instanceof String text) {
            JsonText.quote(out, text);
        } else if (value instanceof Double number && !number.isNaN() && !number.isInfinite()) {
            out.append(Scalars.doubleText(number));
        } else {
            other(value);
        }
        if (out.length() > ValueCodec.MOST_BYTES) {
            throw refuse(
                    "is larger than " + (ValueCodec.MOST_BYTES >> 20) + " MiB as text",
                    "write it to a file and pass on the FileRef of ctx.store(file)",
                    null);
        }
    }

    private void other(Object value) {
        Codec<?> registered = codec.codecFor(value);
        Scalars scalar = Scalars.of(value);
        if (registered != null) {
            registered(registered, value);
        } else if (scalar != null) {
            scalar(scalar, value);
        } else if (value instanceof Enum<?> constant) {
            out.append("{\"").append(type(constant.getDeclaringClass())).append("\":");
            JsonText.quote(out, constant.name());
            out.append('}');
        } else {
            container(value);
        }
    }

    @SuppressWarnings("ReferenceEquality") // the very container, not an equal one
    private void container(Object value) {
        for (Object outer : within) {
            if (outer == value) {
                throw refuse("contains itself", "values between tasks are trees", null);
            }
        }
        if (within.size() == ValueCodec.DEEPEST) {
            throw refuse(
                    "is nested more than " + ValueCodec.DEEPEST + " deep",
                    "use a flatter value, a list for example",
                    null);
        }
        within.add(value);
        if (value instanceof Record record) {
            record(record);
        } else if (value instanceof List<?> list) {
            array(list);
        } else if (value instanceof Optional<?> optional) {
            tagged("optional", optional.map(List::of).orElse(List.of()));
        } else if (value instanceof OptionalInt optional) {
            tagged("optionalInt", optional.isPresent() ? List.of(optional.getAsInt()) : List.of());
        } else if (value instanceof OptionalLong optional) {
            tagged("optionalLong", optional.isPresent() ? List.of(optional.getAsLong()) : List.of());
        } else if (value instanceof OptionalDouble optional) {
            tagged("optionalDouble", optional.isPresent() ? List.of(optional.getAsDouble()) : List.of());
        } else if (value instanceof SortedSet<?> set) {
            naturallySorted(set.comparator());
            tagged("sortedSet", set);
        } else if (value instanceof Set<?> set) {
            unordered |= set.size() > 1;
            sorted("set", set.stream().map(element -> in("element", element)).toList());
        } else if (value instanceof SortedMap<?, ?> map) {
            naturallySorted(map.comparator());
            entries("sortedMap", map);
        } else if (value instanceof Map<?, ?> map) {
            unordered |= map.size() > 1;
            entries("map", map);
        } else {
            throw unknown(value);
        }
        within.remove(within.size() - 1);
    }

    private void record(Record record) {
        RecordType<?> shape;
        @Nullable Object[] values;
        try {
            shape = RecordType.of(record.getClass());
            values = valuesOf(shape, record);
        } catch (MlcoreException | IllegalArgumentException e) {
            throw refuse("cannot be read", String.valueOf(e.getMessage()), e);
        }
        out.append("{\"").append(type(record.getClass())).append("\":[");
        for (int i = 0; i < values.length; i++) {
            if (i > 0) {
                out.append(',');
            }
            RecordType.Component component = shape.components().get(i);
            where.addLast("." + component.name());
            comesBackAs(component, values[i]);
            value(values[i]);
            where.removeLast();
        }
        out.append("]}");
    }

    @SuppressWarnings("unchecked") // the shape is that of the record's class
    private static <R extends Record> @Nullable Object[] valuesOf(RecordType<R> shape, Record record) {
        return shape.values((R) record);
    }

    /** Refuses now what could not be put into the record again: a component declared as {@code ArrayList} gets a {@code List} back. */
    private void comesBackAs(RecordType.Component component, @Nullable Object value) {
        if (value == null || codec.codecFor(value) != null) {
            return;
        }
        Class<?> back = value instanceof List
                ? List.class
                : value instanceof SortedSet
                        ? NavigableSet.class
                        : value instanceof Set
                                ? Set.class
                                : value instanceof SortedMap
                                        ? NavigableMap.class
                                        : value instanceof Map ? Map.class : null;
        if (back != null && !component.type().isAssignableFrom(back)) {
            throw refuse(
                    "is declared as " + component.type().getName() + " and comes back as another "
                            + back.getSimpleName(),
                    "declare the component as " + back.getSimpleName(),
                    null);
        }
    }

    private void array(Collection<?> elements) {
        out.append('[');
        int index = 0;
        for (Iterator<?> all = elements.iterator(); all.hasNext(); index++) {
            if (index > 0) {
                out.append(',');
            }
            where.addLast(index);
            value(all.next());
            where.removeLast();
        }
        out.append(']');
    }

    private void tagged(String tag, Collection<?> elements) {
        out.append("{\"").append(tag).append("\":");
        array(elements);
        out.append('}');
    }

    private void entries(String tag, Map<?, ?> map) {
        List<String> entries = new ArrayList<>();
        map.forEach((key, value) -> entries.add("[" + in("key", key) + "," + in(nameOf(key), value) + "]"));
        if (tag.equals("map")) {
            sorted(tag, entries);
        } else {
            all(tag, entries);
        }
    }

    /** How the value of a key is called in a message. */
    private static String nameOf(@Nullable Object key) {
        return key instanceof String || key instanceof Number ? key.toString() : "value";
    }

    /** Writes a part by itself and takes it out again. */
    private String in(String part, @Nullable Object value) {
        where.addLast("[" + part + "]");
        int start = out.length();
        value(value);
        String text = out.substring(start);
        out.setLength(start);
        where.removeLast();
        return text;
    }

    private void sorted(String tag, List<String> texts) {
        all(tag, texts.stream().sorted().toList());
    }

    private void all(String tag, List<String> texts) {
        out.append("{\"")
                .append(tag)
                .append("\":[")
                .append(String.join(",", texts))
                .append("]}");
    }

    private void naturallySorted(@Nullable Comparator<?> comparator) {
        if (comparator != null && !comparator.equals(Comparator.naturalOrder())) {
            throw refuse("is sorted by a comparator, which cannot be stored", "use natural order, or a list", null);
        }
    }

    private void scalar(Scalars scalar, Object value) {
        if (value instanceof Path path) {
            check(path);
        } else if ((value instanceof BigInteger big && big.bitLength() > 3 * Scalars.MOST_DIGITS)
                || (value instanceof BigDecimal decimal && decimal.precision() > Scalars.MOST_DIGITS - 20)) {
            throw refuse("has too many digits", "keep it within about " + Scalars.MOST_DIGITS, null);
        } else if (value instanceof Locale locale && !locale.equals(Locale.forLanguageTag(locale.toLanguageTag()))) {
            throw refuse("is the locale " + locale + ", which has no language tag", "use a well-formed one", null);
        }
        out.append("{\"").append(scalar.tag()).append("\":");
        JsonText.quote(out, scalar.text().apply(value));
        out.append('}');
    }

    private void check(Path path) {
        if (!path.getFileSystem().equals(FileSystems.getDefault())) {
            throw refuse("is a path of another file system: " + path.toUri(), "copy it to the default one", null);
        }
        for (Path root : refused) {
            if (lies(path, root)) {
                throw refuse(
                        "is the path " + path + " in the attempt's own folder, which is gone when the attempt is",
                        "pass on the FileRef of ctx.store(file)",
                        null);
            }
        }
    }

    private static boolean lies(Path path, Path root) {
        if (path.toAbsolutePath().normalize().startsWith(root.toAbsolutePath().normalize())) {
            return true;
        }
        try {
            return path.toRealPath().startsWith(root.toRealPath()); // by another name, through a link
        } catch (IOException e) {
            return false; // it does not exist, so there is nothing to lose
        }
    }

    @SuppressWarnings("unchecked") // found by its type
    private void registered(Codec<?> registered, Object value) {
        byte[] bytes;
        try {
            bytes = ((Codec<Object>) registered).encode(value);
        } catch (RuntimeException e) {
            throw refuse("is refused by its codec '" + registered.name() + "': " + e, "see the cause", e);
        }
        out.append("{\"codec\":[");
        JsonText.quote(out, registered.name());
        out.append(",\"").append(Base64.getEncoder().encodeToString(bytes)).append("\"]}");
    }

    /** The class's number; refuses one that could not be found again. */
    private int type(Class<?> type) {
        Integer known = types.get(type);
        if (known == null) {
            String problem = codec.types().problem(type);
            if (problem != null) {
                throw refuse(problem, "use a named class that the application's class loader knows", null);
            }
            known = types.size();
            types.put(type, known);
        }
        return known;
    }

    private UnsupportedException unknown(Object value) {
        String remedy = value instanceof Collection<?>
                ? "copy it to a list: new ArrayList<>(…)"
                : value.getClass().isArray()
                        ? "use a List, or an array of primitives"
                        : "make it a record, pass on a FileRef of ctx.store(file), or register a Codec for it in the DagApp";
        return refuse("is a " + value.getClass().getTypeName() + ", which mlcore cannot store", remedy, null);
    }

    private UnsupportedException refuse(String what, String remedy, @Nullable Throwable cause) {
        StringBuilder path = new StringBuilder("value");
        where.forEach(part -> path.append(part instanceof Integer index ? "[" + index + "]" : part));
        return new UnsupportedException(
                "Cannot store the value: " + path + " " + what + " (expected: " + remedy + ")", cause);
    }
}
