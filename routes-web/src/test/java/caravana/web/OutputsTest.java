package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;

/** The files of results, in a video's detail and by links. */
class OutputsTest extends WebTest {

    private Api user;
    private String id;

    @BeforeEach
    void upload() throws Exception {
        user = user();
        id = Api.json(user.upload(new Form().field("title", "Città").file("video_file", "a.mp4", new byte[] {1})))
                .path("video_id")
                .asText();
    }

    private void process() {
        String folder = "processed/" + id + "/c/";
        set(
                id,
                "status = 'processed', processed_at = now(), claims = 1, processed_key = '" + folder
                        + "video.mp4', poster_key = '" + folder + "poster.jpg'");
        output("poster.jpg", "poster", "image/jpeg", "3, '', 1280, 720, NULL");
        output("sound.m4a", "audio", "audio/mp4", "4, '', NULL, NULL, 3.5");
        output("video.mp4", "video", "video/mp4", "5, '', 1280, 720, 3.52");
    }

    private void output(String name, String role, String type, String figures) {
        String key = "processed/" + id + "/c/" + name;
        jdbc.update(
                "INSERT INTO outputs SELECT CAST(? AS uuid), CAST(? AS uuid), ?, ?, ?, ?, " + figures
                        + ", NULL, NULL, 'codec'",
                id,
                id,
                name,
                role,
                type,
                key);
        s3.putObject(p -> p.bucket(bucket()).key(key), RequestBody.fromString(name));
    }

    private JsonNode detail() throws Exception {
        return Api.json(user.get("/api/videos/" + id));
    }

    @Test
    void theDetailHasThemTheMainVideoFirst() throws Exception {
        assertThat(detail().path("outputs")).isEmpty();
        process();

        JsonNode video = detail();

        JsonNode outputs = video.path("outputs");
        assertThat(outputs.findValuesAsText("name")).containsExactly("video.mp4", "poster.jpg", "sound.m4a");
        assertThat(outputs.findValuesAsText("role")).containsExactly("video", "poster", "audio");
        assertThat(outputs.at("/0/url")).isEqualTo(video.path("processed_url"));
        assertThat(outputs.at("/1/url")).isEqualTo(video.path("poster_url"));
        JsonNode sound = outputs.get(2);
        assertThat(sound.path("media_type").asText()).isEqualTo("audio/mp4");
        assertThat(sound.path("bytes").asInt()).isEqualTo(4);
        assertThat(sound.path("seconds").asDouble()).isEqualTo(3.5);
        assertThat(sound.path("width").isNull()).isTrue();
        assertThat(fetch(sound.path("url").asText()).body()).isEqualTo("sound.m4a");
    }

    @Test
    void subtitlesHaveTheirLanguage() throws Exception {
        process();
        output("subtitulos.vtt", "subtitles", "text/vtt", "9, '', NULL, NULL, NULL");
        jdbc.update("UPDATE outputs SET language = 'pt' WHERE name = 'subtitulos.vtt'");

        JsonNode outputs = detail().path("outputs");

        assertThat(outputs.findValues("language")).hasSize(4);
        assertThat(outputs.get(3).path("language").asText()).isEqualTo("pt");
        assertThat(outputs.get(0).path("language").isNull()).isTrue();
    }

    @Test
    void aLinkLeadsToEachWithTypeAndName() throws Exception {
        assertProblem(user.get("/api/videos/" + id + "/outputs/sound.m4a"), 409, "not_available");
        process();

        HttpResponse<String> answer = user.get("/api/videos/" + id + "/outputs/sound.m4a");

        assertThat(answer.statusCode()).isEqualTo(302);
        HttpResponse<String> sound =
                fetch(answer.headers().firstValue("Location").orElseThrow());
        assertThat(sound.body()).isEqualTo("sound.m4a");
        assertThat(sound.headers().firstValue("Content-Type")).hasValue("audio/mp4");
        assertThat(sound.headers().firstValue("Content-Disposition").orElseThrow())
                .startsWith("inline")
                .contains("Citt%C3%A0%20sound.m4a");
        for (String name : new String[] {"video.mp4", "poster.jpg"}) {
            String link = user.get("/api/videos/" + id + "/outputs/" + name)
                    .headers()
                    .firstValue("Location")
                    .orElseThrow();
            assertThat(fetch(link).body()).isEqualTo(name);
        }
    }

    @Test
    void whatIsNotThereIsRefused() throws Exception {
        process();
        HttpResponse<String> unknown = user.get("/api/videos/" + id + "/outputs/gif.gif");
        assertProblem(unknown, 404, "not_found");
        assertThat(unknown.body()).contains("no output gif.gif; it has video.mp4, poster.jpg, sound.m4a.");
        assertProblem(user.get("/api/videos/" + id + "/outputs/..%2F..%2Fa"), 400, "invalid_request");
        assertProblem(user().get("/api/videos/" + id + "/outputs/sound.m4a"), 403, "not_owner");

        s3.deleteObject(d -> d.bucket(bucket()).key("processed/" + id + "/c/sound.m4a"));
        assertProblem(user.get("/api/videos/" + id + "/outputs/sound.m4a"), 410, "expired");
    }

    @Test
    void theyStayWhileAndAfterTheVideoIsProcessedAgain() throws Exception {
        process();
        assertThat(user.post("/api/videos/" + id + "/process").statusCode()).isEqualTo(200);

        assertThat(detail().path("status").asText()).isEqualTo("uploaded");
        assertThat(detail().path("outputs")).hasSize(3);

        set(id, "status = 'failed', failed_at = now(), error_code = 'attempts_exhausted', retryable = true");
        assertThat(detail().path("outputs")).hasSize(3);
        assertThat(user.post("/api/videos/" + id + "/retry").statusCode()).isEqualTo(200);
        assertThat(detail().path("outputs")).hasSize(3);
    }

    /** Links differ each time; a poller is not sent the same again for that. */
    @Test
    void linksAreNoChange() throws Exception {
        process();
        String tag = user.get("/api/videos/" + id).headers().firstValue("ETag").orElseThrow();

        assertThat(user.send(user.request("/api/videos/" + id).header("If-None-Match", tag))
                        .statusCode())
                .isEqualTo(304);

        output("more.mp4", "video", "video/mp4", "5, '', 1280, 720, 3.52");
        assertThat(user.send(user.request("/api/videos/" + id).header("If-None-Match", tag))
                        .statusCode())
                .isEqualTo(200);
    }

    private static HttpResponse<String> fetch(String link) throws Exception {
        return Api.HTTP.send(HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofString());
    }
}
