package dev.mlcore.serving.server;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Requests that nobody should send. */
final class Hostile {
    private static final List<String> PIECES = List.of(
            "[",
            "]",
            "{",
            "}",
            ",",
            ":",
            "\"",
            "null",
            "true",
            "1e999999999",
            "-1",
            "99999999999999999999",
            "NaN",
            "\\u0000",
            "\"\\ud800\"",
            "\"shape\":[9223372036854775807,9223372036854775807]",
            "\"shape\":[-1]",
            "\"data\":{}",
            "\"datatype\":\"FP16\"",
            "\"data\":null",
            "\"parameters\":{\"binary_data_size\":5}",
            "\"parameters\":[1]",
            "0x10",
            "\u0000",
            "\t",
            "é",
            "/*",
            "'",
            "\"inputs\":[]");

    private Hostile() {}

    /** Cuts, doubles, flips, and puts pieces in between. */
    static byte[] damaged(byte[] good, Random random) {
        byte[] body = good;
        for (int n = 1 + random.nextInt(3); n > 0; n--) {
            int at = random.nextInt(body.length + 1);
            switch (random.nextInt(5)) {
                case 0 -> body = Arrays.copyOf(body, at);
                case 1 ->
                    body = insert(
                            body, at, PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.UTF_8));
                case 2 -> body = insert(body, at, new byte[] {(byte) random.nextInt(256)});
                case 3 -> {
                    body = body.clone();
                    if (body.length > 0) {
                        body[random.nextInt(body.length)] = (byte) random.nextInt(256);
                    }
                }
                default ->
                    body = insert(
                            body, at, Arrays.copyOfRange(body, at, Math.min(body.length, at + random.nextInt(40))));
            }
        }
        return body;
    }

    private static byte[] insert(byte[] body, int at, byte[] piece) {
        byte[] longer = Arrays.copyOf(body, body.length + piece.length);
        System.arraycopy(piece, 0, longer, at, piece.length);
        System.arraycopy(body, at, longer, at + piece.length, body.length - at);
        return longer;
    }

    /** Requests made to cost much: depth, length, claims. */
    static List<String> costly() {
        List<String> all = new ArrayList<>();
        int many = 250_000;
        all.add("[".repeat(many));
        all.add("{\"a\":".repeat(many));
        all.add("{\"inputs\":" + "[".repeat(many));
        all.add("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":" + "[".repeat(many)
                + "]".repeat(many) + "}]}");
        all.add("{\"inputs\":[{\"data\":" + "[".repeat(101) + "1" + "]".repeat(101)
                + ",\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\"}]}");
        all.add("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":[" + "9".repeat(many)
                + "]}]}");
        all.add("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT64\",\"data\":[1e2000000000]}]}");
        all.add("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"UINT64\",\"data\":[1e-2000000000]}]}");
        all.add("{\"inputs\":[{\"name\":\"x\",\"shape\":[9000000000000000000],\"datatype\":\"INT8\",\"data\":[1]}]}");
        all.add("{\"inputs\":[{\"name\":\"x\",\"shape\":[4000000000,4000000000],\"datatype\":\"FP64\",\"data\":[1]}]}");
        all.add("{\"inputs\":[{\"name\":\"x\",\"shape\":[" + "1,".repeat(200)
                + "1],\"datatype\":\"INT8\",\"data\":[1]}]}");
        all.add("{\"inputs\":["
                + "{\"name\":\"x\",\"shape\":[9000000000],\"datatype\":\"FP64\",\"data\":[1]},".repeat(1_000) + "]}");
        all.add("{\"" + "n".repeat(many) + "\":1}");
        all.add("{\"parameters\":{\"timeout\":" + "9".repeat(1_900) + "},\"inputs\":[]}");
        return all;
    }
}
