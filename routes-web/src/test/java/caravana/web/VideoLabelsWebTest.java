package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.util.RawValue;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What clients keep with their videos, by every way of uploading: shown, changed, and found by. */
class VideoLabelsWebTest extends WebTest {

    private static final String REFERENCE = "order-4711 ñ";
    private static final String METADATA =
            "{\"customer\": \"4711\", \"public\": true, \"rate\": 2.50, \"tags\": [\"a\", null], \"of\": {\"x\": \"y\"}}";

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    private HttpRequest.Builder form(String reference, String metadata, String key) {
        Form form = new Form().field("title", "t");
        if (reference != null) {
            form.field("reference", reference);
        }
        if (metadata != null) {
            form.field("metadata", metadata);
        }
        HttpRequest.Builder request = user.request("/api/videos/upload")
                .header("Content-Type", Form.contentType())
                .POST(BodyPublishers.ofByteArray(
                        form.file("video_file", "a.mp4", bytes(1000)).bytes()));
        return key == null ? request : request.header("Idempotency-Key", key);
    }

    private HttpResponse<String> raw(String reference, String metadata) throws Exception {
        return user.send(
                user.raw("?title=t&reference=" + encoded(reference) + "&metadata=" + encoded(metadata), bytes(1000)));
    }

    private HttpResponse<String> tus(String reference, String metadata, String key) throws Exception {
        TusClient tus = new TusClient(user);
        HttpRequest.Builder creation = tus.request("/api/uploads")
                .header("Upload-Length", "1000")
                .header(
                        "Upload-Metadata",
                        TusClient.metadata("title", "t", "reference", reference, "metadata", metadata))
                .POST(BodyPublishers.noBody());
        return tus.send(key == null ? creation : creation.header("Idempotency-Key", key));
    }

    private String inPieces() throws Exception {
        String id = Api.json(tus(REFERENCE, METADATA, null)).path("video_id").asText();
        assertThat(new TusClient(user).patch(id, bytes(1000), 0, 1000).statusCode())
                .isEqualTo(204);
        return id;
    }

    /** Release 1.0.0 knows none of these columns, and takes the last piece of an upload that a later node began. */
    @Test
    void anOlderNodeEndsTheUpload() throws Exception {
        TusClient tus = new TusClient(user);
        String sum = "a".repeat(64);
        String id = Api.json(tus.send(tus.creation(10)
                        .setHeader(
                                "Upload-Metadata",
                                TusClient.metadata(
                                        "title",
                                        "t",
                                        "reference",
                                        REFERENCE,
                                        "metadata",
                                        METADATA,
                                        "prioridad",
                                        "1",
                                        "original_sha256",
                                        sum))))
                .path("video_id")
                .asText();

        jdbc.update(
                "UPDATE videos SET status = 'uploaded', title = 't', original_bytes = 10, uploaded_at = now(),"
                        + " not_before = now(), updated_at = now() WHERE id = CAST(? AS uuid) AND status = 'receiving'",
                id);

        assertThat(row(id))
                .containsEntry("reference", REFERENCE)
                .containsEntry("priority", 1)
                .containsEntry("announced_sha256", sum);
        assertThat(Api.JSON.readTree(row(id).get("metadata").toString())).isEqualTo(Api.JSON.readTree(METADATA));
    }

    private String inParts() throws Exception {
        DirectClient direct = new DirectClient(user);
        var announcement = direct.announcement(1000);
        announcement.putObject("metadata").put("reference", REFERENCE).set("metadata", Api.JSON.readTree(METADATA));
        String id = Api.json(direct.create(announcement)).path("uploadId").asText();
        assertThat(direct.complete(id, direct.putAll(id, bytes(1000))).statusCode())
                .isEqualTo(200);
        return id;
    }

    private String byOnePut() throws Exception {
        HttpResponse<String> signed =
                user.get("/api/uploads/s3/params?filename=a.mp4&type=video%2Fmp4&bytes=1000&reference="
                        + encoded(REFERENCE) + "&metadata%5Bmetadata%5D=" + encoded(METADATA));
        JsonNode address = Api.json(signed);
        DirectClient.put(address.path("url").asText(), bytes(1000), "If-None-Match", "*");
        String id = address.path("video_id").asText();
        assertThat(user.get("/api/uploads/" + id).statusCode()).isEqualTo(200);
        return id;
    }

    private static String id(HttpResponse<String> accepted) throws Exception {
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        return Api.json(accepted).path("video_id").asText();
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    @Test
    void everyWayTakesThemAndEveryAnswerShowsThem() throws Exception {
        List<String> ids = List.of(
                id(user.send(form("  " + REFERENCE + " ", METADATA, null))),
                id(raw(REFERENCE, METADATA)),
                inPieces(),
                inParts(),
                byOnePut());

        for (String id : ids) {
            JsonNode video = Api.json(user.get("/api/videos/" + id));
            assertThat(video.path("reference").asText()).as(video.toString()).isEqualTo(REFERENCE);
            assertThat(video.path("metadata")).isEqualTo(Api.JSON.readTree(METADATA));
        }
        Api.json(user.get("/api/videos")).forEach(video -> {
            assertThat(video.path("reference").asText()).isEqualTo(REFERENCE);
            assertThat(video.path("metadata").path("rate").asDouble()).isEqualTo(2.5);
        });
        JsonNode without = Api.json(user.get("/api/videos/" + uploaded(user)));
        assertThat(without.path("reference").isNull()).isTrue();
        assertThat(without.path("metadata").isNull()).isTrue();
    }

    @Test
    void whatIsNotAsTheContractSaysIsRefusedAndNothingIsLeft() throws Exception {
        for (String wrong : List.of(
                "[1]",
                "{\"a\":",
                "{\"a\":1e20}",
                "{\"a\":1e2147483647}",
                nested(33),
                "{\"a\":\"" + "x".repeat(2048) + "\"}")) {
            assertProblem(user.send(form("r", wrong, null)), 400, "metadata_invalid");
            assertProblem(raw("r", wrong), 400, "metadata_invalid");
            assertProblem(tus("r", wrong, null), 400, "metadata_invalid");
        }
        for (String wrong : List.of("", " ", "a\u202eb", "x".repeat(201))) {
            assertProblem(user.send(form(wrong, "{}", null)), 400, "reference_invalid");
            assertProblem(raw(wrong, "{}"), 400, "reference_invalid");
            assertProblem(tus(wrong, "{}", null), 400, "reference_invalid");
        }
        DirectClient direct = new DirectClient(user);
        var announcement = direct.announcement(10);
        for (String wrong : List.of("no JSON", "{\"a\":1e2147483647}", nested(33))) {
            announcement.putObject("metadata").put("metadata", wrong);
            assertProblem(direct.create(announcement), 400, "metadata_invalid");
        }
        for (String wrong : List.of("{\"a\":1.00000000000000000001}", nested(33))) {
            announcement.putObject("metadata").putRawValue("metadata", new RawValue(wrong));
            assertProblem(direct.create(announcement), 400, "metadata_invalid");
        }
        Form twice = new Form().field("title", "t").field("reference", "a").field("reference", "b");
        assertProblem(user.upload(twice.file("video_file", "a.mp4", bytes(10))), 400, "invalid_request");
        assertNothingLeft();
    }

    private static String nested(int depth) {
        return "{\"a\":".repeat(depth) + "1" + "}".repeat(depth);
    }

    /** Answers put them deeper than they came. */
    @Test
    void theDeepestAreShownEverywhere() throws Exception {
        JsonNode deepest = Api.JSON.readTree(nested(32));
        String id = id(user.send(form("r", nested(32), null)));

        assertThat(Api.json(user.get("/api/videos")).get(0).path("metadata")).isEqualTo(deepest);
        assertThat(Api.json(user.get("/api/videos/" + id)).path("metadata")).isEqualTo(deepest);
        JsonNode event = Api.json(user.get("/api/events")).path("events").get(0);
        assertThat(event.at("/data/metadata")).isEqualTo(deepest);
    }

    @Test
    void anUploadWithOthersIsNoRepetition() throws Exception {
        String first = id(user.send(form("r", "{\"a\": 1, \"bc\": [2]}", "form")));
        assertThat(id(user.send(form("r", "{\"bc\":[2],\"a\":1.0}", "form")))).isEqualTo(first);
        assertProblem(user.send(form("r", null, "form")), 409, "idempotency_mismatch");
        assertProblem(user.send(form("s", "{\"a\": 1, \"bc\": [2]}", "form")), 409, "idempotency_mismatch");

        String pieces = id(tus("r", "{\"a\":1}", "tus"));
        assertThat(id(tus("r", "{\"a\":1}", "tus"))).isEqualTo(pieces);
        assertProblem(tus("r", "{\"a\":2}", "tus"), 409, "idempotency_mismatch");
        assertProblem(tus("s", "{\"a\":1}", "tus"), 409, "idempotency_mismatch");
    }

    @Test
    void theListFindsVideosByThem() throws Exception {
        String one = id(user.send(form("a", "{\"customer\": \"x=1&y\", \"n\": 1, \"yes\": true, \"no\": null}", null)));
        String two = id(user.send(form("a", "{\"customer\": \"z\", \"n\": 1, \"o'x\": \"1\"}", null)));
        String three = id(user.send(form("A", null, null)));
        Api other = user();
        id(other.send(other.raw("?title=t&reference=a&metadata=" + encoded("{\"n\": 1}"), bytes(10))));

        assertThat(found("reference=a")).containsExactly(two, one);
        assertThat(found("reference=A")).containsExactly(three);
        assertThat(found("reference=b")).isEmpty();
        assertThat(found("metadata%5Bn%5D=1")).containsExactly(two, one);
        assertThat(found("metadata%5Bn%5D=1&metadata%5Byes%5D=true")).containsExactly(one);
        assertThat(found("metadata%5Bcustomer%5D=x%3D1%26y&reference=a")).containsExactly(one);
        assertThat(found("metadata%5Bo%27x%5D=1")).containsExactly(two);
        assertThat(found("metadata%5Bcustomer%5D=x")).isEmpty();
        assertThat(found("metadata%5Bno%5D=null")).as("a null has no text").isEmpty();
        assertThat(found("metadata%5Bmissing%5D=1")).isEmpty();

        HttpResponse<String> first = user.get("/api/videos?limit=1&count=true&metadata%5Bn%5D=1");
        assertThat(first.headers().firstValue("X-Total-Count")).hasValue("2");
        String next = first.headers().firstValue("Link").orElseThrow().replaceAll("<(.*)>.*", "$1");
        assertThat(Api.json(user.get(next)).get(0).path("video_id").asText()).isEqualTo(one);
        assertProblem(user.get("/api/videos?metadata=1"), 400, "invalid_request");
        assertProblem(user.get("/api/videos?reference="), 400, "invalid_request");
        assertProblem(user.get("/api/videos?metadata%5Ba%5D=%00"), 400, "invalid_request");
    }

    private List<String> found(String query) throws Exception {
        HttpResponse<String> answer = user.get("/api/videos?" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        List<String> ids = new ArrayList<>();
        Api.json(answer).forEach(video -> ids.add(video.path("video_id").asText()));
        return ids;
    }

    @Test
    void aPatchChangesThem() throws Exception {
        String id = id(user.send(form("r", "{\"a\":1,\"b\":{\"c\":1,\"d\":2}}", null)));

        JsonNode changed = Api.json(patch(id, "{\"metadata\":{\"a\":null,\"b\":{\"c\":3},\"e\":[1e1]}}"));
        assertThat(changed.path("metadata")).isEqualTo(Api.JSON.readTree("{\"b\":{\"c\":3,\"d\":2},\"e\":[10]}"));
        assertThat(changed.path("reference").asText()).isEqualTo("r");
        assertThat(Api.json(patch(id, "{\"reference\":\"s\"}")).path("metadata"))
                .isEqualTo(changed.path("metadata"));
        JsonNode removed = Api.json(patch(id, "{\"reference\":null,\"metadata\":null}"));
        assertThat(removed.path("reference").isNull()).isTrue();
        assertThat(removed.path("metadata").isNull()).isTrue();

        assertProblem(patch(id, "{\"metadata\":{\"a\":\"" + "x".repeat(2048) + "\"}}"), 400, "metadata_invalid");
        for (String wrong : List.of(
                "{\"a\":1e-2147483647}",
                "{\"a\":1.00000000000000000001}",
                "{\"a\":1e2147483640}",
                "{\"a\":-1e400}",
                nested(33))) {
            assertProblem(patch(id, "{\"metadata\":" + wrong + "}"), 400, "metadata_invalid");
        }
        for (String wrong : List.of("7", nested(500))) {
            assertProblem(patch(id, "{\"metadata\":" + wrong + "}"), 400, "invalid_request");
        }
        assertProblem(patch(id, "{\"reference\":\"\\u200b\"}"), 400, "reference_invalid");
    }

    private HttpResponse<String> patch(String id, String body) throws Exception {
        return user.send(user.request("/api/videos/" + id)
                .header("Content-Type", "application/merge-patch+json")
                .method("PATCH", BodyPublishers.ofString(body)));
    }
}
