package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Queues;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.sqs.model.Message;

/** What an owner sees of videos, and does to them, once they are uploaded. */
class VideosTest extends QuickSweepsTest {

    private static final Duration SOON = Waits.LIMIT;
    private static final String PROCESSED = "status = 'processed', processed_at = now(), processed_key = 'processed/'"
            + " || id || '/c/video.mp4', poster_key = 'processed/' || id || '/c/poster.jpg'";
    private static final String PROCESSING =
            "status = 'processing', claim_token = gen_random_uuid(), lease_until = now() + interval '1 hour', attempts = 1";
    private static final String FAILED = "status = 'failed', failed_at = now(), error_code = 'attempts_exhausted',"
            + " last_code = 'time_limit', error_detail = 'It failed five times.', attempts = 5";

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    @Test
    void anUnknownVideoIsNotFound() throws Exception {
        assertProblem(user.get("/api/videos/" + UUID.randomUUID()), 404, "not_found");
        assertProblem(user.get("/api/videos/7"), 404, "not_found");
        assertProblem(user.get("/api/videos/' OR 1=1 --".replace(" ", "%20")), 404, "not_found");
    }

    /** A worker of the version before writes neither. */
    @Test
    void warningsAndMediaInfoAreAsTheWorkerWroteThem() throws Exception {
        String id = uploaded(user);
        set(id, PROCESSED);
        assertThat(detail(id).path("warnings").toString()).isEqualTo("[]");
        assertThat(detail(id).path("media_info").isNull()).isTrue();

        String warnings = "[{\"code\":\"gap_closed\",\"detail\":\"Closed.\",\"values\":{\"gaps\":2}}]";
        String info = "{\"source\": " + mediaInfo(7) + ", \"result\": " + mediaInfo(5) + "}";
        set(id, "warnings = '" + warnings + "', media_info = '" + info + "'");
        JsonNode video = detail(id);
        assertThat(video.at("/warnings/0/code").asText()).isEqualTo("gap_closed");
        assertThat(video.at("/warnings/0/values/gaps").asInt()).isEqualTo(2);
        assertThat(video.at("/media_info/result/bytes").asInt()).isEqualTo(5);
    }

    private static String mediaInfo(int bytes) {
        return """
                {"container": "mov,mp4,m4a,3gp,3g2,mj2", "bytes": %d, "duration_seconds": 3.2, "audio": null,
                 "video": {"codec": "h264", "width": 640, "height": 360, "frame_rate": 25.0, "pixel_format": "yuv420p",
                           "color": {"range": "tv", "matrix": "bt709", "transfer": "bt709", "primaries": "bt709"},
                           "hdr": null, "interlaced": false, "rotation": 0}}""".formatted(bytes);
    }

    @Test
    void anUnfinishedUploadAndADeletedVideoAreNotFound() throws Exception {
        String id = uploaded(user);
        set(id, "status = 'receiving'");
        assertProblem(user.get("/api/videos/" + id), 404, "not_found");
        set(id, "status = 'deleting', lease_until = now() + interval '1 hour'");
        assertProblem(user.get("/api/videos/" + id), 404, "not_found");
    }

    @Test
    void theDetailTellsThePlaceInTheQueueAndLiveProgress() throws Exception {
        String first = uploaded(user);
        String second = uploaded(user);
        assertThat(detail(first).path("queue_position").asInt()).isEqualTo(1);
        assertThat(detail(second).path("queue_position").asInt()).isEqualTo(2);
        assertThat(detail(first).path("progress").isNull()).isTrue();

        set(first, PROCESSING);
        redis.opsForHash()
                .putAll("progress:" + first, Map.of("phase", "transcode", "percent", "42.5", "eta_seconds", "7"));

        JsonNode running = detail(first);
        assertThat(running.path("phase").asText()).isEqualTo("transcode");
        assertThat(running.path("progress").asDouble()).isEqualTo(42.5);
        assertThat(running.path("eta_seconds").asInt()).isEqualTo(7);
        assertThat(running.path("queue_position").isNull()).isTrue();
        assertThat(detail(second).path("queue_position").asInt()).isEqualTo(1);
    }

    @Test
    void theDetailSaysWhenTheVideoIsExpectedToBeReady() throws Exception {
        String id = uploaded(user);
        jdbc.update("DELETE FROM workers");
        assertThat(detail(id).path("ready_by").isNull()).as("without a worker").isTrue();
        jdbc.update("INSERT INTO workers (name, slots, seen_at) VALUES ('w:1', 2, now() + interval '1 hour')");

        Instant asked = Instant.now();
        JsonNode waiting = detail(id);

        Instant from = Instant.parse(waiting.path("ready_from").asText());
        assertThat(from).isBetween(asked.minusSeconds(31), asked.plusSeconds(60));
        assertThat(Instant.parse(waiting.path("ready_by").asText()))
                .isAfter(asked)
                .isAfter(from)
                .isBefore(asked.plusSeconds(90));
        jdbc.update("UPDATE intake SET paused = true");
        assertThat(detail(id).path("ready_by").isNull())
                .as("while nothing is taken")
                .isTrue();
        jdbc.update("UPDATE intake SET paused = false");
        set(id, PROCESSING);
        assertThat(detail(id).path("ready_by").isTextual()).isTrue();
        set(id, "status = 'cancelled'");
        assertThat(detail(id).path("ready_by").isNull()).isTrue();
        jdbc.update("DELETE FROM workers");
    }

    @Test
    void pollersAreToldWhenNothingHasChangedAndWhenToAskAgain() throws Exception {
        String id = uploaded(user);
        HttpResponse<String> first = user.get("/api/videos/" + id);
        String tag = first.headers().firstValue("ETag").orElseThrow();
        assertThat(first.headers().firstValue("Retry-After")).isPresent();

        HttpResponse<String> again = user.send(user.request("/api/videos/" + id).header("If-None-Match", tag));
        assertThat(again.statusCode()).isEqualTo(304);
        assertThat(again.body()).isEmpty();

        set(id, FAILED);
        HttpResponse<String> changed =
                user.send(user.request("/api/videos/" + id).header("If-None-Match", tag));
        assertThat(changed.statusCode()).isEqualTo(200);
        assertThat(changed.headers().firstValue("Retry-After")).isEmpty();
        assertThat(Api.json(changed).at("/error/code").asText()).isEqualTo("attempts_exhausted");
        assertThat(Api.json(changed).at("/error/last_code").asText()).isEqualTo("time_limit");
    }

    /** Not what went wrong inside of us, with its paths and statements: that is for operators. */
    @Test
    void uploadersReadASentenceAndOperatorsWhatHappened() throws Exception {
        String inside = "ffmpeg -i /data/jobs/a/original ended with 137; SELECT 1 FROM videos; jdbc:postgresql://db";
        String id = uploaded(user);
        set(id, FAILED);
        set(id, "retryable = true, error_detail = '" + inside + "'");
        Api operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));
        for (String code : List.of("attempts_exhausted", "output_invalid", "original_missing", "a_code_of_tomorrow")) {
            set(id, "error_code = '" + code + "'");

            JsonNode error = detail(id).path("error");

            assertThat(error.path("code").asText()).isEqualTo(code);
            assertThat(error.path("detail").asText()).endsWith(".").doesNotContain("ffmpeg", "SELECT", "/srv", "jdbc");
            assertThat(operator.get("/api/ops/failures").body()).contains(inside);
        }
        // What a check of ours found is for people, with the limit that it names.
        set(
                id,
                "error_code = 'too_long', retryable = false, error_detail = 'The video is 601 seconds long.',"
                        + " error_values = '{\"duration_seconds\": 601}'");
        assertThat(detail(id).at("/error/detail").asText()).isEqualTo("The video is 601 seconds long.");
        assertThat(detail(id).at("/error/values/duration_seconds").asInt()).isEqualTo(601);
    }

    @Test
    void theListIsPagedNewestFirstAndFiltered() throws Exception {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < 5; i++) {
            ids.add(0, uploaded(user));
        }
        set(ids.get(1), FAILED);
        set(ids.get(3), "status = 'deleting', lease_until = now() + interval '1 hour'");
        ids.remove(3);
        uploaded(user());

        List<String> seen = new ArrayList<>();
        String next = "/api/videos?limit=2";
        while (next != null) {
            HttpResponse<String> page = user.get(next);
            assertThat(page.statusCode()).as(page.body()).isEqualTo(200);
            Api.json(page).forEach(video -> seen.add(video.path("video_id").asText()));
            Matcher link = Pattern.compile("<(.*)>; rel=\"next\"")
                    .matcher(page.headers().firstValue("Link").orElse(""));
            next = link.matches() ? link.group(1) : null;
        }
        assertThat(seen).isEqualTo(ids);

        assertThat(Api.json(user.get("/api/videos?status=failed"))).hasSize(1);
        assertThat(Api.json(user.get("/api/videos?uploaded_after=2999-01-01T00:00:00Z")))
                .isEmpty();
        assertProblem(user.get("/api/videos?limit=0"), 400, "invalid_request");
        assertProblem(user.get("/api/videos?status=receiving"), 400, "invalid_request");
        assertProblem(user.get("/api/videos?cursor=nonsense"), 400, "invalid_request");
        assertProblem(user.get("/api/videos?stats=failed"), 400, "invalid_request");
    }

    @Test
    void linksLeadToTheObjectsWithTypeAndName() throws Exception {
        String id = Api.json(
                        user.upload(new Form().field("title", "Città").file("video_file", "fête.mov", bytes(1000))))
                .path("video_id")
                .asText();
        assertProblem(user.get("/api/videos/" + id + "/processed"), 409, "not_available");
        assertProblem(user.get("/api/videos/" + id + "/poster"), 409, "not_available");
        set(id, PROCESSED);
        put("processed/" + id + "/c/video.mp4");

        HttpResponse<byte[]> original = follow(user.get("/api/videos/" + id + "/original"));
        assertThat(original.body()).hasSize(1000);
        assertThat(original.headers().firstValue("Content-Type")).hasValue("application/octet-stream");
        assertThat(original.headers().firstValue("Content-Disposition").orElseThrow())
                .startsWith("attachment")
                .contains("f%C3%AAte.mov");

        HttpResponse<byte[]> clip = follow(user.get("/api/videos/" + id + "/processed"));
        assertThat(clip.headers().firstValue("Content-Type")).hasValue("video/mp4");
        assertThat(clip.headers().firstValue("Content-Disposition").orElseThrow())
                .startsWith("inline")
                .contains("Citt%C3%A0.mp4");

        // Who asks for headers alone follows so.
        HttpResponse<String> head = user.send(
                user.request("/api/videos/" + id + "/original").method("HEAD", HttpRequest.BodyPublishers.noBody()));
        assertThat(head.statusCode()).isEqualTo(302);
        HttpResponse<Void> headers = Api.HTTP.send(
                HttpRequest.newBuilder(
                                URI.create(head.headers().firstValue("Location").orElseThrow()))
                        .method("HEAD", HttpRequest.BodyPublishers.noBody())
                        .build(),
                HttpResponse.BodyHandlers.discarding());
        assertThat(headers.statusCode()).isEqualTo(200);
        assertThat(headers.headers().firstValueAsLong("Content-Length")).hasValue(1000);

        // Of the poster there is a row, but no object any more.
        assertProblem(user.get("/api/videos/" + id + "/poster"), 410, "expired");
    }

    @Test
    void aDeletedVideoIsGoneWithItsObjects() throws Exception {
        String id = uploaded(user);
        set(id, PROCESSED);
        put("processed/" + id + "/c/video.mp4");

        HttpResponse<String> answer = user.delete("/api/videos/" + id);

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(Api.json(answer).path("video_id").asText()).isEqualTo(id);
        assertProblem(user.get("/api/videos/" + id), 404, "not_found");
        assertProblem(user.delete("/api/videos/" + id), 404, "not_found");
        set(id, "restorable_until = now(), lease_until = now()");
        await().atMost(SOON).untilAsserted(this::assertNothingLeft);
        assertThat(s3.listObjectsV2(l -> l.bucket(bucket()).prefix("processed/" + id))
                        .contents())
                .isEmpty();
    }

    @Test
    void aFailedVideoIsRetriedWithAllItsAttempts() throws Exception {
        String id = uploaded(user);
        assertProblem(user.post("/api/videos/" + id + "/retry"), 409, "not_retryable");
        sqs.purgeQueue(p -> p.queueUrl(queue()));
        set(id, FAILED + ", retryable = false");
        assertProblem(user.post("/api/videos/" + id + "/retry"), 409, "not_retryable");
        set(id, "retryable = true");

        HttpResponse<String> answer = user.post("/api/videos/" + id + "/retry");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(row(id))
                .containsEntry("status", "uploaded")
                .containsEntry("attempts", 0)
                .containsEntry("error_code", null)
                .containsEntry("failed_at", null);
        List<Message> sent = Queues.receiveAll(sqs, queue());
        assertThat(sent).singleElement().satisfies(m -> assertThat(m.body()).contains(id));
    }

    @Test
    void eventsTellWhatChangesUntilTheEnd() throws Exception {
        String id = uploaded(user);
        HttpRequest watch = user.request("/api/videos/" + id + "/events").build();
        HttpResponse<InputStream> stream = Api.HTTP.send(watch, HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.headers().firstValue("Content-Type").orElseThrow()).startsWith("text/event-stream");
        BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
        assertThat(nextStatus(lines)).isEqualTo("uploaded");

        set(id, PROCESSING);
        assertThat(nextStatus(lines)).isEqualTo("processing");
        String info = "{\"source\": " + mediaInfo(7) + ", \"result\": " + mediaInfo(5) + "}";
        set(
                id,
                PROCESSED + ", media_info = '" + info
                        + "', warnings = '[{\"code\": \"gap_closed\", \"detail\": \"Closed.\", \"values\": {\"gaps\": 2}}]'");
        JsonNode processed = nextEvent(lines);
        assertThat(processed.path("status").asText()).isEqualTo("processed");
        assertThat(processed.path("warnings")).isEqualTo(detail(id).path("warnings"));
        assertThat(processed.at("/warnings/0/values/gaps").asInt()).isEqualTo(2);
        assertThat(processed.path("media_info")).isEqualTo(detail(id).path("media_info"));
        assertThat(processed.at("/media_info/source/bytes").asInt()).isEqualTo(7);
        assertThat(nextEvent(lines)).as("end of the stream").isNull();

        assertProblem(user.get("/api/videos/" + UUID.randomUUID() + "/events"), 404, "not_found");
    }

    @Test
    void oneStreamTellsOfAllOnesVideosAndWhatWasMissed() throws Exception {
        String first = uploaded(user);
        String finished = uploaded(user);
        set(finished, PROCESSED + ", updated_at = now() - interval '5 minutes'");
        uploaded(user());

        BufferedReader lines = watchAll(null);
        assertThat(next(lines, "video").path("video_id").asText()).isEqualTo(first);
        set(first, PROCESSING + ", updated_at = now()");
        redis.opsForHash().putAll("progress:" + first, Map.of("phase", "probe"));
        await().atMost(SOON)
                .until(() -> next(lines, "video").path("phase").asText().equals("probe"));
        String second = uploaded(user);
        assertThat(next(lines, "video").path("video_id").asText()).isEqualTo(second);
        user.delete("/api/videos/" + second);
        assertThat(next(lines, "deleted").path("video_id").asText()).isEqualTo(second);

        set(first, FAILED + ", updated_at = now()");
        JsonNode failed = next(lines, "video");
        assertThat(failed.at("/error/code").asText()).isEqualTo("attempts_exhausted");
        set(first, "updated_at = now() - interval '5 minutes'");
        long sixMinutesAgo = System.currentTimeMillis() - Duration.ofMinutes(6).toMillis();
        BufferedReader again = watchAll(String.valueOf(sixMinutesAgo));
        assertThat(List.of(
                        next(again, "video").path("video_id").asText(),
                        next(again, "video").path("video_id").asText()))
                .containsExactlyInAnyOrder(first, finished);
    }

    @Test
    void aSilentStreamHasAHeartbeat() throws Exception {
        BufferedReader lines = watchAll(null);
        assertThat(lines.lines().filter(line -> !line.isEmpty()).limit(4).toList())
                .containsExactly("retry:2000", ":open", ":still there", ":still there");
    }

    private BufferedReader watchAll(String lastEvent) throws Exception {
        HttpRequest.Builder watch = user.request("/api/videos/events");
        if (lastEvent != null) {
            watch.header("Last-Event-ID", lastEvent);
        }
        HttpResponse<InputStream> stream = Api.HTTP.send(watch.build(), HttpResponse.BodyHandlers.ofInputStream());
        assertThat(stream.statusCode()).isEqualTo(200);
        assertThat(stream.headers().firstValue("X-Accel-Buffering")).hasValue("no");
        return new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8));
    }

    /** The data of the next event of that name; any other event fails. */
    private static JsonNode next(BufferedReader lines, String name) throws Exception {
        String line = lines.readLine();
        while (!line.startsWith("event:")) {
            line = lines.readLine();
        }
        assertThat(line).isEqualTo("event:" + name);
        while (!line.startsWith("data:")) {
            line = lines.readLine();
        }
        return Api.JSON.readTree(line.substring("data:".length()));
    }

    private static String nextStatus(BufferedReader lines) throws Exception {
        return nextEvent(lines).path("status").asText();
    }

    /** Null at the end of the stream. */
    private static JsonNode nextEvent(BufferedReader lines) throws Exception {
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("data:")) {
                return Api.JSON.readTree(line.substring("data:".length()));
            }
        }
        return null;
    }

    private JsonNode detail(String id) throws Exception {
        return Api.json(user.get("/api/videos/" + id));
    }

    private void put(String key) {
        s3.putObject(p -> p.bucket(bucket()).key(key), RequestBody.fromString("x"));
    }

    private static HttpResponse<byte[]> follow(HttpResponse<String> answer) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(302);
        String link = answer.headers().firstValue("Location").orElseThrow();
        HttpResponse<byte[]> object = Api.HTTP.send(
                HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofByteArray());
        assertThat(object.statusCode()).isEqualTo(200);
        return object;
    }
}
