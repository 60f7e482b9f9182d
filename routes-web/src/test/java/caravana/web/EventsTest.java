package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import caravana.web.video.VideoDocument;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Every change of a video's status is an event, written by the transaction of the change. */
class EventsTest extends WebTest {

    /** Expected of the future, and so no part of what has happened. */
    private static final Set<String> FORECAST = Set.of("ready_from", "ready_by");

    private static final String CANCEL = "status = 'cancelled', cancelled_at = now()";
    private static final String DELETE = "status = 'deleting'";
    private static final String CLAIM =
            "status = 'processing', claims = claims + 1, attempts = attempts + 1, claimed_at = now(),"
                    + " claim_token = gen_random_uuid(), lease_until = now() + interval '1 hour', updated_at = now()";
    private static final String RELEASE =
            "status = 'uploaded', claim_token = NULL, lease_until = NULL, not_before = now()";
    private static final String FAIL =
            "status = 'failed', claim_token = NULL, lease_until = NULL, error_code = 'undecodable', error_detail = 'No.',"
                    + " error_values = '{\"codec\": \"x\"}', failed_at = now(), updated_at = now()";

    @Autowired
    private DataSource database;

    @Autowired
    private ProducerTemplate routes;

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    private JsonNode page(String query) throws Exception {
        HttpResponse<String> answer = user.get("/api/events" + query);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return Api.json(answer);
    }

    private List<JsonNode> events() throws Exception {
        List<JsonNode> events = new ArrayList<>();
        page("").path("events").forEach(events::add);
        return events;
    }

    private List<String> types() throws Exception {
        return events().stream().map(event -> event.path("type").asText()).toList();
    }

    private void commit(String id) {
        String folder = "processed/" + id + "/" + UUID.randomUUID() + "/";
        // As the worker does it: row and files by one statement.
        jdbc.update(
                "WITH committed AS (UPDATE videos SET status = 'processed', processed_key = ?, claim_token = NULL,"
                        + " lease_until = NULL, processed_at = now(), updated_at = now(),"
                        + " warnings = '[]', phase_ms = '{\"probe\": 12}', facts = '{\"truncated\": true}'"
                        + " WHERE id = CAST(? AS uuid) RETURNING id)"
                        + " INSERT INTO outputs (video_id, claim_token, name, role, media_type, object_key, bytes, sha256,"
                        + " width, height, seconds, checked) SELECT id, gen_random_uuid(), 'video.mp4', 'video', 'video/mp4',"
                        + " ?, 7, 'x', 640, 360, 2.5, '' FROM committed",
                folder + "video.mp4",
                id,
                folder + "video.mp4");
    }

    @Test
    void eachChangeIsAnEventAndARepeatedAttemptIsNone() throws Exception {
        String id = uploaded(user);
        set(id, CLAIM);
        set(id, RELEASE);
        set(id, CLAIM);
        set(id, FAIL + ", retryable = true");
        assertThat(user.post("/api/videos/" + id + "/retry").statusCode()).isEqualTo(200);
        set(id, CLAIM);
        commit(id);
        assertThat(user.delete("/api/videos/" + id).statusCode()).isEqualTo(200);
        assertThat(user.post("/api/videos/" + id + "/restore").statusCode()).isEqualTo(200);

        assertThat(types())
                .containsExactly(
                        "video.uploaded",
                        "video.processing",
                        "video.failed",
                        "video.uploaded",
                        "video.processing",
                        "video.processed",
                        "video.deleted",
                        "video.restored");
        assertThat(events())
                .extracting(event -> event.path("sequence").asText())
                .containsExactly(
                        "0000000001",
                        "0000000002",
                        "0000000003",
                        "0000000004",
                        "0000000005",
                        "0000000006",
                        "0000000007",
                        "0000000008");
        assertThat(events())
                .allSatisfy(event -> assertThat(event.path("subject").asText()).isEqualTo(id));
        assertThat(events().get(6).path("data").path("status").asText()).isEqualTo("deleted");
    }

    /** Renditions are noted before the commit, and those of a claim that was lost are nobody's news. */
    @Test
    void aVideoIsPlayableBeforeItIsProcessedWhenItHasRenditions() throws Exception {
        String rendition = "INSERT INTO renditions SELECT id, %s, '240p', 'avc1', 426, 240, 25, 2, 1 FROM videos"
                + " WHERE id = CAST(? AS uuid)";
        String plain = uploaded(user);
        set(plain, CLAIM);
        jdbc.update(rendition.formatted("gen_random_uuid()"), plain);
        commit(plain);
        String streamed = uploaded(user);
        set(streamed, CLAIM);
        jdbc.update(rendition.formatted("claim_token"), streamed);
        commit(streamed);
        set(streamed, DELETE);

        assertThat(types(plain)).containsExactly("video.uploaded", "video.processing", "video.processed");
        assertThat(types(streamed))
                .containsExactly(
                        "video.uploaded", "video.processing", "video.playable", "video.processed", "video.deleted");
        assertThat(events().stream()
                        .filter(event -> event.path("subject").asText().equals(streamed))
                        .map(event -> event.path("sequence").asText()))
                .containsExactly("0000000001", "0000000002", "0000000003", "0000000004", "0000000005");
    }

    /** While its job runs, and once, whatever attempt makes it; the event says since when. */
    @Test
    void aVideoIsPlayableWhileItsJobRuns() throws Exception {
        String id = uploaded(user);
        set(id, CLAIM);
        set(id, "playable_stream = claim_token, playable_at = now()");
        set(id, RELEASE);
        set(id, CLAIM);
        set(id, "playable_stream = claim_token");
        jdbc.update(
                "INSERT INTO renditions SELECT id, claim_token, '240p', 'avc1', 426, 240, 25, 2, 1 FROM videos WHERE id = CAST(? AS uuid)",
                id);
        commit(id);

        assertThat(types(id))
                .containsExactly("video.uploaded", "video.processing", "video.playable", "video.processed");
        JsonNode playable = events().stream()
                .filter(event -> event.path("type").asText().equals("video.playable"))
                .findFirst()
                .orElseThrow();
        assertThat(playable.at("/data/status").asText()).isEqualTo("processing");
        assertThat(playable.at("/data/playable_at").isTextual()).isTrue();
    }

    private List<String> types(String video) throws Exception {
        return events().stream()
                .filter(event -> event.path("subject").asText().equals(video))
                .map(event -> event.path("type").asText())
                .toList();
    }

    @Test
    void anEventSaysOfAVideoWhatACallSaysAndHasNoLinks() throws Exception {
        String processed = labelled();
        set(processed, CLAIM);
        commit(processed);
        String failed = labelled();
        set(failed, CLAIM);
        set(failed, FAIL);

        for (String id : List.of(processed, failed)) {
            JsonNode last = events().stream()
                    .filter(event -> event.path("subject").asText().equals(id))
                    .reduce((one, other) -> other)
                    .orElseThrow();
            Map<?, ?> call = Api.JSON.readValue(user.get("/api/videos/" + id).body(), Map.class);
            Map<?, ?> data = Api.JSON.convertValue(last.path("data"), Map.class);
            call.keySet().removeAll(FORECAST);
            data.keySet().removeAll(FORECAST);
            assertThat(VideoDocument.withoutLinks(data))
                    .isEqualTo(VideoDocument.withoutLinks(call))
                    .containsEntry("reference", "order-1");
            assertThat(last.toString()).doesNotContain("http", "processed/", "uploads/");
        }
    }

    private String labelled() throws Exception {
        HttpResponse<String> answer =
                user.send(user.raw("?title=t&reference=order-1&metadata=%7B%22a%22%3A1%7D", bytes(10)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Api.json(answer).path("video_id").asText();
    }

    /** A column that a video's document needs, and the event's content lacks, would be null in every event. */
    @Test
    void theContentHasEveryColumnOfTheAnswers() throws Exception {
        uploaded(user);
        Set<String> content = new TreeSet<>(jdbc.queryForList(
                "SELECT DISTINCT key FROM events, jsonb_object_keys(content) AS key WHERE owner_id = CAST(? AS uuid)",
                String.class,
                user.subject()));
        Set<String> columns = new HashSet<>();
        jdbc.query(
                Pattern.compile(":\\?[\\w.]+")
                        .matcher(Files.readString(Path.of("../src/main/resources/camel/videos/find-own-video.sql")))
                        .replaceAll("NULL"),
                rows -> {
                    for (int i = 1; i <= rows.getMetaData().getColumnCount(); i++) {
                        columns.add(rows.getMetaData().getColumnLabel(i));
                    }
                    return null;
                });
        columns.removeAll(Set.of("owner_id", "original_key", "processed_key", "poster_key", "queue_position"));
        columns.removeAll(FORECAST);
        assertThat(content).isEqualTo(columns);
    }

    @Test
    void anEventThatCommitsLateIsNotSkipped() throws Exception {
        String late = uploaded(user);
        String early = uploaded(user);
        // Neither waits any more: an account's place in the queue would make one change wait for the other.
        set(late, CANCEL);
        set(early, CANCEL);
        String cursor = page("").path("cursor").asText();
        try (Connection held = database.getConnection();
                Statement statement = held.createStatement()) {
            held.setAutoCommit(false);
            statement.execute("UPDATE videos SET " + DELETE + " WHERE id = '" + late + "'");
            set(early, DELETE);

            JsonNode nothing = page("?cursor=" + cursor);
            assertThat(nothing.path("events")).isEmpty();
            assertThat(nothing.path("cursor").asText()).isEqualTo(cursor);
            held.commit();
        }
        List<String> subjects = new ArrayList<>();
        for (JsonNode next = page("?limit=1&cursor=" + cursor);
                !next.path("events").isEmpty();
                next = page("?limit=1&cursor=" + next.path("cursor").asText())) {
            subjects.add(next.path("events").get(0).path("subject").asText());
        }
        assertThat(subjects).containsExactly(late, early);
    }

    @Test
    void anExpiredUploadSaysWhatWasAnnounced() throws Exception {
        TusClient tus = new TusClient(user);
        HttpResponse<String> created = tus.send(tus.request("/api/uploads")
                .header("Upload-Length", "10")
                .header("Upload-Metadata", TusClient.metadata("title", "t", "reference", "r", "metadata", "{\"a\":1}"))
                .POST(BodyPublishers.noBody()));
        String id = Api.json(created).path("video_id").asText();
        set(id, "expires_at = now() - interval '1 second'");
        routes.requestBody("direct:expire-uploads", (Object) null);
        String cancelled = tus.create(10);
        tus.cancel(cancelled);

        assertThat(types()).containsExactly("upload.expired");
        JsonNode data = events().get(0).path("data");
        assertThat(data.path("reference").asText()).isEqualTo("r");
        assertThat(data.path("metadata")).isEqualTo(Api.JSON.readTree("{\"a\":1}"));
        assertThat(data.path("bytes").asInt()).isEqualTo(10);
        assertThat(data.path("status").asText()).isEqualTo("expired");
    }

    @Test
    void onlyTheOwnerSeesThemAndOnlyWithACursorOfOurs() throws Exception {
        uploaded(user);
        assertThat(Api.json(user().get("/api/events")).path("events")).isEmpty();
        assertThat(page("?cursor=0-0").path("events")).hasSize(1);
        for (String query : List.of(
                "?cursor=abc",
                "?cursor=1-",
                "?cursor=-1-1",
                "?cursor=99999999999999999999999-1",
                "?cursor=1-1%00",
                "?cursor=08-1",
                "?limit=0",
                "?limit=%205",
                "?limit=+5",
                "?limit=5%20",
                "?limit=101",
                "?after=1")) {
            assertProblem(user.get("/api/events" + query), 400, "invalid_request");
        }
        assertThat(page("?cursor=9999999999999999999-1").path("events")).isEmpty();
        assertProblem(api().get("/api/events"), 401, "unauthenticated");
    }

    @Test
    void theyAreRemovedAfterAWeek() throws Exception {
        uploaded(user);
        String id = uploaded(user);
        jdbc.update("UPDATE events SET occurred_at = now() - interval '8 days' WHERE subject = CAST(? AS uuid)", id);
        routes.requestBody("direct:forget-events", (Object) null);
        assertThat(events())
                .extracting(event -> event.path("subject").asText())
                .doesNotContain(id)
                .hasSize(1);
    }
}
