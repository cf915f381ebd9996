package dev.mlcore.dag.internal;

import dev.mlcore.api.IncompatibleException;
import dev.mlcore.api.InvalidFormatException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The gate between names in stored bytes and classes: records and enums of the application, and enums of {@code java.*}, nothing else. A class is
 * looked at before it is initialised. Thread-safe.
 */
final class StoredTypes {
    private final @Nullable ClassLoader loader;

    /** Only what passed the gate, so that hostile names do not fill it. */
    private final Map<String, Class<?>> known = new ConcurrentHashMap<>();

    /** {@code loader} null: nothing is checked when writing, and nothing can be read. */
    StoredTypes(@Nullable ClassLoader loader) {
        this.loader = loader;
    }

    /** Why a class could not be found again, or null. */
    @Nullable String problem(Class<?> type) {
        if (type.isHidden()) {
            return "is of the class " + type.getName() + ", which has no name of its own";
        }
        if (loader == null) {
            return null;
        }
        try {
            return find(type.getName()) == type
                    ? null
                    : "is of the class " + type.getName()
                            + ", by which name the application's class loader finds another one";
        } catch (IncompatibleException | InvalidFormatException e) {
            return "is of the class " + type.getName() + ", which could not be read again";
        }
    }

    /**
     * The class of a stored name.
     *
     * @throws IncompatibleException if there is none
     * @throws InvalidFormatException if it is one that mlcore never stores
     */
    Class<?> find(String name) {
        Class<?> found = known.get(name);
        if (found == null) {
            found = load(name);
            if (!allowed(found)) {
                throw new InvalidFormatException("Cannot read the stored value: it names the class " + name
                        + " (expected: a record or an enum; the bytes are not what mlcore wrote)");
            }
            known.put(name, found);
        }
        return found;
    }

    private Class<?> load(String name) {
        try {
            return Class.forName(name, false, loader);
        } catch (ClassNotFoundException | LinkageError e) {
            throw new IncompatibleException(
                    "Cannot read the stored value: there is no class " + name
                            + " (expected: the class it was written with; was it renamed or moved while runs were open?)",
                    e);
        }
    }

    private static boolean allowed(Class<?> type) {
        ClassLoader its = type.getClassLoader();
        boolean jdk = its == null || its.equals(ClassLoader.getPlatformClassLoader());
        if (jdk || type.getName().startsWith("java.")) {
            return type.isEnum() && type.getName().startsWith("java.");
        }
        return type.isRecord() || type.isEnum();
    }
}
