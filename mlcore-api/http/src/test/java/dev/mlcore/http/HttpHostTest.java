package dev.mlcore.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.mlcore.api.OperationCancelledException;
import dev.mlcore.api.UnavailableException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;
import java.util.stream.Collectors;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class HttpHostTest {
    private final HttpClient client = HttpClient.newHttpClient();
    private final Log log = new Log();

    @BeforeEach
    void listen() {
        Logger.getLogger("dev.mlcore.http.HttpHost").addHandler(log);
        Logger.getLogger("dev.mlcore.http.HttpHost").setUseParentHandlers(false);
    }

    @AfterEach
    void stopListening() {
        Logger.getLogger("dev.mlcore.http.HttpHost").removeHandler(log);
    }

    @AfterAll
    static void leavesNoThreads() {
        Awaitility.await()
                .atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(hostThreads()).isEmpty());
    }

    // ---- exchanges

    @Test
    void givesTheRoutesWhatWasSent() throws Exception {
        HttpRoutes routes = x -> {
            String seen = x.method() + "|" + x.path() + "|" + x.segments() + "|" + x.query() + "|"
                    + x.header("x-test").orElse("-") + "|" + x.header("no-such").isPresent() + "|" + x.contentLength()
                    + "|"
                    + new String(x.body().readAllBytes(), StandardCharsets.UTF_8);
            x.responseHeader("X-Answer", "42")
                    .respond(201, "text/plain; charset=utf-8", seen.getBytes(StandardCharsets.UTF_8));
            return true;
        };
        try (HttpHost host = start(routes)) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(URI.create(host.uri() + "/v2/models/p%C3%A4%20x/infer/?a=1&b=x+y%26&a=2"))
                            .header("X-Test", "t")
                            .POST(BodyPublishers.ofString("body"))
                            .build(),
                    BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(201);
            assertThat(answer.headers().firstValue("x-answer")).contains("42");
            assertThat(answer.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
            assertThat(answer.headers().firstValue("content-length")).isPresent();
            assertThat(answer.headers().firstValue("server")).isEmpty();
            assertThat(answer.body())
                    .isEqualTo(
                            "POST|/v2/models/pä x/infer/|[v2, models, pä x, infer]|{a=[1, 2], b=[x y&]}|t|false|4|body");
        }
    }

    @Test
    void asksTheRoutesInOrder() throws Exception {
        HttpHost.Builder builder = HttpHost.builder()
                .httpPort(0)
                .mount(x -> x.path().equals("/a") && text(x, "first"))
                .mount(x -> x.path().startsWith("/") && !x.path().equals("/none") && text(x, "second"));
        try (HttpHost host = builder.start()) {
            assertThat(get(host, "/a").body()).isEqualTo("first");
            assertThat(get(host, "/b").body()).isEqualTo("second");
            HttpResponse<String> none = get(host, "/none");
            assertThat(none.statusCode()).isEqualTo(404);
            assertThat(none.body()).isEqualTo("{\"error\":\"Not Found\"}");
        }
    }

    @Test
    void streamsAnAnswerOfUnknownLength() throws Exception {
        HttpRoutes routes = x -> {
            OutputStream out = x.respond(200, "text/plain");
            for (int i = 0; i < 50_000; i++) {
                out.write("0123456789".getBytes(StandardCharsets.US_ASCII));
            }
            return true; // not closed: the host does that
        };
        try (HttpHost host = start(routes)) {
            assertThat(get(host, "/").body()).hasSize(500_000).endsWith("6789");
            HttpResponse<String> head = client.send(
                    HttpRequest.newBuilder(host.uri())
                            .method("HEAD", BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
            assertThat(head.statusCode()).isEqualTo(200);
            assertThat(head.body()).isEmpty();
        }
    }

    @Test
    void refusesToAnswerTwiceOrWithWhatCannotBeSent() throws Exception {
        List<Throwable> seen = new ArrayList<>();
        HttpRoutes routes = x -> {
            catching(seen, () -> x.responseHeader("X", "a\r\nSet-Cookie: b"));
            catching(seen, () -> x.responseHeader("a b", "c"));
            catching(seen, () -> x.respond(99, "text/plain"));
            text(x, "once");
            catching(seen, () -> text(x, "twice"));
            catching(seen, () -> x.responseHeader("X", "late"));
            return true;
        };
        try (HttpHost host = start(routes)) {
            assertThat(get(host, "/").body()).isEqualTo("once");
        }
        assertThat(seen)
                .extracting(t -> t.getClass().getSimpleName())
                .containsExactly(
                        "IllegalArgumentException",
                        "IllegalArgumentException",
                        "IllegalArgumentException",
                        "IllegalStateException",
                        "IllegalStateException");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/a/../b",
                "/a/%2e%2e/b",
                "/a/./b",
                "/a%2Fb",
                "/a%5Cb",
                "/%00",
                "/a%0d%0ab",
                "/%ff",
                "/%c3",
                "/%4",
                "/%zz",
                "/a\\b",
                "/a%u0041"
            })
    void refusesPathsOfTwoMeanings(String path) throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpRoutes routes = x -> {
            asked.incrementAndGet();
            return text(x, x.path());
        };
        try (HttpHost host = start(routes);
                RawClient raw = new RawClient(host.uri())) {
            String answer = raw.send("GET " + path + " HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
                    .readAll();
            assertThat(answer)
                    .startsWith("HTTP/1.1 400")
                    .contains("{\"error\":\"Cannot read the")
                    .doesNotContain("\tat ");
            assertThat(asked).hasValue(0);
        }
        assertThat(log.records).isEmpty();
    }

    @Test
    void answers400ToABadQueryOnlyIfARouteReadsIt() throws Exception {
        HttpRoutes routes = x -> text(x, x.path().equals("/query") ? x.query().toString() : "fine");
        try (HttpHost host = start(routes)) {
            assertThat(raw(host, "GET /query?a=%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 400")
                    .contains("Cannot read the query of the request: '%zz'");
            assertThat(raw(host, "GET /other?a=%zz HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n"))
                    .startsWith("HTTP/1.1 200");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "'GET / HTTP/1.1\r\n\r\n', 400", // no Host
        "'GET / HTTP/9.9\r\nHost: h\r\n\r\n', 505",
        "'G@T\u0001 / HTTP/1.1\r\nHost: h\r\n\r\n', 400",
        "'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -5\r\n\r\n', 400",
        "'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef', 400",
        "'POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n', 400",
        "'POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nZZ\r\nabc\r\n', 400",
    })
    void answersMalformedRequestsInJson(String request, int status) throws Exception {
        HttpRoutes routes = x -> text(x, "" + x.body().readAllBytes().length);
        try (HttpHost host = start(routes)) {
            assertThat(raw(host, request))
                    .startsWith("HTTP/1.1 " + status)
                    .contains("\r\n\r\n{\"error\":\"")
                    .endsWith("\"}");
        }
        assertThat(log.records).isEmpty();
    }

    // ---- failures of routes

    @Test
    void answers500WithoutDetailsAndLogsOnce() throws Exception {
        HttpRoutes routes = x -> {
            if (x.path().equals("/error")) {
                throw new StackOverflowError("/secret/path");
            }
            if (x.path().equals("/silent")) {
                return true;
            }
            throw new IllegalStateException("/secret/path");
        };
        try (HttpHost host = start(routes)) {
            for (String path : List.of("/exception", "/error", "/silent")) {
                log.records.clear();
                HttpResponse<String> answer = get(host, path);
                assertThat(answer.statusCode()).isEqualTo(500);
                assertThat(answer.body()).isEqualTo("{\"error\":\"Internal error; the server's log tells more\"}");
                assertThat(log.records).singleElement().satisfies(r -> {
                    assertThat(r.getLevel()).isEqualTo(Level.SEVERE);
                    assertThat(r.getMessage()).startsWith("Cannot answer GET " + path);
                    assertThat(r.getThrown()).isNotNull();
                });
            }
            assertThat(get(host, "/exception").statusCode()).isEqualTo(500); // and goes on
        }
    }

    @Test
    void cutsAnAnswerThatFailsHalfWay() throws Exception {
        HttpRoutes routes = x -> {
            OutputStream out = x.respond(200, "text/plain");
            out.write(new byte[100_000]);
            out.flush();
            throw new IllegalStateException("half-way");
        };
        try (HttpHost host = start(routes)) {
            assertThatThrownBy(() -> get(host, "/")).isInstanceOf(IOException.class);
        }
        assertThat(log.records).hasSize(1);
    }

    @Test
    void replacesAnAnswerOfWhichNothingWasSent() throws Exception {
        HttpRoutes routes = x -> {
            x.responseHeader("X-Half", "1").respond(200, "text/plain").write('a');
            throw new IllegalStateException("half-way");
        };
        try (HttpHost host = start(routes)) {
            HttpResponse<String> answer = get(host, "/");
            assertThat(answer.statusCode()).isEqualTo(500);
            assertThat(answer.headers().firstValue("x-half")).isEmpty();
        }
    }

    // ---- limits

    @Test
    void refusesABodyThatIsTooLong() throws Exception {
        AtomicInteger asked = new AtomicInteger();
        HttpRoutes routes = x -> {
            asked.incrementAndGet();
            try {
                return text(x, "" + x.body().readAllBytes().length);
            } catch (IOException e) {
                throw new IllegalStateException("a route that wraps", e);
            }
        };
        try (HttpHost host =
                HttpHost.builder().httpPort(0).maxBodyBytes(1_000).mount(routes).start()) {
            assertThat(post(host, BodyPublishers.ofByteArray(new byte[1_000])).body())
                    .isEqualTo("1000");
            assertThat(asked).hasValue(1);
            HttpResponse<String> announced = post(host, BodyPublishers.ofByteArray(new byte[1_001]));
            assertThat(announced.statusCode()).isEqualTo(413);
            assertThat(announced.body())
                    .isEqualTo(
                            "{\"error\":\"Cannot accept the request: its body is too large (expected: at most 1000 bytes)\"}");
            assertThat(asked).as("refused before a route saw it").hasValue(1);
            HttpResponse<String> chunked =
                    post(host, BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(new byte[3_000])));
            assertThat(chunked.statusCode()).isEqualTo(413);
            assertThat(asked).hasValue(2);
            assertThat(raw(host, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999\r\n\r\n"))
                    .startsWith("HTTP/1.1 413")
                    .containsIgnoringCase("connection: close");
        }
        assertThat(log.records).isEmpty();
    }

    @Test
    void refusesHeadersThatAreTooLong() throws Exception {
        try (HttpHost host =
                HttpHost.builder().httpPort(0).maxHeaderBytes(2_000).start()) {
            assertThat(raw(host, "GET / HTTP/1.1\r\nHost: h\r\nX: " + "a".repeat(4_000) + "\r\n\r\n"))
                    .startsWith("HTTP/1.1 431")
                    .contains("{\"error\":\"");
            assertThat(raw(host, "GET /" + "a".repeat(4_000) + " HTTP/1.1\r\nHost: h\r\n\r\n"))
                    .startsWith("HTTP/1.1 414");
        }
    }

    @Test
    void refusesWhatIsMoreThanItTakesAtOnce() throws Exception {
        CountDownLatch inside = new CountDownLatch(2);
        CountDownLatch go = new CountDownLatch(1);
        HttpRoutes routes = x -> {
            inside.countDown();
            go.await();
            return text(x, "done");
        };
        try (HttpHost host = HttpHost.builder()
                .httpPort(0)
                .maxConcurrentRequests(2)
                .mount(routes)
                .start()) {
            var first = getAsync(host, "/");
            var second = getAsync(host, "/");
            inside.await();
            HttpResponse<String> third = get(host, "/");
            assertThat(third.statusCode()).isEqualTo(503);
            assertThat(third.headers().firstValue("retry-after")).contains("1");
            assertThat(third.body()).contains("Server is busy");
            go.countDown();
            assertThat(first.get().body()).isEqualTo("done");
            assertThat(second.get().body()).isEqualTo("done");
            Awaitility.await()
                    .untilAsserted(() -> assertThat(get(host, "/").statusCode()).isEqualTo(200));
        }
    }

    @Test
    void doesNotWaitForeverForABody() throws Exception {
        HttpRoutes routes = x -> text(x, "" + x.body().readAllBytes().length);
        try (HttpHost host = HttpHost.builder()
                .httpPort(0)
                .idleTimeout(Duration.ofMillis(300))
                .mount(routes)
                .start()) {
            assertThat(raw(host, "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc"))
                    .startsWith("HTTP/1.1 408")
                    .contains("its body stopped arriving after 3 bytes");
        }
        assertThat(log.records).isEmpty();
    }

    @Test
    void doesNotWaitForeverForABodyThatTrickles() throws Exception {
        HttpRoutes routes = x -> text(x, "" + x.body().readAllBytes().length);
        try (HttpHost host = HttpHost.builder()
                        .httpPort(0)
                        .requestTimeout(Duration.ofMillis(200))
                        .mount(routes)
                        .start();
                RawClient trickle = new RawClient(host.uri())) {
            trickle.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100000\r\n\r\n");
            CompletableFuture<String> answer = CompletableFuture.supplyAsync(() -> {
                try {
                    return trickle.readAll();
                } catch (IOException e) {
                    return e.toString();
                }
            });
            Awaitility.await().pollInterval(Duration.ofMillis(20)).until(() -> {
                if (!answer.isDone()) {
                    trickle.send("x");
                }
                return answer.isDone();
            });
            assertThat(answer.get()).startsWith("HTTP/1.1 408").contains("its body is not here after PT0.2S");
        }
        assertThat(log.records).isEmpty();
    }

    @Test
    void closesAConnectionThatSendsNoWholeHeader() throws Exception {
        try (HttpHost host = HttpHost.builder()
                .httpPort(0)
                .idleTimeout(Duration.ofMillis(200))
                .start()) {
            String answer = raw(host, "GET / HTTP/1.1\r\nHost:");
            assertThat(answer)
                    .satisfiesAnyOf(
                            a -> assertThat(a).isEmpty(), a -> assertThat(a).startsWith("HTTP/1.1 408"));
        }
    }

    @Test
    void aRouteMayComputeLongerThanAConnectionMayBeIdle() throws Exception {
        HttpRoutes routes = x -> {
            x.body().readAllBytes();
            assertThat(new CountDownLatch(1).await(900, TimeUnit.MILLISECONDS)).isFalse();
            return text(x, "computed");
        };
        try (HttpHost host = HttpHost.builder()
                .httpPort(0)
                .idleTimeout(Duration.ofMillis(200))
                .mount(routes)
                .start()) {
            assertThat(post(host, BodyPublishers.ofString("abc")).body()).isEqualTo("computed");
        }
        assertThat(log.records).isEmpty();
    }

    @Test
    void aClientThatGoesAwayIsNoError() throws Exception {
        CountDownLatch failed = new CountDownLatch(2);
        CountDownLatch gone = new CountDownLatch(1);
        HttpRoutes routes = x -> {
            try {
                if (x.method().equals("POST")) {
                    x.body().readAllBytes();
                } else {
                    OutputStream out = x.respond(200, "text/plain");
                    gone.await();
                    for (int i = 0; i < 100_000; i++) {
                        out.write(new byte[10_000]);
                    }
                }
            } catch (IOException e) {
                failed.countDown();
                throw e;
            }
            return true;
        };
        try (HttpHost host = start(routes)) {
            try (RawClient reads = new RawClient(host.uri())) {
                reads.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 100\r\n\r\nabc");
            }
            try (RawClient writes = new RawClient(host.uri())) {
                writes.send("GET / HTTP/1.1\r\nHost: h\r\n\r\n");
            }
            gone.countDown();
            assertThat(failed.await(20, TimeUnit.SECONDS)).isTrue();
        }
        assertThat(log.records).isEmpty();
    }

    /** A connection closed over unread bytes is reset, and a reset takes the answer away from the client. */
    @Test
    void aClientThatStillSendsGetsItsAnswer() throws Exception {
        byte[] large = new byte[6_000_000];
        HttpRoutes routes = x -> {
            if (x.path().equals("/fails")) {
                throw new IllegalStateException("without reading");
            }
            return x.path().equals("/early") && text(x, "early");
        };
        try (HttpHost host = HttpHost.builder()
                .httpPort(0)
                .maxBodyBytes(5_000_000)
                .mount(routes)
                .start()) {
            for (int i = 0; i < 10; i++) {
                assertThat(post(host, "/", BodyPublishers.ofByteArray(large)).statusCode())
                        .isEqualTo(413);
                HttpRequest.BodyPublisher chunked =
                        BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(large));
                assertThat(post(host, "/early", chunked).body()).isEqualTo("early");
                assertThat(post(host, "/none", chunked).statusCode()).isEqualTo(404);
                assertThat(post(host, "/fails", chunked).statusCode()).isEqualTo(500);
            }
        }
    }

    @Test
    void keepsAConnectionAfterARefusal() throws Exception {
        try (HttpHost host = start(x -> x.path().equals("/yes") && text(x, "yes"));
                RawClient raw = new RawClient(host.uri())) {
            raw.send("POST /no HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc");
            assertThat(raw.readUntil("}")).startsWith("HTTP/1.1 404").endsWith("{\"error\":\"Not Found\"}");
            raw.send("GET /yes HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n");
            assertThat(raw.readAll()).startsWith("HTTP/1.1 200").endsWith("yes");
        }
    }

    // ---- start and close

    @Test
    void refusesAPortInUse() throws Exception {
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            int port = taken.getLocalPort();
            assertThatThrownBy(() -> HttpHost.builder().httpPort(port).start())
                    .isInstanceOf(UnavailableException.class)
                    .hasMessage(
                            "Cannot listen on 127.0.0.1:" + port
                                    + ": address in use (expected a free port); choose another with httpPort(…) or stop the process that holds it");
        }
        assertThat(hostThreads()).isEmpty();
    }

    @Test
    void refusesAnAddressThatIsNotItsOwn() {
        assertThatThrownBy(
                        () -> HttpHost.builder().host("192.0.2.1").httpPort(0).start())
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("Cannot listen on 192.0.2.1:0: not an address of this machine");
        assertThatThrownBy(() ->
                        HttpHost.builder().host("no-such.invalid").httpPort(0).start())
                .isInstanceOf(UnavailableException.class)
                .hasMessageStartingWith("Cannot listen on no-such.invalid:0: unknown host");
    }

    @Test
    void refusesWrongSettingsAtOnce() {
        HttpHost.Builder b = HttpHost.builder();
        assertThatThrownBy(() -> b.httpPort(65_536)).hasMessage("httpPort: 65536 (expected: 0 to 65535)");
        assertThatThrownBy(() -> b.maxBodyBytes(-1)).hasMessageStartingWith("maxBodyBytes: -1");
        assertThatThrownBy(() -> b.maxConcurrentRequests(0)).hasMessageStartingWith("maxConcurrentRequests: 0");
        assertThatThrownBy(() -> b.idleTimeout(Duration.ZERO))
                .hasMessage("idleTimeout: PT0S (expected: PT0.001S to PT24H)");
        assertThatThrownBy(() -> b.host(" ")).hasMessageStartingWith("host: ' '");
    }

    @Test
    void listensOnLoopbackUnlessToldOtherwise() throws Exception {
        try (HttpHost closed = start(x -> text(x, "x"));
                HttpHost open = HttpHost.builder().host("0.0.0.0").httpPort(0).start()) {
            assertThat(closed.uri().getHost()).isEqualTo("127.0.0.1");
            assertThat(open.uri().getHost()).isEqualTo("127.0.0.1");
            assertThat(closed.uri().toString()).matches("http://127\\.0\\.0\\.1:[1-9]\\d*");
            assertThat(get(open, "/").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void finishesWhatIsUnderWayWhenClosed() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch go = new CountDownLatch(1);
        HttpRoutes routes = x -> {
            if (x.path().equals("/quick")) {
                return text(x, "quick");
            }
            inside.countDown();
            go.await();
            return text(x, "finished");
        };
        HttpHost host = start(routes);
        try (RawClient idle = new RawClient(host.uri())) {
            idle.send("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n").readUntil("quick");
            var running = getAsync(host, "/slow");
            inside.await();
            CompletableFuture<Void> closing = CompletableFuture.runAsync(host::close);
            // On an open connection: refused. On a new one: nobody listens any more.
            Awaitility.await()
                    .untilAsserted(() ->
                            assertThatThrownBy(() -> new RawClient(host.uri())).isInstanceOf(IOException.class));
            assertThat(idle.send("GET /quick HTTP/1.1\r\nHost: h\r\n\r\n").readAll())
                    .startsWith("HTTP/1.1 503")
                    .contains("Server is stopping")
                    .containsIgnoringCase("connection: close");
            assertThat(closing).isNotDone();
            assertThat(running).isNotDone();
            go.countDown();
            HttpResponse<String> answer = running.get(20, TimeUnit.SECONDS);
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.body()).isEqualTo("finished");
            closing.get(20, TimeUnit.SECONDS);
        }
        assertThat(hostThreads()).isEmpty();
        assertThat(log.records).isEmpty();
    }

    @Test
    void interruptsWhatDoesNotFinishWithinTheDrain() throws Exception {
        CountDownLatch inside = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        HttpRoutes routes = x -> {
            inside.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                interrupted.countDown();
            }
            return text(x, "late");
        };
        HttpHost host = HttpHost.builder()
                .httpPort(0)
                .drainTimeout(Duration.ofMillis(100))
                .mount(routes)
                .start();
        var running = getAsync(host, "/");
        inside.await();
        long begun = System.nanoTime();
        host.close();
        assertThat(Duration.ofNanos(System.nanoTime() - begun)).isLessThan(Duration.ofSeconds(6));
        assertThat(interrupted.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(running.handle((r, e) -> r == null || r.statusCode() != 200).get())
                .isTrue();
        assertThat(log.records).anySatisfy(r -> assertThat(r.getLevel()).isEqualTo(Level.WARNING));
    }

    @Test
    void closesOnceAndWakesWhoWaits() throws Exception {
        HttpHost host = start(x -> false);
        CompletableFuture<Void> waiting = CompletableFuture.runAsync(host::await);
        CompletableFuture<Void> other = CompletableFuture.runAsync(host::close);
        host.close();
        host.close();
        other.get(20, TimeUnit.SECONDS);
        waiting.get(20, TimeUnit.SECONDS);
        host.await();
        assertThat(hostThreads()).isEmpty();
        assertThatThrownBy(() -> new RawClient(host.uri())).isInstanceOf(IOException.class);
    }

    @Test
    void awaitCanBeInterrupted() throws Exception {
        try (HttpHost host = start(x -> false)) {
            Thread.currentThread().interrupt();
            assertThatThrownBy(host::await).isInstanceOf(OperationCancelledException.class);
            assertThat(Thread.interrupted()).isTrue();
        }
    }

    @Test
    void closesOfAnInterruptedThreadAndKeepsTheFlag() throws Exception {
        HttpHost host = start(x -> false);
        Thread.currentThread().interrupt();
        host.close();
        assertThat(Thread.interrupted()).isTrue();
        assertThat(hostThreads()).isEmpty();
    }

    @Test
    void refusesToBeClosedFromInside() throws Exception {
        HttpHost[] self = new HttpHost[1];
        HttpRoutes routes = x -> {
            assertThatThrownBy(() -> self[0].close())
                    .isInstanceOf(IllegalStateException.class)
                    .hasMessageContaining("from inside a request");
            return text(x, "still here");
        };
        try (HttpHost host = start(routes)) {
            self[0] = host;
            assertThat(get(host, "/").body()).isEqualTo("still here");
        }
    }

    @Test
    void allItsThreadsAreDaemonsAndBounded() throws Exception {
        CountDownLatch inside = new CountDownLatch(4);
        CountDownLatch go = new CountDownLatch(1);
        HttpRoutes routes = x -> {
            inside.countDown();
            go.await();
            return text(x, "x");
        };
        try (HttpHost host = HttpHost.builder()
                .httpPort(0)
                .maxConcurrentRequests(4)
                .mount(routes)
                .start()) {
            List<CompletableFuture<HttpResponse<String>>> all = new ArrayList<>();
            for (int i = 0; i < 4; i++) {
                all.add(getAsync(host, "/"));
            }
            inside.await();
            for (int i = 0; i < 40; i++) {
                all.add(getAsync(host, "/"));
            }
            for (CompletableFuture<HttpResponse<String>> refused : all.subList(4, 44)) {
                assertThat(refused.get().statusCode()).isEqualTo(503);
            }
            assertThat(hostThreads()).hasSizeBetween(5, 13).allMatch(Thread::isDaemon);
            go.countDown();
        }
    }

    // ---- tools

    private static HttpHost start(HttpRoutes routes) {
        return HttpHost.builder().httpPort(0).mount(routes).start();
    }

    private static boolean text(HttpExchange x, String text) throws IOException {
        x.respond(200, "text/plain", text.getBytes(StandardCharsets.UTF_8));
        return true;
    }

    private HttpResponse<String> get(HttpHost host, String path) throws Exception {
        return client.send(HttpRequest.newBuilder(URI.create(host.uri() + path)).build(), BodyHandlers.ofString());
    }

    private CompletableFuture<HttpResponse<String>> getAsync(HttpHost host, String path) {
        return client.sendAsync(
                HttpRequest.newBuilder(URI.create(host.uri() + path)).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(HttpHost host, String path, HttpRequest.BodyPublisher body) throws Exception {
        URI uri = URI.create(host.uri() + path);
        return client.send(HttpRequest.newBuilder(uri).POST(body).build(), BodyHandlers.ofString());
    }

    private HttpResponse<String> post(HttpHost host, HttpRequest.BodyPublisher body) throws Exception {
        return client.send(HttpRequest.newBuilder(host.uri()).POST(body).build(), BodyHandlers.ofString());
    }

    private static String raw(HttpHost host, String request) throws IOException {
        try (RawClient raw = new RawClient(host.uri())) {
            return raw.send(request).readAll();
        }
    }

    private static void catching(List<Throwable> seen, Step step) {
        try {
            step.run();
        } catch (Exception e) {
            seen.add(e);
        }
    }

    private interface Step {
        void run() throws Exception;
    }

    private static Set<Thread> hostThreads() {
        return Thread.getAllStackTraces().keySet().stream()
                .filter(t -> t.getName().startsWith("mlcore-http"))
                .collect(Collectors.toSet());
    }

    private static final class Log extends Handler {
        final List<LogRecord> records = new java.util.concurrent.CopyOnWriteArrayList<>();

        @Override
        public void publish(LogRecord logged) {
            records.add(logged);
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }
}
