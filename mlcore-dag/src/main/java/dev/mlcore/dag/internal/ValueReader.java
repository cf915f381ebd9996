package dev.mlcore.dag.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.json.JsonReadFeature;
import com.google.common.primitives.Primitives;
import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.InvalidFormatException;
import dev.mlcore.api.MlcoreException;
import dev.mlcore.api.internal.records.RecordType;
import dev.mlcore.dag.Codec;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Reads one value in the form that {@link ValueCodec} describes. Used once. */
final class ValueReader {
    private static final JsonFactory JSON = JsonFactory.builder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxNestingDepth(4 * ValueCodec.DEEPEST)
                    .maxStringLength(ValueCodec.MOST_BYTES)
                    .build())
            .disable(JsonFactory.Feature.INTERN_FIELD_NAMES) // names come from outside
            .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
            .disable(JsonReadFeature.ALLOW_NON_NUMERIC_NUMBERS)
            .build();

    private final ValueCodec codec;
    private final JsonParser in;
    private final List<Stored> types = new ArrayList<>();
    private int depth;

    /** A class as the bytes name it; looked up when a value of it is made, since a dropped component's class may be gone. */
    private static final class Stored {
        final String name;
        final @Nullable List<String> parts;

        @Nullable Fit fit;

        Stored(String name, @Nullable List<String> parts) {
            this.name = name;
            this.parts = parts;
        }
    }

    /** How stored parts become a record. */
    private static final class Fit {
        final RecordType<?> type;

        /** Per stored part the component it goes to, or -1. */
        final int[] target;

        /** What the components that nothing is stored for get. */
        final @Nullable Object[] defaults;

        Fit(RecordType<?> type, int[] target, @Nullable Object[] defaults) {
            this.type = type;
            this.target = target;
            this.defaults = defaults;
        }
    }

    private ValueReader(ValueCodec codec, JsonParser in) {
        this.codec = codec;
        this.in = in;
    }

    static @Nullable Object read(ValueCodec codec, byte[] stored) {
        try (JsonParser in = JSON.createParser(stored)) {
            return new ValueReader(codec, in).document();
        } catch (IOException e) {
            throw new InvalidFormatException(
                    "Cannot read the stored value: it is no JSON that mlcore wrote: " + e.getMessage(), e);
        } catch (MlcoreException e) {
            throw e;
        } catch (RuntimeException e) { // equals, hashCode or compareTo of a class of the application
            throw new IncompatibleException(
                    "Cannot read the stored value: a class of the application refused it: " + e, e);
        }
    }

    private @Nullable Object document() throws IOException {
        expect(in.nextToken(), JsonToken.START_OBJECT);
        boolean found = false;
        Object value = null;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String field = in.currentName();
            in.nextToken();
            switch (field) {
                case "v" -> version();
                case "types" -> types();
                case "value" -> {
                    value = value();
                    found = true;
                }
                default -> in.skipChildren(); // of a later release that says it is still version 1
            }
        }
        expect(in.currentToken(), JsonToken.END_OBJECT);
        if (!found) {
            throw malformed("it has no value");
        }
        if (in.nextToken() != null) {
            throw malformed("something follows it");
        }
        return value;
    }

    private void version() throws IOException {
        expect(in.currentToken(), JsonToken.VALUE_NUMBER_INT);
        if (in.getIntValue() != 1) {
            throw new IncompatibleException("Cannot read the stored value: its format is version " + in.getIntValue()
                    + " (expected: 1; it was written by a later release of mlcore)");
        }
    }

    private void types() throws IOException {
        expect(in.currentToken(), JsonToken.START_ARRAY);
        while (in.nextToken() != JsonToken.END_ARRAY) {
            expect(in.currentToken(), JsonToken.START_OBJECT);
            String name = null;
            List<String> parts = null;
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                String field = in.currentName();
                in.nextToken();
                if (field.equals("name")) {
                    name = text();
                } else if (field.equals("parts")) {
                    parts = names();
                } else {
                    in.skipChildren();
                }
            }
            if (name == null) {
                throw malformed("a class has no name");
            }
            types.add(new Stored(name, parts));
        }
    }

    private List<String> names() throws IOException {
        expect(in.currentToken(), JsonToken.START_ARRAY);
        List<String> names = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            names.add(text());
        }
        if (new HashSet<>(names).size() != names.size()) {
            throw malformed("a component is named twice");
        }
        return names;
    }

    private @Nullable Object value() throws IOException {
        JsonToken token = in.currentToken();
        if (token == null) {
            throw malformed("it ends early");
        }
        return switch (token) {
            case VALUE_NULL -> null;
            case VALUE_TRUE -> true;
            case VALUE_FALSE -> false;
            case VALUE_STRING -> in.getText();
            case VALUE_NUMBER_INT -> in.getIntValue();
            case VALUE_NUMBER_FLOAT -> Double.valueOf(in.getText());
            case START_ARRAY -> unmodifiable(elements());
            case START_OBJECT -> tagged();
            default -> throw malformed("it has " + token + " where a value should be");
        };
    }

    private Object tagged() throws IOException {
        expect(in.nextToken(), JsonToken.FIELD_NAME);
        String tag = in.currentName();
        in.nextToken();
        Object value = tag.isEmpty() || !Character.isDigit(tag.charAt(0)) ? tagged(tag) : ofClass(tag);
        expect(in.nextToken(), JsonToken.END_OBJECT);
        return value;
    }

    private Object tagged(String tag) throws IOException {
        switch (tag) {
            case "optional" -> {
                List<@Nullable Object> elements = atMostOne();
                return elements.isEmpty() ? Optional.empty() : Optional.of(present(elements));
            }
            case "optionalInt" -> {
                List<@Nullable Object> elements = atMostOne();
                return elements.isEmpty() ? OptionalInt.empty() : OptionalInt.of(cast(Integer.class, elements));
            }
            case "optionalLong" -> {
                List<@Nullable Object> elements = atMostOne();
                return elements.isEmpty() ? OptionalLong.empty() : OptionalLong.of(cast(Long.class, elements));
            }
            case "optionalDouble" -> {
                List<@Nullable Object> elements = atMostOne();
                return elements.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(cast(Double.class, elements));
            }
            case "set" -> {
                return Collections.unmodifiableSet(distinct(new LinkedHashSet<>()));
            }
            case "sortedSet" -> {
                TreeSet<Object> set = new TreeSet<>();
                distinct(set);
                return Collections.unmodifiableNavigableSet(set);
            }
            case "map" -> {
                return Collections.unmodifiableMap(entries(new LinkedHashMap<>()));
            }
            case "sortedMap" -> {
                TreeMap<Object, @Nullable Object> map = new TreeMap<>();
                entries(map);
                return Collections.unmodifiableNavigableMap(map);
            }
            case "codec" -> {
                return registered();
            }
            default -> {
                return scalar(tag);
            }
        }
    }

    private Object scalar(String tag) throws IOException {
        Scalars scalar = Scalars.ofTag(tag);
        if (scalar == null) {
            throw malformed("'" + tag + "' is no kind of value");
        }
        String text = text();
        try {
            return scalar.parse().apply(text);
        } catch (RuntimeException e) {
            throw new InvalidFormatException(
                    "Cannot read the stored value: '" + shortened(text) + "' (expected: a " + tag + ")", e);
        }
    }

    private Object registered() throws IOException {
        List<@Nullable Object> parts = elements();
        if (parts.size() != 2 || !(parts.get(0) instanceof String name) || !(parts.get(1) instanceof String bytes)) {
            throw malformed("a codec's value is not a name and bytes");
        }
        Codec<?> registered = codec.codecNamed(name);
        if (registered == null) {
            throw new IncompatibleException("Cannot read the stored value: there is no codec '" + shortened(name)
                    + "' (expected: the one it was written with, registered in the DagApp)");
        }
        Object value;
        try {
            value = registered.decode(Base64.getDecoder().decode(bytes));
        } catch (RuntimeException e) {
            throw new InvalidFormatException(
                    "Cannot read the stored value: codec '" + name + "' refused its bytes: " + e, e);
        }
        if (!registered.type().isInstance(value)) {
            throw new IncompatibleException("Cannot read the stored value: codec '" + name + "' made "
                    + (value == null ? "null" : "a " + value.getClass().getName()) + " (expected: a "
                    + registered.type().getName() + ")");
        }
        return value;
    }

    private List<@Nullable Object> elements() throws IOException {
        expect(in.currentToken(), JsonToken.START_ARRAY);
        deeper();
        List<@Nullable Object> elements = new ArrayList<>();
        while (in.nextToken() != JsonToken.END_ARRAY) {
            elements.add(value());
        }
        depth--;
        return elements;
    }

    private void deeper() {
        if (++depth > 2 * ValueCodec.DEEPEST + 2) { // an entry of a map is a list of its own here
            throw malformed("it is nested more than " + ValueCodec.DEEPEST + " deep");
        }
    }

    /** Of the JDK's immutable class, which {@link ValueCodec#deeplyImmutable} knows. */
    static List<@Nullable Object> unmodifiable(List<@Nullable Object> elements) {
        return elements.stream().toList();
    }

    private List<@Nullable Object> atMostOne() throws IOException {
        List<@Nullable Object> elements = elements();
        if (elements.size() > 1) {
            throw malformed("an optional holds " + elements.size() + " values");
        }
        return elements;
    }

    private Object present(List<@Nullable Object> elements) {
        Object value = elements.get(0);
        if (value == null) {
            throw malformed("an optional holds null");
        }
        return value;
    }

    private <T> T cast(Class<T> type, List<@Nullable Object> elements) {
        Object value = elements.get(0);
        if (!type.isInstance(value)) {
            throw malformed("an optional number holds something else");
        }
        return type.cast(value);
    }

    private <S extends Set<@Nullable Object>> S distinct(S set) throws IOException {
        for (Object element : elements()) {
            if (!set.add(element)) {
                throw malformed("a set holds an element twice");
            }
        }
        return set;
    }

    private <M extends Map<@Nullable Object, @Nullable Object>> M entries(M map) throws IOException {
        for (Object entry : elements()) {
            if (!(entry instanceof List<?> pair) || pair.size() != 2) {
                throw malformed("an entry of a map is not a pair");
            }
            if (map.containsKey(pair.get(0))) {
                throw malformed("a map holds a key twice");
            }
            map.put(pair.get(0), pair.get(1));
        }
        return map;
    }

    private Object ofClass(String tag) throws IOException {
        int index;
        try {
            index = Integer.parseInt(tag);
        } catch (NumberFormatException e) {
            throw malformed("'" + shortened(tag) + "' is no kind of value");
        }
        if (index >= types.size()) {
            throw malformed("class " + index + " of " + types.size());
        }
        Stored stored = types.get(index);
        return stored.parts == null ? constant(stored.name) : record(stored);
    }

    @SuppressWarnings({"unchecked", "rawtypes"}) // checked to be an enum
    private Object constant(String name) throws IOException {
        Class<?> type = codec.types().find(name);
        String constant = text();
        if (!type.isEnum()) {
            throw new IncompatibleException("Cannot read the stored value: " + name + " is no enum any more");
        }
        try {
            return Enum.valueOf((Class) type, constant);
        } catch (IllegalArgumentException | LinkageError e) {
            throw new IncompatibleException(
                    "Cannot read the stored value: the enum " + name + " has no constant " + shortened(constant)
                            + " (expected: constants are not removed while runs are open)",
                    e);
        }
    }

    private Object record(Stored stored) throws IOException {
        Fit fit = stored.fit;
        if (fit == null) {
            fit = fit(stored.name, stored.parts == null ? List.of() : stored.parts);
            stored.fit = fit;
        }
        expect(in.currentToken(), JsonToken.START_ARRAY);
        deeper();
        @Nullable Object[] values = fit.defaults.clone();
        int index = 0;
        for (; in.nextToken() != JsonToken.END_ARRAY; index++) {
            if (index >= fit.target.length) {
                throw malformed("a " + stored.name + " has more parts than were named");
            }
            if (fit.target[index] < 0) {
                in.skipChildren();
            } else {
                values[fit.target[index]] = fitting(fit.type, fit.target[index], value());
            }
        }
        depth--;
        if (index < fit.target.length) {
            throw malformed("a " + stored.name + " has fewer parts than were named");
        }
        return newInstance(fit.type, values);
    }

    private Fit fit(String name, List<String> parts) {
        Class<?> found = codec.types().find(name);
        if (!found.isRecord()) {
            throw new IncompatibleException("Cannot read the stored value: " + name + " is no record any more");
        }
        RecordType<?> type = RecordType.of(found.asSubclass(Record.class));
        List<String> names =
                type.components().stream().map(RecordType.Component::name).toList();
        @Nullable Object[] defaults = new Object[names.size()];
        for (int i = 0; i < defaults.length; i++) {
            if (!parts.contains(names.get(i))) {
                defaults[i] = empty(type, type.components().get(i));
            }
        }
        return new Fit(type, parts.stream().mapToInt(names::indexOf).toArray(), defaults);
    }

    private static Object empty(RecordType<?> type, RecordType.Component added) {
        if (added.type() == Optional.class) {
            return Optional.empty();
        } else if (added.type() == OptionalInt.class) {
            return OptionalInt.empty();
        } else if (added.type() == OptionalLong.class) {
            return OptionalLong.empty();
        } else if (added.type() == OptionalDouble.class) {
            return OptionalDouble.empty();
        }
        throw new IncompatibleException("Cannot read a stored " + type.type().getName() + ": it has no component "
                + added.name() + " (expected: a component added later is an Optional)");
    }

    private static @Nullable Object fitting(RecordType<?> type, int component, @Nullable Object value) {
        Class<?> declared = type.components().get(component).type();
        boolean fits = value == null
                ? !declared.isPrimitive()
                : Primitives.wrap(declared).isInstance(value);
        if (!fits) {
            throw new IncompatibleException(
                    "Cannot read a stored " + type.type().getName() + ": its component "
                            + type.components().get(component).name() + " holds "
                            + (value == null ? "null" : "a " + value.getClass().getName()) + " (expected: a "
                            + declared.getName() + ", as declared now)");
        }
        return value;
    }

    private static Object newInstance(RecordType<?> type, @Nullable Object[] values) {
        try {
            return type.newInstance(values);
        } catch (MlcoreException e) {
            throw e;
        } catch (RuntimeException | LinkageError e) {
            throw new IncompatibleException(
                    "Cannot read a stored " + type.type().getName() + ": its constructor refused it: " + e, e);
        }
    }

    private String text() throws IOException {
        expect(in.currentToken(), JsonToken.VALUE_STRING);
        return in.getText();
    }

    private void expect(@Nullable JsonToken is, JsonToken expected) {
        if (is != expected) {
            throw malformed("it has " + is + " (expected: " + expected + ")");
        }
    }

    private InvalidFormatException malformed(String what) {
        return new InvalidFormatException("Cannot read the stored value: near byte "
                + in.currentLocation().getByteOffset() + ": " + what + " (the bytes are not what mlcore wrote)");
    }

    private static String shortened(String text) {
        return text.length() <= 80 ? text : text.substring(0, 80) + "…";
    }
}
