package dev.mlcore.http;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Decodes paths and queries, and refuses what two readers could understand differently. */
final class RequestPath {
    private RequestPath() {}

    /** The decoded segments of a raw path; a slash at the end adds none. */
    static List<String> segments(String raw) throws ClientFailure {
        if (!raw.startsWith("/")) {
            throw bad("path", raw, "a path that starts with a slash");
        }
        List<String> segments = new ArrayList<>();
        for (int from = 1; from < raw.length(); ) {
            int slash = raw.indexOf('/', from);
            int to = slash < 0 ? raw.length() : slash;
            segments.add(segment(raw.substring(from, to)));
            from = to + 1;
        }
        return List.copyOf(segments);
    }

    private static String segment(String raw) throws ClientFailure {
        String text = decode(raw, false, "path");
        if (text.equals(".") || text.equals("..")) {
            throw bad("path", raw, "no '.' or '..' segment");
        }
        if (text.chars().anyMatch(c -> c == '/' || c == '\\' || Character.isISOControl(c))) {
            throw bad("path", raw, "no slash, backslash or control character inside a segment");
        }
        return text;
    }

    static Map<String, List<String>> query(String raw) throws ClientFailure {
        Map<String, List<String>> all = new LinkedHashMap<>();
        for (String pair : raw.split("&", -1)) {
            if (!pair.isEmpty()) {
                int equals = pair.indexOf('=');
                String name = equals < 0 ? pair : pair.substring(0, equals);
                String value = equals < 0 ? "" : pair.substring(equals + 1);
                all.computeIfAbsent(decode(name, true, "query"), k -> new ArrayList<>())
                        .add(decode(value, true, "query"));
            }
        }
        all.replaceAll((name, values) -> List.copyOf(values));
        return java.util.Collections.unmodifiableMap(all);
    }

    private static String decode(String raw, boolean plusIsSpace, String where) throws ClientFailure {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(raw.length());
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '%') {
                int high = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 1), 16) : -1;
                int low = i + 2 < raw.length() ? Character.digit(raw.charAt(i + 2), 16) : -1;
                if (high < 0 || low < 0) {
                    throw bad(where, raw, "'%' followed by two hexadecimal digits");
                }
                bytes.write(high << 4 | low);
                i += 2;
            } else if (c == '+' && plusIsSpace) {
                bytes.write(' ');
            } else if (c < 0x80) {
                bytes.write(c);
            } else {
                throw bad(where, raw, "ASCII, the rest percent-encoded");
            }
        }
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .decode(ByteBuffer.wrap(bytes.toByteArray()))
                    .toString();
        } catch (CharacterCodingException e) {
            throw bad(where, raw, "percent-encoded UTF-8");
        }
    }

    private static ClientFailure bad(String where, String raw, String expected) {
        String shown = raw.length() > 80 ? raw.substring(0, 80) + "…" : raw;
        return new ClientFailure(
                400, "Cannot read the " + where + " of the request: '" + shown + "' (expected: " + expected + ")");
    }
}
