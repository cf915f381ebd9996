package dev.mlcore.dag.internal;

import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.internal.records.RecordType;
import dev.mlcore.dag.Codec;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystems;
import java.nio.file.Path;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * How values between tasks are stored; {@link Codec} lists what can be. The form is JSON without white space, one text per value:
 *
 * <pre>{@code
 * {"v":1,"types":[{"name":"app.Row","parts":["id","tags"]},{"name":"app.Kind"}],"value":{"0":[{"long":"7"},[{"1":"NEW"}]]}}
 * }</pre>
 *
 * {@code null}, booleans, strings, ints, finite doubles (with a point or an exponent) and lists are JSON's own; anything else is an object of one field: the
 * number of a record's class with its parts, the number of an enum's class with the constant's name, or a tag ({@link Scalars}; {@code optional},
 * {@code set}, {@code map}, {@code sortedSet}, {@code sortedMap}; {@code codec} with a format's name and Base64). Arrays of primitives are big-endian
 * Base64, bit by bit. Elements of sets and entries of maps that are not sorted stand in the order of their texts, so that equal values have equal bytes
 * (but for a sorted collection, which Java finds equal to an unsorted one).
 * No class is made that is neither one of these, nor a record or enum that the application's loader knows ({@link StoredTypes}). Version 1 is read
 * for ever.
 *
 * <p>Thread-safe.
 */
public final class ValueCodec {
    /** Most characters of a stored value; what is larger travels as a file. */
    static final int MOST_BYTES = 64 << 20;

    /** Most containers within one another: far beyond what people nest, far below what a thread's stack holds. */
    static final int DEEPEST = 200;

    private static final ValueCodec LITERALS = new ValueCodec(List.of(), new StoredTypes(null));

    /** The classes of {@code List.of(…)} and {@code Stream.toList()}, which nobody can change. */
    private static final Set<Class<?>> IMMUTABLE_LISTS = Set.copyOf(List.of(
            List.of().getClass(),
            List.of(1).getClass(),
            Stream.of(1, 2, 3).toList().getClass()));

    private final Map<String, Codec<?>> byName = new LinkedHashMap<>();
    private final StoredTypes types;

    /** {@code loader} finds the application's records and enums by name. */
    public ValueCodec(Collection<? extends Codec<?>> codecs, ClassLoader loader) {
        this(codecs, new StoredTypes(loader));
    }

    private ValueCodec(Collection<? extends Codec<?>> codecs, StoredTypes types) {
        codecs.forEach(codec -> byName.put(codec.name(), codec));
        this.types = types;
    }

    /**
     * Stored form of a value.
     *
     * @throws UnsupportedException naming the path to the part that cannot be stored, its class, and what to do
     */
    public byte[] encode(@Nullable Object value) {
        return encode(value, List.of());
    }

    /**
     * Stored form of a value that must not point into folders that will go away.
     *
     * @param refused folders of the attempt; a {@link Path} in one of them, also through a link, is refused
     * @throws UnsupportedException naming the path to the part that cannot be stored, its class, and what to do
     */
    public byte[] encode(@Nullable Object value, Collection<Path> refused) {
        return ValueWriter.write(this, refused, value).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * The value again; a fresh copy each time. Lists, sets and maps are unmodifiable.
     *
     * @throws dev.mlcore.api.IncompatibleException if a record has a component that the stored value lacks, naming both; if a class, constant or codec is
     *     gone, or a class refuses its values
     * @throws dev.mlcore.api.InvalidFormatException if the bytes are not what {@link #encode} writes
     */
    public @Nullable Object decode(byte[] stored) {
        return ValueReader.read(this, stored);
    }

    /** Whether consumers may share the very object: nothing in it can change, and it looks as it would after decoding. */
    public boolean deeplyImmutable(@Nullable Object value) {
        return immutable(value, 0);
    }

    private boolean immutable(@Nullable Object value, int depth) {
        if (value == null || value instanceof String || value instanceof Boolean || value instanceof Integer) {
            return true;
        }
        if (depth > DEEPEST || codecFor(value) != null) {
            return false;
        }
        Scalars scalar = Scalars.of(value);
        if (scalar != null) {
            return scalar.immutable()
                    && (!(value instanceof Path path) || path.getFileSystem().equals(FileSystems.getDefault()));
        }
        if (value instanceof Record record) {
            return immutable(record, depth);
        }
        if (value instanceof Optional<?> optional) {
            return immutable(optional.orElse(null), depth + 1);
        }
        if (value instanceof List<?> list && IMMUTABLE_LISTS.contains(value.getClass())) {
            for (Object element : list) {
                if (!immutable(element, depth + 1)) {
                    return false;
                }
            }
            return true;
        }
        // Sets and maps are not: the order in which Set.of walks differs from the stored one.
        return value instanceof Enum
                || value instanceof OptionalInt
                || value instanceof OptionalLong
                || value instanceof OptionalDouble;
    }

    @SuppressWarnings("unchecked") // the shape is that of the record's class
    private <R extends Record> boolean immutable(R record, int depth) {
        RecordType<R> shape = RecordType.of((Class<R>) record.getClass());
        for (Object part : shape.values(record)) {
            if (!immutable(part, depth + 1)) {
                return false;
            }
        }
        return true;
    }

    /** Why a value of this declared type can never be stored, or null. */
    static @Nullable String problem(Class<?> type) {
        if (storable(type)) {
            return null;
        }
        return "its type " + type.getTypeName()
                + " cannot be stored (expected: a record, an enum, a sealed interface of records, a JDK value such as String, Integer, Path or Instant,"
                + " an array of primitives, or a List, Set, Map or Optional of these)";
    }

    private static boolean storable(Class<?> type) {
        if (type == String.class || type == Boolean.class || type == Integer.class || Scalars.ofType(type) != null) {
            return true;
        }
        if (type.isRecord() || type.isEnum()) {
            return true;
        }
        if (type.isSealed() && type.isInterface()) {
            return Stream.of(type.getPermittedSubclasses()).allMatch(ValueCodec::storable);
        }
        return type == Optional.class
                || type == OptionalInt.class
                || type == OptionalLong.class
                || type == OptionalDouble.class
                || type == Collection.class
                || (type != Object.class
                        && (type.isAssignableFrom(List.class)
                                || type.isAssignableFrom(NavigableSet.class)
                                || type.isAssignableFrom(NavigableMap.class)));
    }

    /** Stored form of a literal, the same for equal values. */
    static String canonical(@Nullable Object value) {
        return ValueWriter.write(LITERALS, List.of(), value);
    }

    StoredTypes types() {
        return types;
    }

    /** The registered codec for a value: one of exactly its class, else the first whose type it is an instance of. */
    @Nullable Codec<?> codecFor(Object value) {
        Codec<?> found = null;
        for (Codec<?> codec : byName.values()) {
            if (codec.type() == value.getClass()) {
                return codec;
            }
            if (found == null && codec.type().isInstance(value)) {
                found = codec;
            }
        }
        return found;
    }

    @Nullable Codec<?> codecNamed(String name) {
        return byName.get(name);
    }
}
