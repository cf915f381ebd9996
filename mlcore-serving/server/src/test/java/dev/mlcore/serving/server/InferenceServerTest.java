package dev.mlcore.serving.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.mlcore.api.UnavailableException;
import dev.mlcore.api.data.DataType;
import dev.mlcore.http.HttpHost;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(120)
class InferenceServerTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static final String ADD = """
            {"id":"r1","inputs":[{"name":"a","shape":[1,2],"datatype":"FP32","data":[1,2]},
                                 {"name":"b","shape":[1,2],"datatype":"FP32","data":[[0.5,-3]]}]%s}""";
    private static Models models;
    private static InferenceServer server;

    @BeforeAll
    static void start() {
        models = new Models();
        server = InferenceServer.builder(models.engine)
                .httpPort(0)
                .maxBodyBytes(1 << 20)
                .start();
    }

    @AfterAll
    static void stop() {
        server.close();
        models.close();
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(Thread.getAllStackTraces().keySet())
                        .extracting(Thread::getName)
                        .noneMatch(name -> name.startsWith("mlcore-")));
    }

    // ---- what is served

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "/v2/health/live|{\"live\":true}",
                "/v2/health/live/|{\"live\":true}",
                "/v2/health/live?test_1=1&test_2=2|{\"live\":true}",
                "/v2/health/ready|{\"live\":true,\"ready\":true}",
                "/v2/models/add/ready|{\"name\":\"add\",\"ready\":true}",
                "/v2/models/add/versions/1/ready|{\"name\":\"add\",\"ready\":true}",
                "/v2/models/p%C3%A4%20x/ready|{\"name\":\"pä x\",\"ready\":true}",
                "/v2/models/add|{\"name\":\"add\",\"versions\":[\"1\"],\"platform\":\"java\",\"inputs\":[{\"name\":\"a\",\"datatype\":\"FP32\",\"shape\":[-1,2]},"
                        + "{\"name\":\"b\",\"datatype\":\"FP32\",\"shape\":[-1,2]}],\"outputs\":[{\"name\":\"sum\",\"datatype\":\"FP32\",\"shape\":[-1,2]},"
                        + "{\"name\":\"first\",\"datatype\":\"FP32\",\"shape\":[-1,2]}]}",
                "/v2/models/p%C3%A4%20x/versions/1|{\"name\":\"pä x\",\"versions\":[\"1\"],\"platform\":\"java\",\"inputs\":[{\"name\":\"x\",\"datatype\":\"INT64\",\"shape\":[]}],"
                        + "\"outputs\":[{\"name\":\"y\",\"datatype\":\"INT64\",\"shape\":[]}]}",
            })
    void tellsWhatThereIs(String path, String body) throws Exception {
        HttpResponse<String> answer = get(path);
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        assertThat(answer.body()).isEqualTo(body);
        HttpResponse<String> head = send(request(path).method("HEAD", BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(200);
        assertThat(head.body()).isEmpty();
    }

    @Test
    void tellsWhatItIs() throws Exception {
        for (String path : List.of("/v2", "/v2/")) {
            JsonNode root = Samples.MAPPER.readTree(get(path).body());
            assertThat(root.get("name").asText()).isEqualTo("mlcore");
            assertThat(root.get("version").asText()).isNotEmpty();
            assertThat(root.get("extensions").toString()).isEqualTo("[\"binary_tensor_data\"]");
        }
        JsonNode names = Samples.MAPPER.readTree(get("/v2/models").body()).get("models");
        assertThat(names)
                .hasSize(Samples.TYPES.size() + 6)
                .contains(Samples.MAPPER.getNodeFactory().textNode("add"));
    }

    // ---- inference

    @Test
    void infers() throws Exception {
        for (String path :
                List.of("/v2/models/add/infer", "/v2/models/add/infer/", "/v2/models/add/versions/1/infer?x=1")) {
            HttpResponse<String> answer = post(path, ADD.formatted(""));
            assertThat(answer.body())
                    .isEqualTo("{\"model_name\":\"add\",\"model_version\":\"1\",\"id\":\"r1\",\"outputs\":["
                            + "{\"name\":\"sum\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1.5,-1.0]},"
                            + "{\"name\":\"first\",\"datatype\":\"FP32\",\"shape\":[1,2],\"data\":[1.0,2.0]}]}");
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).contains("application/json");
        }
    }

    @Test
    void answersTheOutputsAskedForInTheirOrder() throws Exception {
        assertThat(outputs(post(
                        "/v2/models/add/infer",
                        ADD.formatted(",\"outputs\":[{\"name\":\"first\"},{\"name\":\"sum\"}]"))))
                .containsExactly("first", "sum");
        assertThat(outputs(post("/v2/models/add/infer", ADD.formatted(",\"outputs\":[{\"name\":\"first\"}]"))))
                .containsExactly("first");
        assertThat(outputs(post("/v2/models/add/infer", ADD.formatted(",\"outputs\":[]"))))
                .containsExactly("sum", "first");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "BOOL|[true,false]|[true,false]",
                "INT8|[-128,127]|[-128,127]",
                "UINT8|[0,255]|[0,255]",
                "INT16|[-32768,1]|[-32768,1]",
                "UINT16|[65535,0]|[65535,0]",
                "INT32|[-2147483648,3.0]|[-2147483648,3]",
                "UINT32|[4294967295,0]|[4294967295,0]",
                "INT64|[9007199254740993,-9223372036854775808]|[9007199254740993,-9223372036854775808]",
                "UINT64|[18446744073709551615,9223372036854775808]|[18446744073709551615,9223372036854775808]",
                "FLOAT32|[0.1,NaN]|[0.1,NaN]",
                "FLOAT64|[0.1,-1e300]|[0.1,-1.0E300]",
                "STRING|[\"ü\\u0000\",\"\"]|[\"ü\\u0000\",\"\"]",
                "BYTES|[\"ü\\u0000\",\"😀\"]|[\"ü\\u0000\",\"😀\"]",
            })
    void carriesEveryType(DataType type, String in, String out) throws Exception {
        String body = "{\"inputs\":[{\"data\":" + in + ",\"name\":\"x\",\"shape\":[2],\"datatype\":\"" + type.oipName()
                + "\"}]}";
        assertThat(post("/v2/models/echo-" + type + "/infer", body).body())
                .isEqualTo("{\"model_name\":\"echo-" + type
                        + "\",\"model_version\":\"1\",\"outputs\":[{\"name\":\"y\",\"datatype\":\"" + type.oipName()
                        + "\",\"shape\":[2],\"data\":" + out + "}]}");
    }

    @Test
    void carriesBytesBehindTheJson() throws Exception {
        String json =
                "{\"inputs\":[{\"name\":\"x\",\"shape\":[2],\"datatype\":\"INT16\",\"parameters\":{\"binary_data_size\":4}}]%s}";
        byte[] tail = {1, 0, -1, -1};
        String listed = json.formatted(",\"outputs\":[{\"name\":\"y\",\"parameters\":{\"binary_data\":true}}]");
        String all = json.formatted(",\"parameters\":{\"binary_data_output\":true}");
        for (String head : List.of(listed, all)) {
            HttpResponse<byte[]> answer = binary("/v2/models/echo-INT16/infer", head, tail);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue("content-type")).contains("application/octet-stream");
            int length = Integer.parseInt(answer.headers()
                    .firstValue("inference-header-content-length")
                    .orElseThrow());
            assertThat(new String(answer.body(), 0, length, StandardCharsets.UTF_8))
                    .endsWith("\"parameters\":{\"binary_data_size\":4}}]}");
            assertThat(Arrays.copyOfRange(answer.body(), length, answer.body().length))
                    .isEqualTo(tail);
        }
        HttpResponse<byte[]> plain = binary("/v2/models/echo-INT16/infer", json.formatted(""), tail);
        assertThat(new String(plain.body(), StandardCharsets.UTF_8)).contains("\"data\":[1,-1]");
        assertThat(plain.headers().firstValue("inference-header-content-length"))
                .isEmpty();
        HttpResponse<byte[]> empty = binary(
                "/v2/models/echo-INT16/infer",
                "{\"parameters\":{\"binary_data_output\":true},\"inputs\":[{\"name\":\"x\",\"shape\":[0],\"datatype\":\"INT16\",\"data\":[]}]}",
                new byte[0]);
        assertThat(empty.headers().firstValue("inference-header-content-length"))
                .contains("" + empty.body().length);
        for (String length : List.of("0", "9999", "-1", "x", "")) {
            HttpResponse<String> refused = send(request("/v2/models/echo-INT16/infer")
                    .header("Inference-Header-Content-Length", length)
                    .POST(BodyPublishers.ofString("{}")));
            assertThat(refused.statusCode()).isEqualTo(400);
            assertThat(error(refused))
                    .containsAnyOf(
                            "inference header size should be in range (0, 2]",
                            "Unable to parse Inference-Header-Content-Length, got: ");
        }
    }

    @Test
    void answersManyAtOnceEachItsOwn() {
        IntStream.range(0, 400)
                .mapToObj(i -> CLIENT.sendAsync(
                                request("/v2/models/add/infer")
                                        .POST(BodyPublishers.ofString("{\"id\":\"" + i
                                                + "\",\"inputs\":[{\"name\":\"a\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":["
                                                + i
                                                + ",0]},{\"name\":\"b\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[0,"
                                                + i + "]}]}"))
                                        .build(),
                                BodyHandlers.ofString())
                        .thenAccept(answer -> {
                            if (answer.statusCode() == 200) { // 128 at once are taken
                                assertThat(answer.body())
                                        .contains("\"id\":\"" + i + "\"")
                                        .contains("\"data\":[" + i + ".0," + i + ".0]");
                            } else {
                                assertThat(answer.statusCode()).isEqualTo(503);
                            }
                        }))
                .toList()
                .forEach(CompletableFuture::join);
    }

    // ---- errors

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "GET|/|404|Not Found",
                "GET|/v3|404|Not Found",
                "GET|/v2/nothing|404|Not Found",
                "GET|/v2/models/add/nothing|404|Not Found",
                "GET|/v2/models//ready|400|Cannot read the request",
                "POST|/v2/models/add/versions/1/infer/more|404|Not Found",
                "GET|/v2/models/no|404|Request for unknown model: 'no' is not found",
                "GET|/v2/models/no/ready|404|Request for unknown model: 'no' is not found",
                "POST|/v2/models/no/infer|404|Request for unknown model: 'no' is not found",
                "GET|/v2/models/add/versions/2|404|Request for unknown model: 'add' version 2 is not found",
                "POST|/v2/models/add/versions/2/infer|404|Request for unknown model: 'add' version 2 is not found",
                "GET|/v2/models/add/versions/x/ready|400|failed to get model version from specified version string 'x' (details: ",
                "GET|/v2/models/add/versions/0|400|version should be an integral value > 0",
                "GET|/v2/models/add/infer|405|Method Not Allowed",
                "PUT|/v2/models/add/infer|405|Method Not Allowed",
                "POST|/v2|405|Method Not Allowed",
                "DELETE|/v2/models/add|405|Method Not Allowed",
                "POST|/v2/health/live|405|Method Not Allowed",
            })
    void refusesWhatItDoesNotServe(String method, String path, int status, String text) throws Exception {
        HttpResponse<String> answer = send(
                request(path).method(method, BodyPublishers.ofString(method.equals("POST") ? ADD.formatted("") : "")));
        assertThat(error(answer))
                .startsWith(
                        status == 400 ? error(answer).substring(0, error(answer).indexOf(text)) : text)
                .contains(text);
        assertThat(answer.statusCode()).isEqualTo(status);
        assertThat(answer.headers().firstValue("allow").isPresent()).isEqualTo(status == 405);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{|Cannot read the request: it is not JSON at line 1, column 2",
                "{\"inputs\":[]}|expected 2 inputs but got 0 inputs for model 'add'. Got input(s) [], but missing required input(s) ['a','b']. Please provide all required input(s).",
                "{\"inputs\":[A]}|expected 2 inputs but got 1 inputs for model 'add'. Got input(s) ['a'], but missing required input(s) ['b']. Please provide all required input(s).",
                "{\"inputs\":[A,B,{\"name\":\"c\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}|expected 2 inputs but got 3 inputs for model 'add'",
                "{\"inputs\":[A,{\"name\":\"c\",\"shape\":[1],\"datatype\":\"FP32\",\"data\":[1]}]}|unexpected inference input 'c' for model 'add'",
                "{\"inputs\":[A,A]}|input 'a' already exists in request",
                "{\"inputs\":[A,{\"name\":\"b\",\"shape\":[1,3],\"datatype\":\"FP32\",\"data\":[1,2,3]}]}|unexpected shape for input 'b' for model 'add'. Expected [-1,2], got [1,3]. ",
                "{\"inputs\":[A,{\"name\":\"b\",\"shape\":[2],\"datatype\":\"FP32\",\"data\":[1,2]}]}|unexpected shape for input 'b' for model 'add'. Expected [-1,2], got [2]. ",
                "{\"inputs\":[A,{\"name\":\"b\",\"shape\":[1,2],\"datatype\":\"FP64\",\"data\":[1,2]}]}|inference input 'b' data-type is 'FP64', but model 'add' expects 'FP32'",
                "{\"inputs\":[A,{\"name\":\"b\",\"shape\":[1,2],\"datatype\":\"FP16\",\"data\":[1,2]}]}|receiving FP16 data via JSON is not supported. Please use the binary data format for input b",
                "{\"inputs\":[{\"name\":\"a\",\"shape\":[9],\"datatype\":\"FP32\",\"data\":[1]}]}|Failed to parse 'data' field: shape does not match true shape",
                "{\"inputs\":[A,B],\"outputs\":[{\"name\":\"no\"}]}|unexpected inference output 'no' for model 'add'",
                "{\"inputs\":[A,B],\"outputs\":[{\"name\":\"sum\"},{\"name\":\"sum\"}]}|output 'sum' already exists in request",
            })
    void refusesRequestsThatAreWrong(String body, String text) throws Exception {
        String a = "{\"name\":\"a\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,2]}";
        HttpResponse<String> answer =
                post("/v2/models/add/infer", body.replace("A", a).replace("B", a.replace("\"a\"", "\"b\"")));
        assertThat(answer.body()).startsWith("{\"error\":\"").doesNotContain("\tat ", "dev.mlcore", "com.fasterxml");
        assertThat(error(answer)).contains(text);
        assertThat(answer.statusCode()).isEqualTo(400);
    }

    @Test
    void refusesOtherEncodings() throws Exception {
        HttpResponse<String> answer = send(request("/v2/models/add/infer")
                .header("Content-Encoding", "gzip")
                .POST(BodyPublishers.ofString("x")));
        assertThat(answer.statusCode()).isEqualTo(501);
        assertThat(error(answer)).contains("'gzip' (expected: identity)");
        assertThat(answer.headers().firstValue("accept-encoding")).contains("identity");
    }

    /** The protocol does not tell types apart here: {@code curl -d} sends a form's. */
    @Test
    void takesAnyContentType() throws Exception {
        assertThat(send(request("/v2/models/add/infer")
                                .header("Content-Type", "application/x-www-form-urlencoded")
                                .POST(BodyPublishers.ofString(ADD.formatted(""))))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void tellsAModelsFailureWithoutDetailsAndLogsItOnce() throws Exception {
        List<LogRecord> logged = new ArrayList<>();
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord r) {
                logged.add(r);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        Logger logger = Logger.getLogger("dev.mlcore.serving.server.InferenceRoutes");
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            HttpResponse<String> answer = post("/v2/models/fails/infer", scalar(3));
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.body())
                    .isEqualTo("{\"error\":\"The model failed on this request; the server's log tells more\"}");
            assertThat(logged).singleElement().satisfies(r -> {
                assertThat(r.getLevel()).isEqualTo(Level.WARNING);
                assertThat(r.getThrown()).hasStackTraceContaining("/secret/path");
            });
            HttpResponse<String> picky = post("/v2/models/picky/infer", scalar(4));
            assertThat(picky.statusCode()).isEqualTo(400);
            assertThat(error(picky)).contains("x: 4 (expected: a prime)");
            assertThat(logged).hasSize(1);
        } finally {
            logger.removeHandler(handler);
        }
    }

    @Test
    void refusesABodyThatIsTooLong() throws Exception {
        String body = ADD.formatted(",\"more\":\"" + "x".repeat(1 << 20) + "\"");
        assertThat(post("/v2/models/add/infer", body).statusCode()).isEqualTo(413);
        HttpResponse<String> chunked = send(request("/v2/models/add/infer")
                .POST(BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(body.getBytes(StandardCharsets.UTF_8)))));
        assertThat(chunked.statusCode()).isEqualTo(413);
        assertThat(error(chunked)).contains("its body is too large (expected: at most 1048576 bytes)");
        String large = ADD.formatted(",\"more\":\"" + "x".repeat(1 << 19) + "\"");
        assertThat(send(request("/v2/models/add/infer")
                                .POST(BodyPublishers.ofInputStream(() ->
                                        new java.io.ByteArrayInputStream(large.getBytes(StandardCharsets.UTF_8)))))
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void survivesHostileBodies() throws Exception {
        Random random = new Random(42);
        List<byte[]> bodies = new ArrayList<>();
        Hostile.costly().forEach(body -> bodies.add(body.getBytes(StandardCharsets.UTF_8)));
        for (int i = 0; i < 400; i++) {
            bodies.add(Hostile.damaged(
                    ADD.formatted(",\"outputs\":[{\"name\":\"sum\"}]").getBytes(StandardCharsets.UTF_8), random));
        }
        for (byte[] body : bodies) {
            HttpResponse<String> answer = send(request("/v2/models/add/infer")
                    .timeout(Duration.ofSeconds(20))
                    .POST(BodyPublishers.ofByteArray(body)));
            assertThat(answer.statusCode())
                    .as(new String(body, 0, Math.min(200, body.length), StandardCharsets.UTF_8))
                    .isIn(200, 400, 413, 501);
            Samples.MAPPER.readTree(answer.body());
        }
        assertThat(get("/v2/health/live").statusCode()).isEqualTo(200);
    }

    // ---- life

    @Test
    void isNotReadyOnceTheEngineIsClosed() throws Exception {
        Models own = new Models();
        try (InferenceServer s = InferenceServer.builder(own.engine).httpPort(0).start()) {
            own.close();
            assertThat(get(s, "/v2/health/ready").statusCode()).isEqualTo(503);
            assertThat(get(s, "/v2/health/ready").body()).isEqualTo("{\"live\":true,\"ready\":false}");
            assertThat(get(s, "/v2/health/live").statusCode()).isEqualTo(200);
            assertThat(get(s, "/v2/models/add").statusCode()).isIn(404, 503);
        }
    }

    @Test
    void finishesARunningInferenceWhenClosed() throws Exception {
        try (Models own = new Models()) {
            InferenceServer s = InferenceServer.builder(own.engine).httpPort(0).start();
            CompletableFuture<HttpResponse<String>> running = CLIENT.sendAsync(
                    HttpRequest.newBuilder(URI.create(s.uri() + "/v2/models/slow/infer"))
                            .POST(BodyPublishers.ofString(scalar(7)))
                            .build(),
                    BodyHandlers.ofString());
            own.slowEntered.await();
            CompletableFuture<Void> closing = CompletableFuture.runAsync(s::close);
            Awaitility.await()
                    .untilAsserted(() -> assertThatThrownBy(
                                    () -> new Socket(s.uri().getHost(), s.uri().getPort()).close())
                            .isInstanceOf(IOException.class));
            assertThat(running).isNotDone();
            own.slowMayGo.countDown();
            assertThat(running.get(20, TimeUnit.SECONDS).body()).contains("\"data\":[7]");
            closing.get(20, TimeUnit.SECONDS);
            s.await();
        }
    }

    @Test
    void namesThePortThatIsTaken() {
        assertThatThrownBy(() -> InferenceServer.builder(models.engine)
                        .httpPort(server.uri().getPort())
                        .start())
                .isInstanceOf(UnavailableException.class)
                .hasMessageContaining(
                        "Cannot listen on 127.0.0.1:" + server.uri().getPort() + ": address in use");
    }

    /** A client that sends half of a large body keeps what it sent in memory; others are then refused rather than the heap filled. */
    @Test
    void boundsWhatBodiesTakeTogether() throws Exception {
        Bodies bodies = new Bodies(50_000);
        String big = ADD.formatted(",\"more\":\"" + "x".repeat(100_000) + "\"");
        try (HttpHost host = HttpHost.builder()
                .httpPort(0)
                .mount(new ProtocolRoutes(models.engine, bodies))
                .start()) {
            URI infer = URI.create(host.uri() + "/v2/models/add/infer");
            assertThat(send(HttpRequest.newBuilder(infer).POST(BodyPublishers.ofString(big)))
                            .statusCode())
                    .as("alone")
                    .isEqualTo(200);
            try (Socket half = new Socket(host.uri().getHost(), host.uri().getPort())) {
                half.getOutputStream()
                        .write(("POST /v2/models/add/infer HTTP/1.1\r\nHost: h\r\nContent-Length: " + big.length()
                                        + "\r\n\r\n" + big.substring(0, 40_000))
                                .getBytes(StandardCharsets.US_ASCII));
                Awaitility.await().until(() -> bodies.held() > 30_000);
                HttpResponse<String> refused =
                        send(HttpRequest.newBuilder(infer).POST(BodyPublishers.ofString(big)));
                assertThat(refused.statusCode()).isEqualTo(503);
                assertThat(refused.headers().firstValue("retry-after")).contains("1");
                assertThat(error(refused)).contains("bodies of other requests take");
                half.getOutputStream().write(big.substring(40_000).getBytes(StandardCharsets.US_ASCII));
                InputStream in = half.getInputStream();
                assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII))
                        .isEqualTo("HTTP/1.1 200");
            }
            Awaitility.await().until(() -> bodies.held() == 0);
            try (Socket announces = new Socket(host.uri().getHost(), host.uri().getPort())) {
                announces
                        .getOutputStream()
                        .write("POST /v2/models/add/infer HTTP/1.1\r\nHost: h\r\nContent-Length: 60000000\r\n\r\n{"
                                .getBytes(StandardCharsets.US_ASCII));
                Awaitility.await().until(() -> bodies.held() > 0);
                assertThat(bodies.held()).as("an announcement costs nothing").isLessThan(10_000);
            }
            Awaitility.await().until(() -> bodies.held() == 0);
        }
    }

    // ---- tools

    private static String scalar(long value) {
        return "{\"inputs\":[{\"name\":\"x\",\"shape\":[],\"datatype\":\"INT64\",\"data\":[" + value + "]}]}";
    }

    private static HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create(server.uri() + path));
    }

    private static HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return send(request(path));
    }

    private static HttpResponse<String> get(InferenceServer s, String path) throws Exception {
        return send(HttpRequest.newBuilder(URI.create(s.uri() + path)));
    }

    private static HttpResponse<String> post(String path, String body) throws Exception {
        return send(request(path).POST(BodyPublishers.ofString(body)));
    }

    private static HttpResponse<byte[]> binary(String path, String json, byte[] tail) throws Exception {
        byte[] head = json.getBytes(StandardCharsets.UTF_8);
        byte[] body = Arrays.copyOf(head, head.length + tail.length);
        System.arraycopy(tail, 0, body, head.length, tail.length);
        return CLIENT.send(
                request(path)
                        .header("Inference-Header-Content-Length", "" + head.length)
                        .POST(BodyPublishers.ofByteArray(body))
                        .build(),
                BodyHandlers.ofByteArray());
    }

    private static String error(HttpResponse<String> answer) throws Exception {
        JsonNode root = Samples.MAPPER.readTree(answer.body());
        assertThat(root.size()).isEqualTo(1);
        return root.get("error").asText();
    }

    private static List<String> outputs(HttpResponse<String> answer) throws Exception {
        List<String> names = new ArrayList<>();
        Samples.MAPPER
                .readTree(answer.body())
                .get("outputs")
                .forEach(o -> names.add(o.get("name").asText()));
        return names;
    }
}
