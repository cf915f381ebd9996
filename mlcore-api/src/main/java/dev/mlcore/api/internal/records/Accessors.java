package dev.mlcore.api.internal.records;

import static java.util.Objects.requireNonNull;

import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.data.Accessor;
import java.lang.invoke.SerializedLambda;
import java.lang.reflect.InaccessibleObjectException;
import java.lang.reflect.Method;
import java.lang.reflect.RecordComponent;
import org.jspecify.annotations.Nullable;

/**
 * Reads which component an {@link Accessor} names. A serializable method reference can replace itself by a description that holds the method's class and
 * name; nothing is serialised for it.
 */
public final class Accessors {
    private Accessors() {}

    /**
     * The record component's Java name.
     *
     * @param accessor a method reference such as {@code Penguin::billLengthMm}
     * @return for example {@code billLengthMm}
     * @throws IllegalArgumentException for a lambda or a method that is no component accessor
     * @throws UnsupportedException if the package that holds the method reference is not open to {@code dev.mlcore.api}
     */
    public static String component(Accessor<?, ?> accessor) {
        SerializedLambda described = describe(requireNonNull(accessor, "accessor"));
        String method = described.getImplMethodName();
        Class<?> owner = owner(accessor, described);
        if (owner != null && owner.isRecord()) {
            for (RecordComponent component : owner.getRecordComponents()) {
                if (component.getName().equals(method)
                        && described
                                .getImplMethodSignature()
                                .equals("()" + component.getType().descriptorString())) {
                    return method;
                }
            }
        }
        throw new IllegalArgumentException("accessor: "
                + (method.startsWith("lambda$")
                        ? "a lambda"
                        : described.getImplClass().replace('/', '.') + "::" + method)
                + " (expected: a reference to a record component, such as Penguin::bodyMass)");
    }

    /**
     * The record class whose component an accessor names.
     *
     * @param accessor a method reference such as {@code Penguin::billLengthMm}
     * @throws IllegalArgumentException as {@link #component}
     */
    public static Class<? extends Record> record(Accessor<?, ?> accessor) {
        component(accessor);
        Class<?> owner = requireNonNull(owner(accessor, describe(accessor)), "owner");
        return owner.asSubclass(Record.class);
    }

    private static @Nullable Class<?> owner(Accessor<?, ?> accessor, SerializedLambda described) {
        try {
            return Class.forName(
                    described.getImplClass().replace('/', '.'),
                    false,
                    accessor.getClass().getClassLoader());
        } catch (ClassNotFoundException e) {
            return null; // refused by the caller, with the name
        }
    }

    private static SerializedLambda describe(Accessor<?, ?> accessor) {
        Class<?> type = accessor.getClass();
        try {
            Method replace = type.getDeclaredMethod("writeReplace");
            replace.setAccessible(true);
            if (replace.invoke(accessor) instanceof SerializedLambda described) {
                return described;
            }
        } catch (NoSuchMethodException e) {
            // a class that implements Accessor; refused below
        } catch (InaccessibleObjectException e) {
            throw RecordType.notOpen("Cannot read the method reference in " + type.getName(), type, e);
        } catch (ReflectiveOperationException e) {
            throw new IllegalArgumentException(refusal(type), e);
        }
        throw new IllegalArgumentException(refusal(type));
    }

    private static String refusal(Class<?> type) {
        return "accessor: an object of " + type.getName()
                + " (expected: a reference to a record component, such as Penguin::bodyMass)";
    }
}
