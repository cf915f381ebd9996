package dev.mlcore.dag.internal;

import com.google.common.primitives.Primitives;
import com.google.common.reflect.TypeToken;
import org.jspecify.annotations.Nullable;

/** Declared types, as far as they are known: javac has checked the handles, this catches what raw types let through. */
final class Types {
    private Types() {}

    /** Why a value from a source cannot be of a type, or null if it can or nobody knows. */
    static @Nullable String problem(Class<?> expected, Source source) {
        Class<?> boxed = Primitives.wrap(expected);
        if (source instanceof Source.Literal literal) {
            Object value = literal.value();
            if (value == null) {
                return expected.isPrimitive() ? "null (expected: a value, it is a primitive)" : null;
            }
            return boxed.isInstance(value)
                    ? null
                    : "a " + value.getClass().getName() + " (expected: a " + expected.getName() + ")";
        }
        Class<?> known = known(source);
        return known == null || boxed.isAssignableFrom(known) || known.isAssignableFrom(boxed)
                ? null
                : Plan.words(source) + " is a " + known.getName() + " (expected: a " + expected.getName() + ")";
    }

    private static @Nullable Class<?> known(Source source) {
        if (source instanceof Source.OfParam of && of.path().isEmpty()) {
            return of.param().type;
        }
        if (source instanceof Source.OfTask of
                && of.path().isEmpty()
                && !of.maybe()
                && !of.task().mapped()
                && of.task().resultType != null) {
            return Primitives.wrap(TypeToken.of(of.task().resultType).getRawType());
        }
        return null;
    }
}
