package dev.mlcore.api.internal.records;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.data.Name;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.lang.reflect.AccessibleObject;
import java.lang.reflect.Constructor;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A record class taken apart and put together again. Found once per class and kept as long as the class; immutable and thread-safe.
 *
 * @param <R> the record
 */
public final class RecordType<R extends Record> {
    private static final MethodHandles.Lookup LOOKUP = MethodHandles.lookup();
    private static final MethodType READ = MethodType.methodType(Object.class, Object.class);

    /** A class value lets go of the entry together with the class, so that an application that is reloaded leaks nothing. */
    private static final ClassValue<RecordType<?>> TYPES = new ClassValue<>() {
        @Override
        protected RecordType<?> computeValue(Class<?> type) {
            return new RecordType<>(type.asSubclass(Record.class));
        }
    };

    private final Class<R> type;
    private final List<Component> components;
    private final MethodHandle[] accessors; // each (Object) -> Object
    private final MethodHandle constructor; // (Object[]) -> Object

    private RecordType(Class<R> type) {
        this.type = type;
        RecordComponent[] parts = type.getRecordComponents();
        List<Component> described = new ArrayList<>(parts.length);
        Set<String> columns = new HashSet<>();
        accessors = new MethodHandle[parts.length];
        for (int i = 0; i < parts.length; i++) {
            RecordComponent part = parts[i];
            String column = column(type, part);
            if (!columns.add(column)) {
                throw new IllegalArgumentException("record " + type.getName() + ": two components are named '" + column
                        + "' (expected: different names; see @Name)");
            }
            described.add(new Component(part.getName(), column, part.getType(), part.getGenericType()));
            accessors[i] = accessor(part.getAccessor());
        }
        components = List.copyOf(described);
        constructor = constructor(parts);
    }

    /**
     * Looks at a record class.
     *
     * @param type of the record
     * @return the same for the same class
     * @throws UnsupportedException if its package is not open to {@code dev.mlcore.api}; the message has the line to add to module-info
     * @throws IllegalArgumentException if two components have the same column name, or one is blank
     */
    @SuppressWarnings("unchecked") // computeValue makes a RecordType of exactly this class
    public static <R extends Record> RecordType<R> of(Class<R> type) {
        return (RecordType<R>) TYPES.get(requireNonNull(type, "type"));
    }

    /** The record class. */
    public Class<R> type() {
        return type;
    }

    /** Its components in order; unmodifiable. */
    public List<Component> components() {
        return components;
    }

    /** Reads all components in order into a new array; what an accessor throws comes out as it is. */
    public @Nullable Object[] values(R record) {
        @Nullable Object[] values = new @Nullable Object[accessors.length];
        try {
            for (int i = 0; i < values.length; i++) {
                values[i] = (Object) accessors[i].invokeExact((Object) record);
            }
        } catch (Throwable e) {
            throw as(e);
        }
        return values;
    }

    /**
     * Reads one component.
     *
     * @param index 0 for the first
     */
    public @Nullable Object value(R record, int index) {
        try {
            return (Object) accessors[index].invokeExact((Object) record);
        } catch (Throwable e) {
            throw as(e);
        }
    }

    /**
     * Makes a record; what its constructor throws comes out as it is.
     *
     * @param values one per component, in order, boxed
     * @throws IllegalArgumentException if their number or one's type does not fit; the message names the component
     */
    public R newInstance(@Nullable Object[] values) {
        if (values.length != accessors.length) {
            throw new IllegalArgumentException("values of " + type.getName() + ": " + values.length + " (expected: "
                    + accessors.length + ", one per component)");
        }
        try {
            return type.cast((Object) constructor.invokeExact(values));
        } catch (ClassCastException | NullPointerException e) {
            // Looked into only now, so that a fitting call pays nothing; the constructor's own exception goes on below.
            refuseMisfit(values);
            throw e;
        } catch (Throwable e) {
            throw as(e);
        }
    }

    @Override
    public String toString() {
        return type.getName() + components;
    }

    private void refuseMisfit(@Nullable Object[] values) {
        for (int i = 0; i < values.length; i++) {
            Component component = components.get(i);
            Object value = values[i];
            Class<?> boxed = MethodType.methodType(component.type()).wrap().returnType();
            boolean fits = value == null ? !component.type().isPrimitive() : boxed.isInstance(value);
            if (!fits) {
                throw new IllegalArgumentException(type.getName() + "." + component.name() + ": "
                        + (value == null
                                ? "null"
                                : value + " of " + value.getClass().getName()) + " (expected: "
                        + component.type().getTypeName() + ")");
            }
        }
    }

    private static String column(Class<?> type, RecordComponent part) {
        Name name = part.getAnnotation(Name.class);
        if (name == null) {
            return part.getName();
        }
        if (name.value().isBlank()) {
            throw new IllegalArgumentException(
                    "@Name of " + type.getName() + "." + part.getName() + ": blank (expected: a column's name)");
        }
        return name.value();
    }

    private MethodHandle accessor(Method method) {
        open(method);
        try {
            return LOOKUP.unreflect(method).asType(READ);
        } catch (IllegalAccessException e) {
            throw notOpen(e);
        }
    }

    private MethodHandle constructor(RecordComponent[] parts) {
        Class<?>[] types = Arrays.stream(parts).map(RecordComponent::getType).toArray(Class<?>[]::new);
        try {
            Constructor<R> canonical = type.getDeclaredConstructor(types);
            open(canonical);
            return LOOKUP.unreflectConstructor(canonical)
                    .asFixedArity() // a record's last component may be varargs
                    .asSpreader(Object[].class, types.length)
                    .asType(MethodType.methodType(Object.class, Object[].class));
        } catch (NoSuchMethodException e) {
            throw new IllegalStateException("record without canonical constructor: " + type.getName(), e);
        } catch (IllegalAccessException e) {
            throw notOpen(e);
        }
    }

    /** Private nested records are readable too, where their module lets us. */
    private void open(AccessibleObject member) {
        try {
            member.setAccessible(true);
        } catch (InaccessibleObjectException e) {
            throw notOpen(e);
        }
    }

    private UnsupportedException notOpen(Exception cause) {
        return notOpen("Cannot read record " + type.getName(), type, cause);
    }

    /** For a user's class whose package we may not look into. */
    static UnsupportedException notOpen(String what, Class<?> type, Exception cause) {
        String here = RecordType.class.getModule().isNamed()
                ? " to " + RecordType.class.getModule().getName()
                : "";
        return new UnsupportedException(
                what + ": its package is not open to mlcore. Add to the module-info of "
                        + type.getModule().getName() + ": opens " + type.getPackageName() + here + ";",
                cause);
    }

    /** Neither a canonical constructor nor an accessor can declare a checked exception; what got out undeclared stays what it is. */
    @SuppressWarnings("unchecked")
    private static <E extends Throwable> RuntimeException as(Throwable e) throws E {
        throw (E) e;
    }

    /**
     * One component.
     *
     * @param name as spelled in Java
     * @param column its {@link Name}, else the Java name
     * @param type raw class
     * @param genericType with type arguments
     */
    public record Component(String name, String column, Class<?> type, Type genericType) {}
}
