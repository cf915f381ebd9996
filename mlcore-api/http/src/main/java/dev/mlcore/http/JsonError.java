package dev.mlcore.http;

import java.nio.charset.StandardCharsets;

/** The one shape of an answer that tells of a failure: {@code {"error":"…"}}. */
final class JsonError {
    static final String CONTENT_TYPE = "application/json";

    private JsonError() {}

    static byte[] of(String text) {
        StringBuilder json = new StringBuilder(text.length() + 16).append("{\"error\":\"");
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c == '"' || c == '\\') {
                json.append('\\').append(c);
            } else if (c < 0x20 || c == 0x7f || Character.isSurrogate(c)) {
                json.append(String.format(java.util.Locale.ROOT, "\\u%04x", (int) c)); // a lone surrogate has no UTF-8
            } else {
                json.append(c);
            }
        }
        return json.append("\"}").toString().getBytes(StandardCharsets.UTF_8);
    }
}
