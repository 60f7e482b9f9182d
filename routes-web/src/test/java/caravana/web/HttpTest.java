package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.UUID;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** What holds for every call. */
class HttpTest extends WebTest {

    @Test
    void healthIsExactlyThat() throws Exception {
        HttpResponse<String> answer = api().get("/api/health");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"ok\"}");
    }

    @Test
    void readinessNamesAllSystems() throws Exception {
        HttpResponse<String> answer = api().get("/api/health/ready");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body())
                .isEqualTo("{\"status\":\"ok\",\"systems\":{\"database\":\"up\",\"store\":\"up\",\"queue\":\"up\","
                        + "\"progress\":\"up\"}}");
    }

    /** To anybody, even with a token that is none, and only once to a client that keeps them. */
    @Test
    void theLimitsAreShownAndMayBeKept() throws Exception {
        HttpResponse<String> answer = api().with("expired").get("/api/limits");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(answer.body())
                .startsWith("{\"max_bytes\":2147483648,\"min_duration_seconds\":0.0,\"max_duration_seconds\":3600.0,"
                        + "\"max_width\":4096,\"max_height\":2304,\"min_height\":1,\"max_frame_rate\":240.0,"
                        + "\"max_streams\":32,\"formats\":[\"mov\",")
                .contains("\"video_codecs\":[\"h264\",");
        assertThat(answer.headers().allValues("Cache-Control")).containsExactly("public, max-age=300");
        String tag = answer.headers().firstValue("ETag").orElseThrow();
        HttpResponse<String> again =
                api().send(api().request("/api/limits").header("If-None-Match", "\"other\", " + tag));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();
        assertThat(again.headers().firstValue("ETag")).hasValue(tag);
        assertThat(again.headers().allValues("Cache-Control")).containsExactly("public, max-age=300");
    }

    @Test
    void nothingOfTheRequestComesBackInAnAnswer() throws Exception {
        HttpResponse<String> answer = user().send(
                        user().request("/api/videos/" + UUID.randomUUID() + "?CamelHttpResponseCode=299&trick=7")
                                .header("X-Trick", "echo")
                                .header("CamelFileName", "echo"));

        assertProblem(answer, 400, "invalid_request");
        assertThat(answer.headers().map().keySet())
                .noneMatch(name -> name.equalsIgnoreCase("x-trick")
                        || name.equalsIgnoreCase("trick")
                        || name.toLowerCase().startsWith("camel"));
    }

    /** Not even under the name of a header that an answer may have. */
    @Test
    void noHeaderOfTheRequestIsTakenForOneOfTheAnswer() throws Exception {
        Api operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));

        for (String path : List.of("/api/ops/dead-letters", "/api/ops/queue", "/api/ops/audit", "/api/health/ready")) {
            HttpResponse<String> answer = operator.send(operator.request(path)
                    .header("Location", "http://evil.example/")
                    .header("Link", "<http://evil.example/>; rel=\"next\"")
                    .header("ETag", "\"e\"")
                    .header("Cache-Control", "public, max-age=600")
                    .header("Content-Disposition", "attachment"));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().map().toString()).doesNotContain("evil", "\"e\"", "max-age=600", "attachment");
        }
    }

    /** Whatever a client says that this server is called, no address that it is given leads there. */
    @Test
    void noAddressOfAnAnswerIsMadeOfWhatTheClientSays() throws Exception {
        Api user = user();
        for (int i = 0; i < 2; i++) {
            uploaded(user);
        }
        String upload = uploaded(user);
        for (String line : List.of(
                "GET /api/docs",
                "GET /api/docs/",
                "GET /api",
                "GET /page",
                "GET /api/videos?limit=1",
                "GET /api/videos/" + upload + "/original",
                "GET /api/videos/" + upload,
                "POST /api/videos?title=t")) {
            Wire.Answer reply = new RawRequest(line, "evil.example")
                    .token(user)
                    .header("X-Forwarded-Host", "evil.example")
                    .header("X-Forwarded-Proto", "https")
                    .header("X-Forwarded-Port", "666")
                    .header("X-Forwarded-Prefix", "/evil.example")
                    .header("Forwarded", "host=evil.example;proto=https")
                    .body(null, line.startsWith("POST") ? bytes(100) : new byte[0])
                    .send(port);
            assertThat(reply.headers() + reply.text())
                    .as(line)
                    .doesNotContain("evil")
                    .doesNotContain(":666");
            assertThat(reply.headers().getOrDefault("location", "/"))
                    .as(line)
                    .matches("/.*|" + Pattern.quote(setting("AWS_ENDPOINT_URL_S3")) + "/.*");
        }
    }

    /** A header of the same name must not take the place of what the path says. */
    @Test
    void thePathCountsAndNotAHeader() throws Exception {
        Api user = user();
        String mine = uploaded(user);

        HttpResponse<String> answer = user.send(user.request("/api/videos/" + mine)
                .header("video_id", UUID.randomUUID().toString())
                .header("CamelHttpPath", "/api/health/ready"));

        assertThat(Api.json(answer).path("video_id").asText()).isEqualTo(mine);
    }

    @Test
    void unknownAddressesAndMethodsAreProblems() throws Exception {
        Api user = user();

        assertProblem(user.get("/api/nothing"), 404, "not_found");
        assertProblem(user.get("/nothing"), 404, "not_found");
        HttpResponse<String> wrongMethod =
                user.send(user.request("/api/videos").method("PATCH", HttpRequest.BodyPublishers.ofString("{}")));
        assertProblem(wrongMethod, 405, "method_not_allowed");
    }

    @Test
    void everyAnswerHasTheHeadersThatBrowsersGoBy() throws Exception {
        HttpResponse<String> answer = api().get("/api/openapi.yaml");

        assertThat(answer.headers().firstValue("X-Content-Type-Options")).hasValue("nosniff");
        assertThat(answer.headers().firstValue("X-Frame-Options")).hasValue("DENY");
        assertThat(answer.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'");
    }

    /** Without a token, and with a policy that lets it show what the links of a video lead to, and nothing else. */
    @Test
    void thePageIsServedToAllUnderAPolicyOfItsOwn() throws Exception {
        Api user = user();
        String link = Api.json(user.get("/api/videos/" + uploaded(user)))
                .path("original_url")
                .asText();
        String origin = URI.create(link).resolve("/").toString().replaceAll("/$", "");

        HttpResponse<String> page = api().get("/");

        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(page.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/html");
        assertThat(page.headers().firstValue("Content-Security-Policy"))
                .hasValue("default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' " + origin
                        + "; media-src 'self' blob: " + origin + "; connect-src 'self' " + origin
                        + "; base-uri 'none'; form-action 'self'; frame-ancestors 'none'");
        assertThat(api().get("/page/app.js").headers().firstValue("Content-Type"))
                .hasValue("text/javascript");
    }

    @Test
    void theContractIsServedAndRendered() throws Exception {
        assertThat(api().get("/api/openapi.yaml").body()).isEqualTo(Api.CONTRACT);
        HttpResponse<String> moved = api().get("/api/docs");
        assertThat(moved.statusCode()).isEqualTo(302);
        assertThat(api().get("/api/docs/index.html").body()).contains("swagger-initializer.js");
        assertThat(api().get("/api/docs/swagger-initializer.js").body()).contains("/api/openapi.yaml");
        assertThat(api().get("/api/docs/swagger-ui-bundle.js").statusCode()).isEqualTo(200);
    }

    /** Nobody reads a gigabyte because a stranger says that one is coming. */
    @Test
    void aLargeBodyIsRefusedBeforeItIsRead() throws Exception {
        assertThat(rawly("POST /api/auth/login HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\n"
                        + "Content-Length: 1073741824\r\n\r\n"))
                .contains("413", "too_large");
        assertThat(rawly("POST /api/auth/login HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\n"
                        + "Transfer-Encoding: chunked\r\n\r\n"))
                .contains("411", "length_required");
    }

    private String rawly(String head) throws Exception {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            socket.getOutputStream().flush();
            InputStream in = socket.getInputStream();
            byte[] answer = in.readNBytes(200);
            byte[] rest = new byte[2000];
            int more = in.available() > 0 ? in.read(rest) : 0;
            return new String(answer, StandardCharsets.UTF_8) + new String(rest, 0, more, StandardCharsets.UTF_8);
        }
    }
}
