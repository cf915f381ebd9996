package dev.mlcore.serving.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.InvalidInputException;
import dev.mlcore.api.UnsupportedException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.api.data.Tensor;
import dev.mlcore.serving.server.InferRequest.WantedOutput;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestReaderTest {
    @Test
    void readsARequest() {
        InferRequest request = Samples.read("""
                {"id":"a\\u00e9","parameters":{"timeout":1500000,"free":"x","n":1.5},
                 "inputs":[{"name":"f","shape":[2,2],"datatype":"fp32","data":[[1,2.5],[-0,1e-3]]},
                           {"data":["a","\\u0000ü"],"datatype":"BYTES","shape":[2],"name":"s","parameters":{"mine":true}},
                           {"name":"scalar","shape":[],"datatype":"INT64","data":[9007199254740993]},
                           {"name":"none","shape":[0,3],"datatype":"FP64"},
                           {"name":"noText","shape":[0],"datatype":"BYTES","data":[]}],
                 "outputs":[{"name":"y","parameters":{"binary_data":true}},{"name":"z"}],
                 "model_name":"ignored"}""");
        assertThat(request.id()).contains("aé");
        assertThat(request.timeout()).contains(Duration.ofMillis(1500));
        assertThat(request.inputs())
                .containsExactly(
                        Map.entry("f", Tensor.of(new float[] {1, 2.5f, -0.0f, 1e-3f}, 2, 2)),
                        Map.entry("s", Tensor.of(new String[] {"a", "\0ü"}, 2)),
                        Map.entry("scalar", Tensor.of(new long[] {9007199254740993L})),
                        Map.entry("none", Tensor.of(new double[0], 0, 3)),
                        Map.entry("noText", Tensor.of(new String[0], 0)));
        assertThat(Float.floatToIntBits(Samples.get(request.inputs(), "f").toFloats()[2]))
                .isEqualTo(Float.floatToIntBits(-0.0f));
        assertThat(request.outputs()).containsExactly(new WantedOutput("y", true), new WantedOutput("z", false));
        assertThat(request.allBinary()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "INT8|-128|-128",
                "INT8|127.0|127",
                "UINT8|2.55e2|255",
                "UINT16|65535|65535",
                "UINT32|4294967295|4294967295",
                "INT64|-9223372036854775808|-9223372036854775808",
                "INT64|9007199254740993.0|9007199254740993",
                "INT64|9.223372036854775807e18|9223372036854775807",
                "UINT64|18446744073709551615|-1",
                "UINT64|1844674407370955161.5e1|-1",
                "INT32|0e99999999|0",
            })
    void readsIntegersExactly(String type, String token, long expected) {
        assertThat(one(type, token).toLongs()).containsExactly(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "INT8,128",
        "INT8,-129",
        "UINT8,-1",
        "UINT8,256",
        "INT16,32768",
        "UINT16,65536",
        "INT32,2147483648",
        "UINT32,4294967296",
        "INT64,9223372036854775808",
        "INT64,1e19",
        "UINT64,18446744073709551616",
        "UINT64,-1",
        "INT64,1.5",
        "INT64,1e-1",
        "INT32,NaN",
        "INT32,Infinity",
        "INT32,true",
        "INT32,null",
        "INT32,'\"1\"'",
        "INT64,1e2147483648",
        "UINT64,-0.5",
        "BOOL,2",
        "BOOL,'\"true\"'",
        "BOOL,1.0",
        "FP32,1e39",
        "FP32,-3.5e38",
        "FP64,1e309",
        "FP32,true",
        "FP32,'\"1\"'",
        "FP32,-INF",
        "FP64,'\"inf\"'",
        "BYTES,1",
        "BYTES,null",
        "BYTES,'\"\\ud800x\"'",
        "BYTES,'\"\\udc00\"'",
        "FP32,{}"
    })
    void refusesWhatTheTypeCannotHold(String type, String token) {
        assertThatThrownBy(() -> one(type, token))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageMatching("Cannot read input 'x': element 0 of 'data' is '.*' \\(expected: .*\\)");
    }

    @Test
    void readsTruthAndWhatJsonHasNoNumberFor() {
        assertThat(read("BOOL", "4", "true,false,1,0").toBooleans()).containsExactly(true, false, true, false);
        assertThat(read("FP32", "6", "NaN,Infinity,-Infinity,\"NaN\",\"Infinity\",\"-Infinity\"")
                        .toFloats())
                .containsExactly(
                        Float.NaN,
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY,
                        Float.NaN,
                        Float.POSITIVE_INFINITY,
                        Float.NEGATIVE_INFINITY);
    }

    /** By way of a double this number would be rounded twice, to the neighbour. */
    @Test
    void roundsToSinglePrecisionOnce() {
        String token = "1.00000017881393432617187499";
        assertThat((float) Double.parseDouble(token)).isNotEqualTo(Float.parseFloat(token));
        assertThat(one("FP32", token).toFloats()).containsExactly(Float.parseFloat(token));
        assertThat(one("FP32", "16777217").toFloats()).containsExactly(16777216f);
        assertThat(one("FP32", "3.40282356e38").toFloats()).containsExactly(Float.MAX_VALUE); // rounds down
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "``|Cannot read the request: it is empty (expected: a JSON object)",
                "[]|Cannot read the request: it begins with '[' (expected: a JSON object)",
                "{\"inputs\":[],}|Cannot read the request: it is not JSON at line 1, column",
                "{\"inputs\":[]} x|Cannot read the request: it is not JSON at line 1",
                "{\"inputs\":[]} {}|Cannot read the request: something follows the JSON object at line 1, column 15 (expected: nothing)",
                "{}|it has no 'inputs'",
                "{\"inputs\":{}}|Cannot read 'inputs': it is '{' at line 1, column 11 (expected: an array of tensors)",
                "{\"inputs\":[1]}|Cannot read inputs[0]: it is '1'",
                "{\"inputs\":[],\"inputs\":[]}|Cannot read the request: 'inputs' stands there twice (expected: once)",
                "{\"id\":1,\"inputs\":[]}|Cannot read 'id': it is '1'",
                "{\"inputs\":[{}]}|Cannot read inputs[0]: it has no 'name'",
                "{\"inputs\":[{\"name\":\"x\"}]}|Cannot read input 'x': it has no 'datatype'",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP32\"}]}|Cannot read input 'x': it has no 'shape'",
                "{\"inputs\":[{\"name\":\"x\",\"datatype\":\"FP31\"}]}|Cannot read input 'x': datatype 'FP31' (expected: BOOL,",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[-1]}]}|Cannot read the shape of input 'x': dimension 0 is '-1' (expected: an integer from 0",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1.0]}]}|dimension 0 is '1.0'",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":3}]}|Cannot read the shape of input 'x': it is '3'",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":7}]}|Cannot read input 'x': 'data' is '7' (expected: an array)",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[3],\"datatype\":\"BOOL\",\"data\":[true]}]}|Failed to parse 'data' field: shape does not match true shape",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[[1],[2]]}]}|Unable to parse 'data': Shape does not match true shape of 'data' field",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[0],\"datatype\":\"INT8\",\"data\":[1]}]}|Unable to parse 'data': Shape does not match true shape of 'data' field",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\"}]}|Input must set only one of the following fields: 'data', 'binary_data_size' in 'parameters', 'shared_memory_region' in 'parameters'. But no field is set",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[1],\"parameters\":{\"binary_data_size\":1}}]}|But set 'data' 'binary_data_size'",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"FP16\",\"data\":[1]}]}|receiving FP16 data via JSON is not supported. Please use the binary data format for input x",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[4294967296,4294967296],\"datatype\":\"INT8\",\"data\":[1]}]}|invalid shape for input 'x': shape [4294967296, 4294967296] causes total element count to exceed maximum size of 9223372036854775807",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[4611686018427387904],\"datatype\":\"FP32\",\"data\":[1]}]}|byte size overflow for input 'x': element count (4611686018427387904) * data type size (4) exceeds maximum allowed size",
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[1]},{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[1]}]}|input 'x' already exists in request",
                "{\"inputs\":[],\"outputs\":[{\"name\":\"y\"},{\"name\":\"y\"}]}|output 'y' already exists in request",
                "{\"inputs\":[],\"outputs\":[{}]}|Cannot read outputs[0]: it has no 'name'",
                "{\"inputs\":[],\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":1}}]}|Unable to parse 'binary_data'",
                "{\"parameters\":{\"a\":null},\"inputs\":[]}|Cannot read parameter 'a' of the request: it is 'null' (expected: a string, a number, true or false)",
                "{\"parameters\":{\"a\":{}},\"inputs\":[]}|Cannot read parameter 'a' of the request",
                "{\"parameters\":{\"timeout\":\"x\"},\"inputs\":[]}|Unable to parse 'timeout'",
                "{\"parameters\":{\"timeout\":-1},\"inputs\":[]}|Unable to parse 'timeout'",
                "{\"parameters\":{\"priority\":1.5},\"inputs\":[]}|Unable to parse 'priority'",
                "{\"parameters\":{\"sequence_start\":1},\"inputs\":[]}|Unable to parse 'sequence_start'",
                "{\"parameters\":{\"triton_x\":1},\"inputs\":[]}|parameter keys starting with 'triton_' are reserved for Triton usage and should not be specified.",
            })
    void refusesWithWhatWhereAndExpected(String body, String message) {
        assertThatThrownBy(() -> Samples.read(body == null ? "" : body))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(message);
    }

    @Test
    void refusesWhatItDoesNotOffer() {
        assertThatThrownBy(
                        () -> Samples.read(
                                "{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\",\"parameters\":{\"shared_memory_region\":\"r\"}}]}"))
                .isInstanceOf(UnsupportedException.class);
        assertThatThrownBy(() -> Samples.read(
                        "{\"inputs\":[],\"outputs\":[{\"name\":\"y\",\"parameters\":{\"classification\":3}}]}"))
                .isInstanceOf(UnsupportedException.class)
                .hasMessageContaining("classification");
    }

    @Test
    void refusesOtherEncodingsThanUtf8() {
        String json = "{\"inputs\":[{\"data\":[1],\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\"}]}";
        byte[] utf16 = json.getBytes(StandardCharsets.UTF_16BE);
        assertThatThrownBy(() -> RequestReader.read("m", utf16, utf16.length))
                .isInstanceOf(InvalidInputException.class);
        byte[] latin = json.replace("\"x\"", "\"é\"").getBytes(StandardCharsets.ISO_8859_1);
        assertThatThrownBy(() -> RequestReader.read("m", latin, latin.length))
                .isInstanceOf(InvalidInputException.class);
    }

    @Test
    @Timeout(value = 20, unit = TimeUnit.SECONDS)
    void isNotMadeToWorkHard() {
        for (String body : Hostile.costly()) {
            assertThatThrownBy(() -> Samples.read(body))
                    .as(body.substring(0, Math.min(60, body.length())))
                    .isInstanceOf(InvalidInputException.class)
                    .satisfies(e -> assertThat(e.getMessage()).hasSizeLessThan(2_000));
        }
        assertThatThrownBy(() -> Samples.read(Hostile.costly().get(4)))
                .hasMessage("JSON nesting depth exceeds maximum allowed limit (100)");
        assertThatThrownBy(() -> Samples.read(Hostile.costly().get(0))).hasMessageContaining("begins with '['");
        assertThatThrownBy(() -> Samples.read(Hostile.costly().get(1)))
                .hasMessage("JSON nesting depth exceeds maximum allowed limit (100)");
        String deepest = "[".repeat(100) + "1" + "]".repeat(100);
        assertThat(Samples.read("{\"inputs\":[{\"name\":\"x\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":" + deepest
                                + "}]}")
                        .inputs())
                .containsKey("x");
    }

    // ---- bytes behind the JSON

    @Test
    void readsBinaryTensorsInOrder() {
        InferRequest request = binary(
                "{\"parameters\":{\"binary_data_output\":true},\"inputs\":["
                        + "{\"name\":\"i\",\"shape\":[2],\"datatype\":\"INT16\",\"parameters\":{\"binary_data_size\":4}},"
                        + "{\"name\":\"j\",\"shape\":[1],\"datatype\":\"INT8\",\"data\":[7]},"
                        + "{\"name\":\"s\",\"shape\":[2],\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":11}},"
                        + "{\"name\":\"n\",\"shape\":[0],\"datatype\":\"FP32\",\"parameters\":{\"binary_data_size\":0}}]}",
                1,
                0,
                0xff,
                0xff,
                3,
                0,
                0,
                0,
                'a',
                0xff,
                0,
                0,
                0,
                0,
                0);
        assertThat(request.allBinary()).isTrue();
        assertThat(request.inputs())
                .containsExactly(
                        Map.entry("i", Tensor.of(DataType.INT16, ByteBuffer.wrap(new byte[] {1, 0, -1, -1}), 2)),
                        Map.entry("j", Tensor.of(DataType.INT8, ByteBuffer.wrap(new byte[] {7}), 1)),
                        Map.entry("s", Tensor.ofBytes(new byte[][] {{'a', -1, 0}, {}}, 2)),
                        Map.entry("n", Tensor.of(new float[0], 0)));
    }

    @Test
    void refusesBytesThatDoNotFit() {
        String two =
                "{\"inputs\":[{\"name\":\"i\",\"shape\":[2],\"datatype\":\"INT8\",\"parameters\":{\"binary_data_size\":%s}}]}";
        refusedBinary(
                two.formatted("3"), "unexpected size for input 'i', expecting 1 additional bytes for model 'm'", 1, 2);
        refusedBinary(two.formatted("2"), "unexpected additional input data for model 'm'", 1, 2, 3);
        refusedBinary(two.formatted("1"), "input byte size mismatch for input 'i' for model 'm'. Expected 2, got 1", 1);
        refusedBinary(two.formatted("-1"), "Unable to parse 'binary_data_size'", 1);
        refusedBinary(two.formatted("9e9"), "Unable to parse 'binary_data_size'", 1);
        refusedBinary(
                two.replace("INT8", "BOOL").formatted("2"),
                "element 1 is the byte 2 (expected: 0 or 1 for BOOL)",
                1,
                2);
        refusedBinary(two.replace("INT8", "BF16").formatted("4"), "tensors of BF16 are not supported", 1, 2, 3, 4);
        String text =
                "{\"inputs\":[{\"name\":\"s\",\"shape\":[1],\"datatype\":\"BYTES\",\"parameters\":{\"binary_data_size\":%s}}]}";
        refusedBinary(
                text.formatted("3"),
                "incomplete string length indicator for inference input 's' for model 'm', expecting 4 bytes but only 3",
                1,
                0,
                0);
        refusedBinary(
                text.formatted("5"),
                "expecting string of length 4294967295 but only 1 bytes available",
                255,
                255,
                255,
                255,
                1);
        refusedBinary(
                text.formatted("8"),
                "unexpected number of string elements 2 for inference input 's' for model 'm', expecting 1",
                0,
                0,
                0,
                0,
                0,
                0,
                0,
                0);
        refusedBinary(text.formatted("0"), "expected 1 string elements for inference input 's' for model 'm', got 0");
    }

    // ---- answers

    @Test
    void writesTheShortestNumbersAndBareNames() {
        assertThat(Samples.write(Map.of(
                        "y",
                        Tensor.of(
                                new float[] {0.1f, 2e-3f, 1.0E10f, Float.MIN_VALUE, Float.NaN, Float.NEGATIVE_INFINITY},
                                6))))
                .isEqualTo(
                        "{\"model_name\":\"m\",\"model_version\":\"7\",\"outputs\":[{\"name\":\"y\",\"datatype\":\"FP32\",\"shape\":[6],"
                                + "\"data\":[0.1,0.002,1.0E10,1.4E-45,NaN,-Infinity]}]}");
        // JDK 17 itself prints the second one as 1.9999999999999998E23.
        assertThat(Samples.write(Map.of("y", Tensor.of(new double[] {2.0E-3, 2E23}, 2))))
                .contains("\"data\":[0.002,2.0E23]");
        assertThat(Samples.write(Map.of(
                        "y",
                        Tensor.of(DataType.UINT64, ByteBuffer.wrap(new byte[] {-1, -1, -1, -1, -1, -1, -1, -1}), 1))))
                .contains("\"data\":[18446744073709551615]");
        assertThat(Samples.write(Map.of("y", Tensor.ofBytes(new byte[][] {"ü\0".getBytes(StandardCharsets.UTF_8)}))))
                .contains("\"datatype\":\"BYTES\",\"shape\":[],\"data\":[\"ü\\u0000\"]");
    }

    @Test
    void refusesToWriteWhatIsNoText() {
        assertThatThrownBy(() -> Samples.write(Map.of("y", Tensor.ofBytes(new byte[][] {{'a'}, {-1}}, 2))))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining("Cannot write output 'y' as JSON: its element 1 is not Unicode text")
                .hasMessageContaining("binary_data");
        assertThatThrownBy(() -> Samples.write(Map.of("y", Tensor.of(new String[] {"\ud800"}, 1))))
                .isInstanceOf(InvalidInputException.class);
        var bytes = ResponseWriter.write(
                "m", "1", Optional.of("r"), Map.of("y", Tensor.ofBytes(new byte[][] {{-1}}, 1)), Set.of("y"));
        assertThat(new String(bytes.body(), 0, bytes.jsonLength(), StandardCharsets.UTF_8))
                .isEqualTo(
                        "{\"model_name\":\"m\",\"model_version\":\"1\",\"id\":\"r\",\"outputs\":[{\"name\":\"y\",\"datatype\":\"BYTES\",\"shape\":[1],"
                                + "\"parameters\":{\"binary_data_size\":5}}]}");
        assertThat(java.util.Arrays.copyOfRange(bytes.body(), bytes.jsonLength(), bytes.body().length))
                .containsExactly(1, 0, 0, 0, -1);
    }

    @Test
    void everyCodeHasAStatus() {
        assertThat(List.of(
                        "INVALID_INPUT",
                        "NOT_FOUND",
                        "UNSUPPORTED",
                        "UNAVAILABLE",
                        "EXHAUSTED",
                        "TIMEOUT",
                        "MODEL_FAILED",
                        "NEW"))
                .extracting(Answers::status)
                .containsExactly(400, 404, 501, 503, 503, 504, 500, 500);
    }

    private static Tensor one(String type, String token) {
        return read(type, "1", token);
    }

    private static Tensor read(String type, String shape, String tokens) {
        return Samples.get(
                Samples.read("{\"inputs\":[{\"name\":\"x\",\"shape\":[" + shape + "],\"datatype\":\"" + type
                                + "\",\"data\":[" + tokens + "]}]}")
                        .inputs(),
                "x");
    }

    private static void refusedBinary(String json, String message, int... bytes) {
        assertThatThrownBy(() -> binary(json, bytes))
                .isInstanceOf(InvalidInputException.class)
                .hasMessageContaining(message);
    }

    private static InferRequest binary(String json, int... bytes) {
        byte[] head = json.getBytes(StandardCharsets.UTF_8);
        byte[] body = java.util.Arrays.copyOf(head, head.length + bytes.length);
        for (int i = 0; i < bytes.length; i++) {
            body[head.length + i] = (byte) bytes[i];
        }
        return RequestReader.read("m", body, head.length);
    }
}
