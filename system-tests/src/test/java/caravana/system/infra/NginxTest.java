package caravana.system.infra;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.FreePort;
import caravana.local.LocalStack;
import caravana.local.Nginx;
import caravana.system.SharedStack;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.yaml.snakeyaml.Yaml;

/** Debian's nginx with our configuration, in front of the packaged web app. */
@SampledClass(turn = 1)
class NginxTest {

    /** The most that web takes in a call that is not an upload. */
    private static final int CALL_BYTES = 64 * 1024;

    private static final int MEGABYTE = 1024 * 1024;
    private static final String MAX_SIZE = "6MB";
    private static final String TOO_LARGE =
            "The file is larger than 6 MiB. Send a smaller one, or ask an operator to raise `CARAVANA_UPLOAD_MAX_SIZE`.";

    @TempDir
    static Path folder;

    private static LocalStack stack;
    private static AppProcess web;
    private static Nginx nginx;
    private static ApiClient client;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    @BeforeAll
    static void start() throws Exception {
        Checks.need("infra-nginx", "nginx");
        stack = SharedStack.cleared();
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.put("CARAVANA_UPLOAD_MAX_SIZE", MAX_SIZE);
        settings.put("CARAVANA_FORWARDED_HEADERS", "native");
        web = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
        web.awaitReady();
        nginx = Nginx.start(folder.resolve("nginx"), web.uri(), "127.0.0.0/8", MAX_SIZE);
        client = ApiClient.signUp(nginx.uri());
    }

    @AfterAll
    static void stop() {
        if (nginx != null) {
            nginx.close();
        }
        if (web != null) {
            web.close();
        }
    }

    @Test
    void healthIsTheAppsOwnAnswer() throws Exception {
        HttpResponse<String> answer = client.get(nginx.uri().resolve("/api/health"));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"ok\"}");
        passed("GET /api/health: 200 " + answer.body());
    }

    @Test
    void bothKindsOfUploadsPass() throws Exception {
        byte[] video = new byte[5 * MEGABYTE + 17];
        new Random(1).nextBytes(video);

        HttpResponse<String> raw = client.upload(nginx.uri(), "Raw", HttpRequest.BodyPublishers.ofByteArray(video));
        HttpResponse<String> form =
                client.uploadForm(nginx.uri(), "Form", HttpRequest.BodyPublishers.ofByteArray(video));

        for (HttpResponse<String> answer : List.of(raw, form)) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            URI address = nginx.uri()
                    .resolve("/api/videos/"
                            + json.readTree(answer.body()).path("video_id").asText());
            JsonNode shown = json.readTree(client.get(address).body());
            // A presigned link leads to the store, not through nginx.
            HttpResponse<byte[]> original = http.send(
                    HttpRequest.newBuilder(URI.create(shown.path("original_url").asText()))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
            assertThat(original.body()).isEqualTo(video);
        }
        assertThat(folder.resolve("nginx/temp-client_body")).isEmptyDirectory();
        passed("raw and form upload of " + video.length + " bytes: 201, stored as sent, no file of nginx's");
    }

    @Test
    void aFileThatIsSlightlyTooLargeIsRefusedByTheApp() throws Exception {
        HttpResponse<String> answer =
                client.upload(nginx.uri(), "Large", HttpRequest.BodyPublishers.ofByteArray(new byte[6 * MEGABYTE + 1]));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(413);
        assertThat(json.readTree(answer.body()).path("detail").asText())
                .isEqualTo(
                        "The file has 6291457 bytes; the limit is 6 MiB. Send a smaller one, or ask an operator to raise"
                                + " `CARAVANA_UPLOAD_MAX_SIZE`.");
        passed("6 MiB and a byte: 413 by the app: "
                + json.readTree(answer.body()).path("detail"));
    }

    @Test
    void whatIsFarTooLargeIsRefusedByNginxInTheSameWords() throws Exception {
        HttpResponse<String> answer =
                client.upload(nginx.uri(), "Larger", HttpRequest.BodyPublishers.ofByteArray(new byte[8 * MEGABYTE]));

        assertThat(answer.statusCode()).isEqualTo(413);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        assertThat(json.readTree(answer.body()).path("code").asText()).isEqualTo("too_large");
        assertThat(json.readTree(answer.body()).path("detail").asText()).isEqualTo(TOO_LARGE);
        assertThat(json.readTree(answer.body()).path("status").asInt()).isEqualTo(413);
        passed("8 MiB: 413 by nginx: " + answer.body());
    }

    /** There is no address yet when nginx refuses these. */
    @Test
    void whatNginxCannotReadIsAProblem() throws Exception {
        Map<String, Integer> expected = Map.of(
                "GET /%zz HTTP/1.1",
                400,
                "GET /../../x HTTP/1.1",
                400,
                "GET /" + "a".repeat(40_000) + " HTTP/1.1",
                400,
                "CONNECT a:1 HTTP/1.1",
                400,
                "GET / HTTP/3.1",
                505,
                "\u0016\u0003\u0001",
                400);
        for (String line : expected.keySet()) {
            try (Socket socket = new Socket(nginx.uri().getHost(), nginx.uri().getPort())) {
                socket.setSoTimeout((int) Waits.LIMIT.toMillis());
                socket.getOutputStream().write((line + "\r\nHost: l\r\n\r\n").getBytes(StandardCharsets.ISO_8859_1));
                String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
                int status = expected.get(line);
                assertThat(answer)
                        .as(line.length() > 50 ? "a long address" : line)
                        .startsWith("HTTP/1.1 " + status)
                        .contains("Content-Type: application/problem+json", "\"status\":" + status);
            }
        }
    }

    /** nginx calls the app in HTTP/1.1, which must have a host. */
    @Test
    void aCallInHttp10NeedsNoHost() throws Exception {
        try (Socket socket = new Socket(nginx.uri().getHost(), nginx.uri().getPort())) {
            socket.setSoTimeout((int) Waits.LIMIT.toMillis());
            socket.getOutputStream().write("GET /api/health HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
            assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
                    .startsWith("HTTP/1.1 200")
                    .contains("{\"status\":\"ok\"}");
        }
        passed("GET /api/health in HTTP/1.0 without a host: 200");
    }

    /** Else the ending of an address decides the type of the answer, and nginx has a page of its own for some. */
    @Test
    void whatNginxAnswersAloneIsAProblemWhateverTheAddressEndsWith() throws Exception {
        Files.writeString(nginx.files().resolve("page.html"), "a page");
        URI gone = URI.create("http://127.0.0.1:" + FreePort.next());
        try (Nginx alone = Nginx.start(folder.resolve("alone"), gone, "127.0.0.0/8", MAX_SIZE)) {
            String tooLong = "Content-Length: " + (CALL_BYTES + 1) + "\r\n";
            problem(nginx, "GET /_problem/invalid", "", 404);
            problem(nginx, "POST /_problem/version", "Content-Length: 0\r\n", 404);
            problem(nginx, "GET /page.html", "Range: bytes=999-\r\n", 416);
            problem(nginx, "GET /page.html", "If-Match: \"other\"\r\n", 412);
            problem(nginx, "DELETE /page.html", "", 405);
            for (String ending : List.of("html", "js", "txt", "json", "mp4", "png")) {
                problem(nginx, "POST /api/none." + ending, tooLong, 413);
                problem(alone, "GET /api/none." + ending, "", 503);
            }
        }
        passed("404, 405, 412, 413, 416 and 503 of nginx's own: problem+json, whatever the address ends with");
    }

    private void problem(Nginx asked, String line, String headers, int status) throws IOException {
        try (Socket socket = new Socket(asked.uri().getHost(), asked.uri().getPort())) {
            socket.setSoTimeout((int) Waits.LIMIT.toMillis());
            socket.getOutputStream()
                    .write((line + " HTTP/1.1\r\nHost: l\r\nConnection: close\r\n" + headers + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .as(line)
                    .startsWith("HTTP/1.1 " + status)
                    .contains(
                            "Content-Type: application/problem+json\r\n",
                            "\"status\":" + status,
                            "X-Content-Type-Options: nosniff\r\n",
                            "X-Frame-Options: DENY\r\n",
                            "Referrer-Policy: no-referrer\r\n");
        }
    }

    /** Else anybody could fill this disk with bodies that the app refuses. */
    @Test
    void onlyAnUploadMayBeAsLargeAsAnUpload() throws Exception {
        for (String path : List.of("/api/auth/login", "/api/nothing", "/nowhere")) {
            HttpResponse<String> answer = http.send(
                    HttpRequest.newBuilder(nginx.uri().resolve(path))
                            .header("Content-Type", "application/json")
                            .POST(HttpRequest.BodyPublishers.ofByteArray(new byte[CALL_BYTES + 1]))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());

            assertThat(answer.statusCode()).as(path).isEqualTo(413);
            assertThat(json.readTree(answer.body()).path("detail").asText())
                    .isEqualTo("Send at most " + CALL_BYTES + " bytes; only uploads may be larger.");
        }
        assertThat(folder.resolve("nginx/temp-client_body")).isEmptyDirectory();
        passed("64 KiB and a byte that is not an upload: 413 by nginx, no file of nginx's");
    }

    /** Whatever the contract has, not only what was thought of here. */
    @Test
    void eachCallThatTakesAFileTakesItThroughNginx() throws Exception {
        Set<String> noFiles =
                Set.of("application/json", "application/merge-patch+json", "application/x-www-form-urlencoded");
        Map<String, Object> contract = new Yaml()
                .load(client.get(nginx.uri().resolve("/api/openapi.yaml")).body());
        List<String> tried = new ArrayList<>();
        for (Map.Entry<String, JsonNode> path :
                json.valueToTree(contract).path("paths").properties()) {
            for (Map.Entry<String, JsonNode> call : path.getValue().properties()) {
                JsonNode types = call.getValue().path("requestBody").path("content");
                for (Map.Entry<String, JsonNode> type : types.properties()) {
                    if (!noFiles.contains(type.getKey())) {
                        URI address = nginx.uri()
                                .resolve("/api"
                                        + path.getKey().replaceAll("[{][^}]*}", "4cfd336d-21f2-45ed-80ec-b20d564e88ba")
                                        + "?title=t&name=n");
                        HttpResponse<String> answer = client.send(client.request(address)
                                .header("Content-Type", type.getKey().replace("*", "mp4"))
                                .method(
                                        call.getKey().toUpperCase(Locale.ROOT),
                                        HttpRequest.BodyPublishers.ofByteArray(new byte[CALL_BYTES + 1]))
                                .build());
                        assertThat(answer.body())
                                .as(call.getKey() + " " + address)
                                .doesNotContain("too_large");
                        tried.add(call.getKey() + " " + path.getKey());
                    }
                }
            }
        }
        assertThat(tried).contains("post /videos", "post /videos/upload", "patch /uploads/{video_id}", "post /assets");
        passed("files of more than 64 KiB by " + new TreeSet<>(tried) + ": not too large");
    }

    @Test
    void anAssetThatIsTooLargeIsRefusedInTheAppsWords() throws Exception {
        byte[] asset = new byte[2 * MEGABYTE + 1];
        HttpResponse<String> byApp = sendAsset(web.uri(), asset);
        HttpResponse<String> byNginx = sendAsset(nginx.uri(), asset);

        assertThat(byApp.statusCode()).isEqualTo(413);
        assertThat(json.readTree(byNginx.body())).isEqualTo(json.readTree(byApp.body()));
        passed("an asset of 2 MiB and a byte: 413 " + byNginx.body());
    }

    private HttpResponse<String> sendAsset(URI to, byte[] asset) throws Exception {
        return client.send(client.request(to.resolve("/api/assets?name=Logo"))
                .header("Content-Type", "image/png")
                .POST(HttpRequest.BodyPublishers.ofByteArray(asset))
                .build());
    }

    /** It is longer than other calls, and no upload. */
    @Test
    void aListOfAllPartsThatAnUploadMayHaveReachesTheApp() throws Exception {
        StringBuilder parts = new StringBuilder();
        for (int part = 1; part <= 10_000; part++) {
            parts.append(part == 1 ? "" : ",")
                    .append("{\"PartNumber\": ")
                    .append(part)
                    .append(", \"ETag\": \"\\\"0123456789abcdef0123456789abcdef\\\"\"}");
        }
        String list = "{\"parts\": [" + parts + "]}";

        HttpResponse<String> answer = complete(list);
        HttpResponse<String> longer = complete(list + " ".repeat(MEGABYTE));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(404);
        assertThat(json.readTree(answer.body()).path("detail").asText()).isEqualTo("There is no upload with this id.");
        assertThat(longer.statusCode()).isEqualTo(413);
        passed("a list of 10,000 parts, " + list.length() + " bytes: taken by the app; more than 1 MiB: 413");
    }

    private HttpResponse<String> complete(String list) throws Exception {
        URI address = nginx.uri().resolve("/api/uploads/s3/multipart/4cfd336d-21f2-45ed-80ec-b20d564e88ba/complete");
        return client.send(client.request(address)
                .header("Content-Type", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(list))
                .build());
    }

    /** nginx itself says 100, before the app has seen the token; the app's refusal follows at once, without the body. */
    @Test
    void anUploadWithoutATokenIsRefusedBeforeItsBodyIsSent() throws Exception {
        for (String path : List.of("/api/videos?title=t", "/api/videos/upload")) {
            try (Socket socket = new Socket(nginx.uri().getHost(), nginx.uri().getPort())) {
                socket.setSoTimeout((int) Waits.LIMIT.toMillis());
                socket.getOutputStream()
                        .write(("POST " + path
                                        + " HTTP/1.1\r\nHost: l\r\nConnection: close\r\nContent-Type: video/mp4\r\n"
                                        + "Content-Length: " + MEGABYTE + "\r\nExpect: 100-continue\r\n\r\n")
                                .getBytes(StandardCharsets.ISO_8859_1));
                BufferedReader answer = new BufferedReader(new InputStreamReader(socket.getInputStream()));
                assertThat(answer.readLine()).isEqualTo("HTTP/1.1 100 Continue");
                assertThat(answer.readLine()).isEmpty();
                assertThat(answer.readLine()).startsWith("HTTP/1.1 401");
                passed(path + " with Expect and without a token: 100 by nginx, then 401 by the app, no byte sent");
            }
        }
    }

    @Test
    void whoUsesAWrongMethodIsToldTheRightOnes() throws Exception {
        Files.writeString(nginx.files().resolve("read-only.txt"), "a file");
        Map<String, String> allowed = Map.of(
                "TRACE /api/videos", "GET, HEAD, OPTIONS, POST",
                "TRACE /api/health", "GET, HEAD, OPTIONS",
                "TRACE /", "GET, HEAD, OPTIONS",
                "TRACE /nowhere", "GET, HEAD, OPTIONS",
                "FOO /api/videos", "GET, HEAD, OPTIONS, POST",
                "FOO /api/health", "GET, HEAD, OPTIONS",
                "PUT /api/limits", "GET, HEAD, OPTIONS",
                "POST /read-only.txt", "GET, HEAD");
        for (String line : allowed.keySet()) {
            assertNotAllowed(line, "", allowed.get(line));
            assertNotAllowed(line, "Authorization: Bearer " + client.token() + "\r\n", allowed.get(line));
            passed(line + ", with and without a token: 405, Allow: " + allowed.get(line));
        }
    }

    private static void assertNotAllowed(String line, String authorization, String allowed) throws IOException {
        try (Socket socket = new Socket(nginx.uri().getHost(), nginx.uri().getPort())) {
            socket.setSoTimeout((int) Waits.LIMIT.toMillis());
            socket.getOutputStream()
                    .write((line + " HTTP/1.1\r\nHost: l\r\nConnection: close\r\nContent-Length: 0\r\n" + authorization
                                    + "\r\n")
                            .getBytes(StandardCharsets.ISO_8859_1));
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(answer)
                    .as(line)
                    .startsWith("HTTP/1.1 405")
                    .contains("Allow: " + allowed + "\r\n", "\"code\":\"method_not_allowed\"");
        }
    }

    @Test
    void headersThatMakeBrowsersCarefulAreThereOnce() throws Exception {
        for (String path : List.of("/api/health", "/api/docs/", "/nowhere")) {
            HttpResponse<String> answer = client.get(nginx.uri().resolve(path));
            for (String header : List.of("X-Content-Type-Options", "X-Frame-Options", "Referrer-Policy")) {
                assertThat(answer.headers().allValues(header))
                        .as(path + " " + header)
                        .hasSize(1);
            }
            assertThat(answer.headers().firstValue("Strict-Transport-Security")).isEmpty();
            assertThat(answer.headers().firstValue("Server")).hasValue("nginx");
        }
        HttpResponse<String> secure = http.send(
                HttpRequest.newBuilder(nginx.uri().resolve("/api/health"))
                        .header("X-Forwarded-Proto", "https")
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(secure.headers().firstValue("Strict-Transport-Security"))
                .hasValueSatisfying(v -> assertThat(v).contains("max-age="));
        passed("security headers once each, Strict-Transport-Security over HTTPS alone");
    }

    @Test
    void filesThatAreThereAreServedAndAllElseIsTheApps() throws Exception {
        Files.writeString(nginx.files().resolve("hello.txt"), "a file");

        assertThat(client.get(nginx.uri().resolve("/hello.txt")).body()).isEqualTo("a file");
        assertThat(client.get(nginx.uri().resolve("/api/openapi.yaml")).body()).contains("\nopenapi: 3.");
        // Redirections of nginx and of the app name no host.
        assertThat(client.get(nginx.uri().resolve("/api")).headers().firstValue("Location"))
                .hasValue("/api/");
        assertThat(client.get(nginx.uri().resolve("/api/docs")).headers().firstValue("Location"))
                .hasValue("/api/docs/index.html");
        passed("static file and /api/openapi.yaml: 200");
    }

    @Test
    void theClientsAddressIsTheOneThatTheLoadBalancerSaw() throws Exception {
        HttpServer echo = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        echo.createContext("/", exchange -> {
            Map<String, String> seen = new HashMap<>();
            for (String name : List.of(
                    "X-forwarded-for",
                    "X-forwarded-proto",
                    "X-forwarded-host",
                    "X-forwarded-port",
                    "X-forwarded-prefix",
                    "Forwarded",
                    "Host")) {
                seen.put(name, String.join(" and ", exchange.getRequestHeaders().getOrDefault(name, List.of())));
            }
            byte[] body = json.writeValueAsBytes(seen);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
        });
        echo.start();
        URI upstream = URI.create("http://127.0.0.1:" + echo.getAddress().getPort());
        try (Nginx trusting = Nginx.start(folder.resolve("trusting"), upstream, "127.0.0.0/8", MAX_SIZE);
                Nginx wary = Nginx.start(folder.resolve("wary"), upstream, "192.0.2.0/24", MAX_SIZE)) {
            // What the load balancer sends on: the client's own claim, then the address that it saw.
            JsonNode seen = forwarded(trusting);
            assertThat(seen.path("X-forwarded-for").asText()).isEqualTo("203.0.113.9");
            assertThat(seen.path("X-forwarded-proto").asText()).isEqualTo("https");
            assertThat(seen.path("X-forwarded-host").asText())
                    .isEqualTo(trusting.uri().getAuthority());
            assertThat(json.readTree(trusting.accessLog()).path("client").asText())
                    .isEqualTo("203.0.113.9");
            assertThat(json.readTree(trusting.accessLog()).path("seconds").isNumber())
                    .isTrue();

            // Somebody else's word is not believed.
            assertThat(forwarded(wary).path("X-forwarded-for").asText()).isEqualTo("127.0.0.1");
            assertThat(seen.path("X-forwarded-port").asText()
                            + seen.path("X-forwarded-prefix").asText()
                            + seen.path("Forwarded").asText())
                    .isEmpty();
            passed("headers that the app gets: " + seen);
        } finally {
            echo.stop(0);
        }
    }

    /** The app believes nginx what the client calls this server, and makes no address of it. */
    @Test
    void noAddressOfAnAnswerIsMadeOfWhatTheClientSays() throws Exception {
        HttpResponse<String> upload =
                client.upload(nginx.uri(), "Mine", HttpRequest.BodyPublishers.ofByteArray(new byte[1000]));
        String video = json.readTree(upload.body()).path("video_id").asText();
        for (String line : List.of(
                "GET /api/docs",
                "GET /api/docs/",
                "GET /api",
                "GET /page",
                "GET /api/videos?limit=1",
                "GET /api/videos/" + video + "/original",
                "GET /api/videos/" + video,
                "POST /api/videos?title=t",
                "POST /api/uploads")) {
            boolean resumable = line.endsWith("uploads");
            String answer = asked(
                    line,
                    "evil.example",
                    "Authorization: Bearer " + client.token() + "\r\nX-Forwarded-Host: evil.example\r\n"
                            + "X-Forwarded-Proto: https\r\nX-Forwarded-Port: 666\r\n"
                            + "X-Forwarded-Prefix: /evil.example\r\nForwarded: host=evil.example;proto=https\r\n"
                            + (resumable
                                    ? "Tus-Resumable: 1.0.0\r\nUpload-Length: 5\r\nUpload-Metadata: title dA==\r\n"
                                    : "Content-Type: video/mp4\r\n")
                            + (line.startsWith("POST /api/videos") ? "Content-Length: 5\r\n\r\nvideo" : "\r\n"));
            assertThat(answer).as(line).matches("(?s)HTTP/1.1 (20|30|404).*");
            assertThat(answer).as(line).doesNotContain("evil").doesNotContain(":666");
        }
        passed("answers to `Host: evil.example` and forwarded headers of the kind: relative addresses");
    }

    /** @param rest of the headers, the empty line and the body */
    private static String asked(String line, String host, String rest) throws IOException {
        try (Socket socket = new Socket(nginx.uri().getHost(), nginx.uri().getPort())) {
            socket.setSoTimeout((int) Waits.LIMIT.toMillis());
            socket.getOutputStream()
                    .write((line + " HTTP/1.1\r\nHost: " + host + "\r\nConnection: close\r\n" + rest)
                            .getBytes(StandardCharsets.ISO_8859_1));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private JsonNode forwarded(Nginx through) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(through.uri().resolve("/api/anything?token=secret"))
                .header("X-Forwarded-For", "198.51.100.1, 203.0.113.9")
                .header("X-Forwarded-Proto", "https")
                .header("X-Forwarded-Host", "evil.example")
                .header("X-Forwarded-Port", "666")
                .header("X-Forwarded-Prefix", "/evil")
                .header("Forwarded", "host=evil.example")
                .build();
        String answer = http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        // nginx writes its line after it has answered.
        await().atMost(Waits.LIMIT).until(() -> !through.accessLog().isBlank());
        assertThat(through.accessLog()).doesNotContain("secret");
        return json.readTree(answer);
    }

    @Test
    void anEventStreamIsPassedOnAsItComes() throws Exception {
        HttpResponse<String> upload =
                client.upload(nginx.uri(), "Watched", HttpRequest.BodyPublishers.ofString("not\0a video"));
        String id = json.readTree(upload.body()).path("video_id").asText();
        HttpRequest watch = client.request(nginx.uri().resolve("/api/videos/" + id + "/events"))
                .header("Accept", "text/event-stream")
                .timeout(Waits.LIMIT)
                .build();

        // No worker runs: the stream stays open, and its first event must not wait for more.
        HttpResponse<InputStream> stream = http.send(watch, HttpResponse.BodyHandlers.ofInputStream());
        try (var lines = new BufferedReader(new InputStreamReader(stream.body()))) {
            assertThat(stream.statusCode()).isEqualTo(200);
            String first = lines.readLine();
            assertThat(first).isNotBlank();
            passed("event stream: first line '" + first + "' while the stream is open");
        }
    }

    private static void passed(String what) {
        System.out.println("nginx: " + what);
    }
}
