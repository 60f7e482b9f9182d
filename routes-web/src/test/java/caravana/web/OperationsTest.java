package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import caravana.test.Queues;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** The operators' calls, on the real queue and database. */
class OperationsTest extends WebTest {

    private Api operator;

    @BeforeEach
    void logIn() throws Exception {
        operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));
        jdbc.update("DELETE FROM audit");
        jdbc.update("DELETE FROM workers");
        jdbc.update("UPDATE intake SET paused = false");
    }

    @Test
    void onlyOperatorsMayCall() throws Exception {
        for (String call : List.of("queue", "dead-letters", "failures", "audit")) {
            assertThat(user().get("/api/ops/" + call).statusCode()).as(call).isEqualTo(403);
            assertThat(api().get("/api/ops/" + call).statusCode()).as(call).isEqualTo(401);
        }
    }

    @Test
    void theQueueIsTold() throws Exception {
        Api user = user();
        String waiting = uploaded(user);
        String running = uploaded(user);
        long began = System.nanoTime();
        set(waiting, "not_before = now() - interval '100 s', uploaded_at = now() - interval '200 s'");
        set(
                running,
                "status = 'processing', claim_token = gen_random_uuid(), lease_until = now() + interval '1 h',"
                        + " claimed_at = now(), attempts = 2, worker = 'node:1'");
        redis.opsForHash().putAll("progress:" + running, Map.of("phase", "transcode", "percent", "40.5"));
        jdbc.update(
                "INSERT INTO workers VALUES ('node:1', 2, 'disk,storage'), ('node:2', 4, '')," + " ('gone', 1, '')");
        jdbc.update("UPDATE workers SET seen_at = now() - interval '1 min' WHERE name = 'gone'");
        jdbc.update("UPDATE workers SET routes = '2026-11', closed_why = 'disk: full' WHERE name = 'node:1'");
        jdbc.update("DELETE FROM route_versions");
        jdbc.update("INSERT INTO route_versions VALUES ('2026-10', now() - interval '1 day'), ('2026-11', now())");
        jdbc.update(
                "INSERT INTO parts (video_id, plan_id, number, job_token, digest, build, first_frame, frames, part_state, worker,"
                        + " claimed_at, lease_until)"
                        + " SELECT id, claim_token, number, claim_token, 'd', 'b', number, 1, part_state, 'node:2', now(),"
                        + " now() + left_for"
                        + " FROM videos CROSS JOIN (VALUES (0, 'done', NULL), (1, 'running', interval '1 h'),"
                        + " (2, 'running', interval '-1 s'), (3, 'waiting', NULL)) made (number, part_state, left_for)"
                        + " WHERE id = CAST(? AS uuid)",
                running);
        deadLetter("{}", null);

        JsonNode queue = json(operator.get("/api/ops/queue"));

        assertThat(queue.path("visible").asInt()).isEqualTo(2);
        assertThat(queue.at("/dead_letters/visible").asInt()).isEqualTo(1);
        double passed = (System.nanoTime() - began) / 1e9;
        assertThat(queue.path("oldest_due_seconds").asDouble()).isBetween(100.0, 101 + passed);
        assertThat(queue.path("paused").asBoolean()).isFalse();
        assertThat(queue.path("workers"))
                .extracting(worker -> worker.path("worker").asText())
                .containsExactly("node:1", "node:2");
        assertThat(queue.at("/workers/0/closed_by").toString()).isEqualTo("[\"disk\",\"storage\"]");
        assertThat(queue.at("/workers/1/closed_by").toString()).isEqualTo("[]");
        assertThat(queue.at("/workers/0/routes").asText()).isEqualTo("2026-11");
        assertThat(queue.at("/workers/0/closed_why").asText()).isEqualTo("disk: full");
        assertThat(queue.at("/workers/1/closed_why").isNull()).isTrue();
        assertThat(queue.path("routes").findValuesAsText("version")).containsExactly("2026-11", "2026-10");
        JsonNode job = queue.at("/workers/0/jobs/0");
        assertThat(job.path("video_id").asText()).isEqualTo(running);
        assertThat(job.path("phase").asText()).isEqualTo("transcode");
        assertThat(job.path("percent").asDouble()).isEqualTo(40.5);
        assertThat(job.path("attempt").asInt()).isEqualTo(2);
        assertThat(job.at("/parts/planned").asInt()).isEqualTo(4);
        assertThat(job.at("/parts/done").asInt()).isEqualTo(1);
        assertThat(job.at("/parts/running").findValuesAsText("number"))
                .as("those whose worker is alive")
                .containsExactly("1");
        assertThat(job.at("/parts/running/0/worker").asText()).isEqualTo("node:2");
        jdbc.update("DELETE FROM parts");
        assertThat(json(operator.get("/api/ops/queue"))
                        .at("/workers/0/jobs/0/parts")
                        .isNull())
                .as("in one run")
                .isTrue();
    }

    /** Each a worker could do something for, and no more of it than it could. */
    @Test
    void workersAreScaledByTheWorkThatTheyCouldDo() throws Exception {
        jdbc.update("DELETE FROM work");
        jdbc.update("DELETE FROM shares");
        Api user = user();
        List<String> videos = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            videos.add(uploaded(user));
        }
        String own = "owner_id = CAST('" + user.subject() + "' AS uuid)";
        jdbc.update("UPDATE shares SET since = now() - interval '2 days' WHERE " + own);
        jdbc.update("UPDATE work SET predicted_seconds = 400 WHERE " + own);
        jdbc.update("UPDATE shares SET waiting_seconds = 1600 WHERE " + own);
        assertThat(dueWork()).isEqualTo(1600);

        set(videos.get(0), "not_before = now() + interval '1 h'");
        assertThat(dueWork()).as("without one that is not due").isEqualTo(1200);

        set(
                videos.get(1),
                "status = 'processing', claim_token = gen_random_uuid(), lease_until = now() + interval '1 h'");
        jdbc.update("UPDATE work SET claimed_at = now() - interval '390 s' WHERE claimed_at IS NOT NULL");
        assertThat(dueWork()).as("one keeps its slot to its end").isEqualTo(800 + 120);

        jdbc.update("UPDATE shares SET at_once = 3 WHERE " + own);
        assertThat(dueWork()).as("three slots for two minutes").isEqualTo(360);

        jdbc.update("UPDATE shares SET at_once = NULL, since = now() WHERE " + own);
        assertThat(dueWork()).as("50 slots for all new accounts").isEqualTo(920);
        jdbc.update("UPDATE shares SET waiting_seconds = 100000 WHERE " + own);
        assertThat(dueWork()).isEqualTo(50 * 120);
    }

    private double dueWork() throws Exception {
        return json(operator.get("/api/ops/queue")).path("due_work_seconds").asDouble();
    }

    /** 3 and 1.5 s of two attempts, and 1 s of help, are 5.5 s. */
    @Test
    void aReceiptSumsAllAttempts() throws Exception {
        String video = uploaded(user());
        set(video, "original_bytes = 2000");
        jdbc.update(
                "INSERT INTO receipts (claim_token, video_id, outcome, code, measured, written, created_at)"
                        + " SELECT gen_random_uuid(), CAST(? AS uuid), outcome, code, CAST(measured AS jsonb), written, at"
                        + " FROM (VALUES ('retry_scheduled', 'killed', '{\"cpu_ms\": {\"ffmpeg\": 2900, \"jvm\": 100},"
                        + " \"peak_tool_memory_bytes\": 70, \"bytes_read\": 2000, \"phase_ms\": {\"probe\": 5}}', 0,"
                        + " now() - interval '1 min'),"
                        + " ('processed', NULL, '{\"cpu_ms\": {\"ffmpeg\": 1000, \"ffprobe\": 300, \"jvm\": 200},"
                        + " \"peak_tool_memory_bytes\": 60, \"bytes_read\": 2000, \"phase_ms\": {}}', 500, now()),"
                        + " ('helped', NULL, '{\"cpu_ms\": {\"ffmpeg\": 1000}, \"peak_tool_memory_bytes\": 60,"
                        + " \"bytes_read\": 2000, \"part_bytes_written\": 40, \"phase_ms\": {}}', 0, now() + interval '1 s'))"
                        + " made (outcome, code, measured, written, at)",
                video);

        JsonNode receipt = json(operator.get("/api/ops/videos/" + video + "/receipt"));

        assertThat(receipt.path("cpu_seconds").toString()).isEqualTo("{\"ffmpeg\":4.9,\"ffprobe\":0.3,\"jvm\":0.3}");
        assertThat(receipt.path("peak_tool_memory_bytes").asInt()).isEqualTo(70);
        assertThat(receipt.path("bytes_read").asInt()).isEqualTo(6000);
        assertThat(receipt.path("bytes_written").asInt()).isEqualTo(540);
        assertThat(receipt.path("storage_bytes").asInt()).isEqualTo(2000);
        assertThat(receipt.at("/usd/processing").asDouble()).isCloseTo(5.5 / 3600 * 0.0104, within(1e-9));
        assertThat(receipt.at("/usd/storage_month").asDouble())
                .isCloseTo(2000 / Math.pow(1024, 3) * 0.023, within(1e-12));
        assertThat(receipt.at("/usd/prices_as_of").asText()).isEqualTo("2025-06-30");
        assertThat(receipt.path("attempts").findValuesAsText("outcome"))
                .containsExactly("retry_scheduled", "processed", "helped");
        assertThat(receipt.at("/attempts/0/code").asText()).isEqualTo("killed");
        assertThat(user().get("/api/ops/videos/" + video + "/receipt").statusCode())
                .isEqualTo(403);
        assertThat(operator.get("/api/ops/videos/" + UUID.randomUUID() + "/receipt")
                        .statusCode())
                .isEqualTo(404);

        jdbc.update("DELETE FROM videos WHERE id = CAST(? AS uuid)", video);

        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM receipts WHERE video_id = CAST(? AS uuid)", Long.class, video))
                .isZero();
    }

    @Test
    void workersArePausedAndResumedAndBothAreNoted() throws Exception {
        assertThat(json(operator.postJson("/api/ops/workers/pause", "{\"reason\":\"database upgrade\"}"))
                        .toString())
                .isEqualTo("{\"paused\":true}");
        assertThat(jdbc.queryForObject("SELECT paused FROM intake", Boolean.class))
                .isTrue();
        assertThat(json(operator.post("/api/ops/workers/resume")).toString()).isEqualTo("{\"paused\":false}");
        assertThat(jdbc.queryForObject("SELECT paused FROM intake", Boolean.class))
                .isFalse();

        JsonNode audit = json(operator.get("/api/ops/audit")).path("items");
        assertThat(audit.findValuesAsText("act")).containsExactly("resume", "pause");
        assertThat(audit.at("/1/detail").asText()).isEqualTo("database upgrade");
        assertThat(audit.at("/1/actor").asText()).isEqualTo(operator.subject());
        assertThat(operator.postJson("/api/ops/workers/pause", "{}").statusCode())
                .isEqualTo(400);
    }

    @Test
    void deadLettersAreListedAndStayWhereTheyAre() throws Exception {
        Letters letters = letters();

        for (int i = 0; i < 2; i++) {
            JsonNode list = json(operator.get("/api/ops/dead-letters"));
            assertThat(list.path("listed").asInt()).isEqualTo(3);
            assertThat(list.path("complete").asBoolean()).isTrue();
            assertThat(item(list, letters.redrivable()).path("state").asText()).isEqualTo("redrivable");
            assertThat(item(list, letters.redrivable()).path("code").asText()).isEqualTo("attempts_exhausted");
            assertThat(item(list, letters.redrivable()).path("last_code").asText())
                    .isEqualTo("time_limit");
            assertThat(item(list, letters.redrivable()).path("video_id").asText())
                    .isEqualTo(letters.failed());
            assertThat(item(list, letters.redrivable()).path("reason").asText()).isEqualTo("It broke");
            assertThat(item(list, letters.redrivable()).path("attempts").asInt())
                    .isEqualTo(5);
            assertThat(item(list, letters.stale()).path("state").asText()).isEqualTo("stale");
            assertThat(item(list, letters.poison()).path("state").asText()).isEqualTo("poison");
        }
    }

    @Test
    void aRedriveQueuesWhatMayPassClearsWhatIsStaleAndLeavesPoison() throws Exception {
        Letters letters = letters();
        sqs.purgeQueue(p -> p.queueUrl(queue()));

        JsonNode dry = json(operator.postJson("/api/ops/dead-letters/redrive", "{\"all\":true,\"dry_run\":true}"));
        assertThat(dry.path("dry_run").asBoolean()).isTrue();
        assertThat(texts(dry.path("redriven"))).containsExactly(letters.redrivable());
        assertThat(row(letters.failed()).get("status")).isEqualTo("failed");
        assertThat(json(operator.get("/api/ops/dead-letters")).path("listed").asInt())
                .isEqualTo(3);

        JsonNode done = json(operator.postJson("/api/ops/dead-letters/redrive", "{\"all\":true}"));
        assertThat(texts(done.path("redriven"))).containsExactly(letters.redrivable());
        assertThat(texts(done.path("stale"))).containsExactly(letters.stale());
        assertThat(texts(done.path("poison"))).containsExactly(letters.poison());

        assertThat(row(letters.failed()))
                .containsEntry("status", "uploaded")
                .containsEntry("attempts", 0)
                .containsEntry("error_code", null);
        assertThat(row(letters.failed()).get("published_at")).isNotNull();
        assertThat(Queues.receiveAll(sqs, queue()))
                .singleElement()
                .satisfies(message -> assertThat(message.body()).contains(letters.failed()));
        JsonNode left = json(operator.get("/api/ops/dead-letters"));
        assertThat(left.path("items").findValuesAsText("message_id")).containsExactly(letters.poison());
        JsonNode audit = json(operator.get("/api/ops/audit")).path("items");
        assertThat(audit.findValuesAsText("act")).containsExactly("redrive");
        assertThat(audit.at("/0/video_id").asText()).isEqualTo(letters.failed());
    }

    @Test
    void oneLetterIsRedrivenAndTheOthersStay() throws Exception {
        Letters letters = letters();

        JsonNode done = json(operator.postJson(
                "/api/ops/dead-letters/redrive", "{\"message_ids\":[\"" + letters.redrivable() + "\",\"not-there\"]}"));

        assertThat(texts(done.path("redriven"))).containsExactly(letters.redrivable());
        assertThat(texts(done.path("missing"))).containsExactly("not-there");
        assertThat(json(operator.get("/api/ops/dead-letters")).path("listed").asInt())
                .isEqualTo(2);
        HttpResponse<String> nothing = operator.postJson("/api/ops/dead-letters/redrive", "{}");
        assertThat(nothing.statusCode()).isEqualTo(400);
        assertThat(json(nothing).path("code").asText()).isEqualTo("nothing_named");
    }

    @Test
    void poisonIsDiscardedWithItsReason() throws Exception {
        Letters letters = letters();

        JsonNode done = json(operator.postJson(
                "/api/ops/dead-letters/discard",
                "{\"message_ids\":[\"" + letters.poison() + "\"],\"reason\":\"a test of somebody\"}"));

        assertThat(texts(done.path("discarded"))).containsExactly(letters.poison());
        assertThat(json(operator.get("/api/ops/dead-letters")).path("listed").asInt())
                .isEqualTo(2);
        JsonNode act = json(operator.get("/api/ops/audit")).at("/items/0");
        assertThat(act.path("act").asText()).isEqualTo("discard");
        assertThat(act.path("message_id").asText()).isEqualTo(letters.poison());
        assertThat(act.path("detail").asText()).isEqualTo("a test of somebody");
    }

    @Test
    void theLastFailuresAreListed() throws Exception {
        Letters letters = letters();

        JsonNode failure = json(operator.get("/api/ops/failures")).at("/items/0");

        assertThat(failure.path("video_id").asText()).isEqualTo(letters.failed());
        assertThat(failure.path("code").asText()).isEqualTo("attempts_exhausted");
        assertThat(failure.path("last_code").asText()).isEqualTo("time_limit");
        assertThat(failure.path("title").asText()).isEqualTo("t");
        assertThat(failure.path("values").isNull()).isTrue();

        set(
                letters.failed(),
                "error_code = 'too_long', last_code = NULL, error_values = '{\"duration_seconds\": 601}'");
        assertThat(json(operator.get("/api/ops/failures"))
                        .at("/items/0/values/duration_seconds")
                        .asInt())
                .isEqualTo(601);
    }

    /** Message ids of one dead letter of each state, and the video of the one that can be redriven. */
    private record Letters(String redrivable, String stale, String poison, String failed) {}

    private Letters letters() throws Exception {
        Api user = user();
        String failed = uploaded(user);
        set(
                failed,
                "status = 'failed', failed_at = now(), error_code = 'attempts_exhausted', last_code = 'time_limit',"
                        + " retryable = true, attempts = 5");
        String processed = uploaded(user);
        set(processed, "status = 'processed', processed_at = now(), processed_key = original_key");
        return new Letters(
                // As another producer may write it.
                deadLetter("{\"video_id\":\"" + failed.toUpperCase(Locale.ROOT) + "\"}", "attempts_exhausted"),
                deadLetter("{\"video_id\":\"" + processed + "\"}", "attempts_exhausted"),
                deadLetter("not even JSON", "poison_message"),
                failed);
    }

    private String deadLetter(String body, String code) {
        return sqs.sendMessage(m -> {
                    m.queueUrl(setting("SQS_DLQ_URL")).messageBody(body);
                    if (code != null) {
                        m.messageAttributes(Map.of(
                                "code", text(code),
                                "last_code", text("time_limit"),
                                "reason", text("It broke"),
                                "attempt", text("5")));
                    }
                })
                .messageId();
    }

    private static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }

    private static JsonNode json(HttpResponse<String> answer) throws Exception {
        return Api.json(answer);
    }

    private static JsonNode item(JsonNode list, String messageId) {
        return StreamSupport.stream(list.path("items").spliterator(), false)
                .filter(item -> item.path("message_id").asText().equals(messageId))
                .findFirst()
                .orElseThrow();
    }

    private static List<String> texts(JsonNode array) {
        List<String> texts = new ArrayList<>();
        array.forEach(text -> texts.add(text.asText()));
        return texts;
    }
}
