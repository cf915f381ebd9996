package dev.mlcore.api.internal;

import com.google.common.hash.Hashing;
import com.google.common.io.MoreFiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.LinkOption;
import java.nio.file.Path;

/** SHA-256 as 64 lower-case hex digits. */
public final class Sha256 {
    private Sha256() {}

    /** Of bytes. */
    public static String of(byte[] bytes) {
        return Hashing.sha256().hashBytes(bytes).toString();
    }

    /** Of text, as UTF-8. */
    public static String of(String text) {
        return Hashing.sha256().hashString(text, StandardCharsets.UTF_8).toString();
    }

    /** Of a file that is no link, streamed. */
    public static String of(Path file) throws IOException {
        return MoreFiles.asByteSource(file, LinkOption.NOFOLLOW_LINKS)
                .hash(Hashing.sha256())
                .toString();
    }
}
