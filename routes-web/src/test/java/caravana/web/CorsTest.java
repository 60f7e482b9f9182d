package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Pages of other origins: those of the setting call the API, and others do not. */
class CorsTest extends QuickSweepsTest {

    private static final String ALLOWED = "https://pages.example.org";
    private static final String ALLOW_ORIGIN = "Access-Control-Allow-Origin";

    @Test
    void aPreflightIsAnsweredWithoutAToken() throws Exception {
        for (List<String> call : List.of(
                List.of("/api/uploads", "POST"),
                List.of("/api/uploads/x", "PATCH"),
                List.of("/api/videos", "GET"),
                List.of("/api/auth/login", "POST"))) {
            HttpResponse<String> answer = api().send(api().request(call.get(0))
                    .header("Origin", ALLOWED)
                    .header("Access-Control-Request-Method", call.get(1))
                    .header("Access-Control-Request-Headers", "authorization,upload-offset")
                    .method("OPTIONS", BodyPublishers.noBody()));

            assertThat(answer.statusCode()).isEqualTo(204);
            assertThat(answer.headers().firstValue(ALLOW_ORIGIN)).hasValue(ALLOWED);
            assertThat(answer.headers()
                            .firstValue("Access-Control-Allow-Methods")
                            .orElseThrow()
                            .split(", "))
                    .contains(call.get(1));
            assertThat(answer.headers().firstValue("Access-Control-Allow-Headers"))
                    .hasValue("authorization,upload-offset");
            assertThat(answer.headers().firstValue("Access-Control-Allow-Credentials"))
                    .isEmpty();
        }
    }

    @Test
    void answersAndRefusalsCanBeRead() throws Exception {
        Api user = user();
        for (HttpResponse<String> answer : List.of(
                user.send(user.request("/api/videos").header("Origin", ALLOWED)),
                api().send(api().request("/api/videos").header("Origin", ALLOWED)))) {
            assertThat(answer.headers().firstValue(ALLOW_ORIGIN)).hasValue(ALLOWED);
            assertThat(answer.headers()
                            .firstValue("Access-Control-Expose-Headers")
                            .orElseThrow()
                            .split(", "))
                    .contains("Location", "Upload-Offset", "ETag", "Idempotency-Replayed", "Retry-After");
            assertThat(answer.headers().allValues("Vary")).contains("Origin");
        }
    }

    /** As a program would be: whether the page sees it is its browser's affair. */
    @Test
    void otherOriginsAreAnsweredAndNotLetIn() throws Exception {
        for (String origin : List.of("https://elsewhere.example.org", "null", ALLOWED + ".example.com")) {
            HttpResponse<String> answer =
                    api().send(api().request("/api/limits").header("Origin", origin));
            assertThat(answer.statusCode()).isEqualTo(200);
            assertThat(answer.headers().firstValue(ALLOW_ORIGIN)).isEmpty();
            assertThat(answer.headers().allValues("Vary"))
                    .as("caches tell them apart")
                    .contains("Origin");
            HttpResponse<String> preflight = api().send(api().request("/api/uploads")
                    .header("Origin", origin)
                    .header("Access-Control-Request-Method", "POST")
                    .method("OPTIONS", BodyPublishers.noBody()));
            assertThat(preflight.headers().firstValue(ALLOW_ORIGIN)).isEmpty();
        }
    }
}
