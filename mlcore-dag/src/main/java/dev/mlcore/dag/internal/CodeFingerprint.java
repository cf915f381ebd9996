package dev.mlcore.dag.internal;

import com.google.common.hash.Hashing;
import com.google.common.io.ByteStreams;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Tells whether the code behind a DAG is the same as before: SHA-256 over the names and class files of the classes that its bodies stand in. A lambda
 * counts as the class it was written in. A change of code that those classes merely call is not seen, and any change of the class file is, also one
 * that means nothing; so a difference is told, and stops nothing.
 */
final class CodeFingerprint {
    private CodeFingerprint() {}

    /** {@code code}: functional objects and classes. */
    static String of(Stream<Object> code) {
        Map<String, String> files = new TreeMap<>();
        code.map(body -> body instanceof Class<?> type ? type : body.getClass())
                .distinct()
                .forEach(type -> files.computeIfAbsent(writtenIn(type), name -> fileHash(type, name)));
        StringBuilder lines = new StringBuilder();
        files.forEach(
                (name, hash) -> lines.append(name).append('=').append(hash).append('\n'));
        return Hashing.sha256().hashString(lines, StandardCharsets.UTF_8).toString();
    }

    private static String writtenIn(Class<?> type) {
        String name = type.getName();
        int lambda = name.indexOf("$$Lambda"); // what every HotSpot and OpenJ9 release calls the classes of lambdas
        return lambda < 0 ? name : name.substring(0, lambda);
    }

    /** Empty if the class has no file, being made at run time; its name still counts. */
    private static String fileHash(Class<?> type, String name) {
        String path = name.replace('.', '/') + ".class";
        ClassLoader loader = type.getClassLoader();
        try (InputStream in =
                loader == null ? ClassLoader.getSystemResourceAsStream(path) : loader.getResourceAsStream(path)) {
            return in == null
                    ? ""
                    : Hashing.sha256().hashBytes(ByteStreams.toByteArray(in)).toString();
        } catch (IOException e) {
            return "";
        }
    }
}
