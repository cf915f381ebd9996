package dev.mlcore.dag.internal;

import dev.mlcore.api.UnsupportedException;
import dev.mlcore.dag.TaskFactory;
import java.lang.reflect.Constructor;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Modifier;
import org.jspecify.annotations.Nullable;

/** Makes class tasks by their constructor without parameters. */
final class Constructors {
    static final TaskFactory FACTORY = new TaskFactory() {
        @Override
        public <T> T create(Class<T> type) {
            return newInstance(type);
        }
    };

    private Constructors() {}

    private static <T> T newInstance(Class<T> type) {
        if (type.isInterface() || Modifier.isAbstract(type.getModifiers())) {
            throw refused(type, "it is abstract", null);
        }
        if (type.isMemberClass() && !Modifier.isStatic(type.getModifiers())) {
            throw refused(type, "it is an inner class and not static", null);
        }
        Constructor<T> constructor;
        try {
            constructor = type.getDeclaredConstructor();
        } catch (NoSuchMethodException e) {
            throw refused(type, "it has no constructor without parameters", e);
        }
        if (!constructor.trySetAccessible()) {
            throw refused(
                    type,
                    "its constructor is not accessible (make both public and export the package, or add \"opens "
                            + type.getPackageName() + " to dev.mlcore.dag;\" to the module-info of "
                            + type.getModule().getName() + ")",
                    null);
        }
        try {
            return constructor.newInstance();
        } catch (InvocationTargetException e) {
            throw refused(type, "its constructor threw " + e.getCause(), e.getCause());
        } catch (InstantiationException | IllegalAccessException e) {
            throw refused(type, e.getMessage(), e);
        }
    }

    private static UnsupportedException refused(Class<?> type, @Nullable String why, @Nullable Throwable cause) {
        return new UnsupportedException(
                "Cannot make the task " + type.getName() + ": " + why
                        + ". Give the DagApp a TaskFactory that makes it, or the class a constructor without parameters.",
                cause);
    }
}
