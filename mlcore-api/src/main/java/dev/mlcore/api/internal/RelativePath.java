package dev.mlcore.api.internal;

import java.nio.file.Path;
import java.util.regex.Pattern;

/** The one rule for paths below a root that come from users, files and the network. */
public final class RelativePath {
    private static final Pattern DRIVE = Pattern.compile("[A-Za-z]:.*");
    private static final int LONGEST = 1000;

    private RelativePath() {}

    /**
     * Checks that a path is relative, {@code /}-separated and stays below its root on every operating system: no empty, {@code .} or {@code ..} segment,
     * no backslash, no drive letter, no control character.
     *
     * @param what names it in the message
     * @param path to check
     * @return the path
     * @throws IllegalArgumentException if it is none
     */
    public static String check(String what, String path) {
        if (!isSafe(path)) {
            throw new IllegalArgumentException(
                    what + ": '" + printable(path)
                            + "' (expected: a relative path such as data/model.bin, without empty, . or .. segments, backslashes or drive letters)");
        }
        return path;
    }

    /** Whether {@link #check} would accept it. */
    public static boolean isSafe(String path) {
        if (path.isEmpty()
                || path.length() > LONGEST
                || path.indexOf('\\') >= 0
                || DRIVE.matcher(path).matches()) {
            return false;
        }
        if (path.chars().anyMatch(c -> c < ' ' || c == 0x7f)) {
            return false;
        }
        for (String segment : path.split("/", -1)) {
            if (segment.isEmpty() || segment.equals(".") || segment.equals("..")) {
                return false;
            }
        }
        return true;
    }

    /** A path as text with {@code /}, on every operating system. */
    public static String of(Path root, Path below) {
        return root.relativize(below).toString().replace(below.getFileSystem().getSeparator(), "/");
    }

    /** For messages: control characters as {@code ?}, at most 200 characters. */
    public static String printable(String text) {
        String clean = text.replaceAll("\\p{Cntrl}", "?");
        return clean.length() <= 200 ? clean : clean.substring(0, 200) + "…";
    }
}
