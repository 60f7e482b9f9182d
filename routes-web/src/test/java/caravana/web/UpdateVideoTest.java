package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What owners write about their videos, and change. */
class UpdateVideoTest extends WebTest {

    private static final String MERGE_PATCH = "application/merge-patch+json";

    private Api user;
    private String id;

    @BeforeEach
    void upload() throws Exception {
        user = user();
        id = uploaded(user);
    }

    @Test
    void whatIsNotSentStaysAndNullRemoves() throws Exception {
        JsonNode renamed = Api.json(patch(MERGE_PATCH, "{\"title\": \"  Llegada a Bogotá \"}"));
        assertThat(renamed.path("title").asText()).isEqualTo("Llegada a Bogotá");
        assertThat(renamed.path("file_name").asText()).isEqualTo("a.mp4");

        JsonNode named = Api.json(patch("application/json", "{\"file_name\": \"llegada.mov\"}"));
        assertThat(named.path("title").asText()).isEqualTo("Llegada a Bogotá");
        assertThat(named.path("file_name").asText()).isEqualTo("llegada.mov");
        HttpResponse<String> original = user.get("/api/videos/" + id + "/original");
        assertThat(original.headers().firstValue("Location").orElseThrow()).contains("llegada.mov");

        assertThat(Api.json(patch(MERGE_PATCH, "{\"file_name\": null}"))
                        .path("file_name")
                        .isNull())
                .isTrue();
        assertThat(Api.json(patch(MERGE_PATCH, "{}")).path("title").asText()).isEqualTo("Llegada a Bogotá");
        assertThat(row(id)).containsEntry("status", "uploaded").containsEntry("original_name", null);
        assertThat(Api.json(user.get("/api/videos")).get(0).path("title").asText())
                .isEqualTo("Llegada a Bogotá");
    }

    @Test
    void whatAnUploadRefusesIsRefused() throws Exception {
        assertProblem(patch(MERGE_PATCH, "{\"title\": \"\\u200b\"}"), 400, "title_invalid");
        assertProblem(patch(MERGE_PATCH, "{\"title\": \"a\\u202eb\"}"), 400, "title_invalid");
        for (String body : new String[] {
            "{\"title\": null}",
            "{\"title\": \"\"}",
            "{\"title\": \"a\\u0000\"}",
            "{\"title\": \"" + "x".repeat(201) + "\"}",
            "{\"file_name\": \"\\u202e\"}",
            "{\"file_name\": 7}",
            "{\"titel\": \"a\"}",
            "{\"status\": \"processed\"}",
            "[\"title\"]",
            "{\"title\": \"a\", \"title\": \"b\"}",
            ""
        }) {
            assertProblem(patch(MERGE_PATCH, body), 400, "invalid_request");
        }
        assertProblem(patch("text/plain", "{\"title\": \"a\"}"), 415, "unsupported_media_type");
        assertThat(row(id)).containsEntry("title", "t").containsEntry("original_name", "a.mp4");
    }

    @Test
    void aVersionThatIsNoLongerThereIsNotChanged() throws Exception {
        String seen = tag(user.get("/api/videos/" + id));
        HttpResponse<String> first = patch(MERGE_PATCH, "{\"title\": \"first\"}", seen);
        assertThat(first.statusCode()).as(first.body()).isEqualTo(200);

        assertProblem(patch(MERGE_PATCH, "{\"title\": \"second\"}", seen), 412, "precondition_failed");

        assertThat(row(id)).containsEntry("title", "first");
        assertThat(patch(MERGE_PATCH, "{\"title\": \"second\"}", tag(first)).statusCode())
                .isEqualTo(200);
        assertThat(patch(MERGE_PATCH, "{\"title\": \"third\"}", "*").statusCode())
                .isEqualTo(200);
        assertThat(tag(user.get("/api/videos/" + id))).isNotEqualTo(seen);
    }

    /** Whatever the client has seen of it before. */
    @Test
    void aChangeIsAnsweredInFull() throws Exception {
        String seen = tag(user.get("/api/videos/" + id));

        HttpResponse<String> answer = user.send(user.request("/api/videos/" + id)
                .header("Content-Type", MERGE_PATCH)
                .header("If-None-Match", "*, " + seen)
                .method("PATCH", BodyPublishers.ofString("{}")));

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Api.json(answer).path("video_id").asText()).isEqualTo(id);
    }

    @Test
    void onlyTheOwnerChangesAVideoAndOnlyOneThatIsThere() throws Exception {
        Api other = user();
        assertProblem(
                other.send(other.request("/api/videos/" + id)
                        .header("Content-Type", MERGE_PATCH)
                        .method("PATCH", BodyPublishers.ofString("{\"title\": \"mine\"}"))),
                403,
                "not_owner");
        assertThat(row(id)).containsEntry("title", "t");
        set(id, "status = 'deleting', lease_until = now() + interval '1 hour'");
        assertProblem(patch(MERGE_PATCH, "{\"title\": \"late\"}"), 404, "not_found");
    }

    private HttpResponse<String> patch(String type, String body) throws Exception {
        return patch(type, body, null);
    }

    private HttpResponse<String> patch(String type, String body, String version) throws Exception {
        var request = user.request("/api/videos/" + id)
                .header("Content-Type", type)
                .method("PATCH", BodyPublishers.ofString(body));
        return user.send(version == null ? request : request.header("If-Match", version));
    }

    private static String tag(HttpResponse<String> answer) {
        return answer.headers().firstValue("ETag").orElseThrow();
    }
}
