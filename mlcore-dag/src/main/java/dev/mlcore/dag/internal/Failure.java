package dev.mlcore.dag.internal;

import org.jspecify.annotations.Nullable;

/**
 * Why an attempt failed.
 *
 * @param reason a word of the reason codes
 * @param type the class of what was thrown
 * @param text in words, at most 8 KiB
 * @param cause what was thrown, if it was in this process
 */
record Failure(
        String reason, String type, String text, @Nullable Throwable cause) {
    private static final int LONGEST = 8192;

    static Failure of(Throwable thrown) {
        String message = thrown.getMessage();
        String text = message == null || message.isBlank() ? thrown.toString() : message;
        if (!(thrown instanceof dev.mlcore.api.MlcoreException) && message != null) {
            text = thrown.getClass().getSimpleName() + ": " + message;
        }
        return new Failure(
                "FAIL_EXHAUSTED",
                thrown.getClass().getName(),
                text.length() > LONGEST ? text.substring(0, LONGEST) : text,
                thrown);
    }
}
