package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.model.Message;

/** The sweeps as they ship, at a quick beat, on rows that crashes would leave behind. */
class ReconcilerTest extends QuickSweepsTest {

    private static final int LISTED_AT_ONCE = 1000;

    private static final Duration SOON = Waits.LIMIT;

    @BeforeEach
    void emptyQueues() {
        take("SQS_QUEUE_URL");
        take("SQS_DLQ_URL");
    }

    @Test
    void aMessageThatWasNeverSentIsSentOnce() {
        String waiting = insert("uploaded", "uploaded_at = now() - interval '31 s'");
        String justAccepted = insert("uploaded", "uploaded_at = now()");

        List<Message> sent = awaitMessages("SQS_QUEUE_URL", 1);

        assertThat(sent)
                .singleElement()
                .satisfies(m -> assertThat(m.body())
                        .contains("\"video_id\":\"" + waiting + "\"")
                        .contains("\"s3_key_original\":\"uploads/" + waiting + ".mp4\""));
        assertThat(row(waiting).get("published_at")).isNotNull();
        assertThat(row(justAccepted).get("published_at")).isNull();
        assertThat(take("SQS_QUEUE_URL")).isEmpty();
    }

    @Test
    void theVideoOfAWorkerThatIsGoneIsFreedAndSent() {
        String abandoned = insert("processing", "attempts = 2, lease_until = now() - interval '121 s'");
        String late = insert("processing", "attempts = 2, lease_until = now() - interval '60 s'");

        List<Message> sent = awaitMessages("SQS_QUEUE_URL", 1);

        assertThat(sent).singleElement().satisfies(m -> assertThat(m.body()).contains(abandoned));
        assertThat(row(abandoned))
                .containsEntry("status", "uploaded")
                .containsEntry("attempts", 2)
                .containsEntry("claim_token", null);
        assertThat(row(late)).containsEntry("status", "processing");
    }

    @Test
    void aVideoWithoutAttemptsLeftIsADeadLetterAndFailed() {
        String exhausted = insert(
                "processing",
                "attempts = 5, lease_until = now() - interval '121 s', first_failed_at = '2026-01-02T03:04:05Z'");

        List<Message> dead = awaitMessages("SQS_DLQ_URL", 1);
        await().atMost(SOON).until(() -> row(exhausted).get("status").equals("failed"));

        assertThat(dead).singleElement().satisfies(m -> {
            assertThat(m.body()).contains(exhausted);
            assertThat(m.messageAttributes().get("code").stringValue()).isEqualTo("attempts_exhausted");
            assertThat(m.messageAttributes().get("last_code").stringValue()).isEqualTo("worker_lost");
            assertThat(m.messageAttributes().get("attempt").stringValue()).isEqualTo("5");
            assertThat(m.messageAttributes().get("first_failed_at").stringValue())
                    .isEqualTo("2026-01-02T03:04:05Z");
        });
        assertThat(row(exhausted))
                .containsEntry("error_code", "attempts_exhausted")
                .containsEntry("last_code", "worker_lost")
                .containsEntry("retryable", true);
        assertThat(take("SQS_QUEUE_URL")).isEmpty();
    }

    @Test
    void aLostMessageIsSentAgainWhenThereAreFewerMessagesThanUnits() {
        String due = ", not_before = now() - interval '20 min'";
        String lost = insert("uploaded", "published_at = now() - interval '16 min'" + due);
        String recent = insert("uploaded", "published_at = now() - interval '14 min'" + due);

        List<Message> sent = awaitMessages("SQS_QUEUE_URL", 1);

        assertThat(sent).singleElement().satisfies(m -> assertThat(m.body()).contains(lost));
        assertThat(row(recent)).containsEntry("status", "uploaded");
    }

    @Test
    void anAssetThatWasDeletedOrNeverStoredGoesWithItsObject() {
        String stored = insertAsset("now()", "NULL", "now() - interval '2 hours'");
        String deleted = insertAsset("now()", "now()", "now()");
        String broken = insertAsset("NULL", "NULL", "now() - interval '61 min'");
        String arriving = insertAsset("NULL", "NULL", "now() - interval '59 min'");

        await().atMost(SOON).until(() -> assets(deleted) + assets(broken) == 0);

        assertThat(objects("assets/" + deleted)).isEmpty();
        assertThat(objects("assets/" + broken)).isEmpty();
        assertThat(objects("assets/" + stored)).hasSize(1);
        assertThat(objects("assets/" + arriving)).hasSize(1);
        assertThat(assets(stored) + assets(arriving)).isEqualTo(2);
    }

    private String insertAsset(String storedAt, String deletedAt, String createdAt) {
        String id = UUID.randomUUID().toString();
        put("assets/" + id);
        jdbc.update(
                "INSERT INTO assets (id, owner_id, name, media_type, object_key, bytes, sha256, stored_at, deleted_at, created_at)"
                        + " VALUES (CAST(? AS uuid), gen_random_uuid(), 'a', 'image/png', ?, 1, '', " + storedAt + ", "
                        + deletedAt + ", " + createdAt + ")",
                id,
                "assets/" + id);
        return id;
    }

    private int assets(String id) {
        return jdbc.queryForObject("SELECT count(*) FROM assets WHERE id = CAST(? AS uuid)", Integer.class, id);
    }

    @Test
    void anUploadThatNeverEndedGoesWithItsObject() {
        String expired = insert("receiving", "");
        String running = insert("receiving", "");
        put("uploads/" + expired + ".mp4");
        put("uploads/" + running + ".mp4");
        update(expired, "lease_until = NULL, expires_at = now() - interval '1 s'");

        await().atMost(SOON).until(() -> rows(expired) == 0);

        assertThat(objects("uploads/" + expired)).isEmpty();
        assertThat(objects("uploads/" + running)).hasSize(1);
        assertThat(rows(running)).isEqualTo(1);
    }

    @Test
    void aDeletedVideoGoesWithAllItsObjectsOnceNoWorkerIsAtIt() {
        String deleted = insert("deleting", "");
        String stillWorkedOn = insert("deleting", "lease_until = now() + interval '1 hour'");
        put("uploads/" + deleted + ".mp4");
        put("processed/" + deleted + "/a/video.mp4");
        put("processed/" + deleted + "/b/video.mp4");
        put("processed/" + stillWorkedOn + "/a/video.mp4");
        update(deleted, "lease_until = now() - interval '1 s'");

        await().atMost(SOON).until(() -> rows(deleted) == 0);

        assertThat(objects("processed/" + deleted)).isEmpty();
        assertThat(objects("uploads/" + deleted)).isEmpty();
        assertThat(objects("processed/" + stillWorkedOn)).hasSize(1);
        assertThat(rows(stillWorkedOn)).isEqualTo(1);
    }

    @Test
    void outputsThatAFinishedVideosRowDoesNotNameGoOnce() {
        String twice = insert("processing", "lease_until = now() + interval '1 hour', claims = 2");
        String justNow = insert("processing", "lease_until = now() + interval '1 hour', claims = 2");
        String once = insert("processing", "lease_until = now() + interval '1 hour', claims = 1");
        for (String id : List.of(twice, justNow, once)) {
            put("processed/" + id + "/lost/video.mp4");
            put("processed/" + id + "/won/video.mp4");
            put("processed/" + id + "/won/poster.jpg");
            put("uploads/" + id + ".mp4");
            update(
                    id,
                    "status = 'processed', claim_token = NULL, lease_until = NULL, processed_key = 'processed/" + id
                            + "/won/video.mp4', poster_key = 'processed/" + id
                            + "/won/poster.jpg', processed_at = now()"
                            + (id.equals(justNow) ? "" : " - interval '121 s'"));
        }

        await().atMost(SOON).until(() -> row(twice).get("outputs_swept_at") != null);

        assertThat(objects("processed/" + twice))
                .containsExactlyInAnyOrder(
                        "processed/" + twice + "/won/video.mp4", "processed/" + twice + "/won/poster.jpg");
        assertThat(objects("uploads/" + twice)).hasSize(1);
        assertThat(objects("processed/" + justNow)).hasSize(3);
        assertThat(objects("processed/" + once)).hasSize(3);
    }

    @Test
    void everyOutputThatARowNamesStaysAndAllGoWithTheVideo() {
        String id = insert("processing", "lease_until = now() + interval '1 hour', claims = 2");
        String won = "processed/" + id + "/won/";
        for (String name : List.of("video.mp4", "poster.jpg", "sound.m4a")) {
            put(won + name);
            put("processed/" + id + "/lost/" + name);
            jdbc.update("INSERT INTO outputs SELECT id, claim_token, '" + name + "', 'video', 'video/mp4', '" + won
                    + name + "', 1, '', NULL, NULL, NULL, NULL, NULL, '' FROM videos WHERE id = '" + id + "'");
        }
        update(
                id,
                "status = 'processed', claim_token = NULL, lease_until = NULL, processed_key = '" + won
                        + "video.mp4', poster_key = '" + won
                        + "poster.jpg', processed_at = now() - interval '121 s'");

        await().atMost(SOON).until(() -> row(id).get("outputs_swept_at") != null);

        assertThat(objects("processed/" + id))
                .containsExactlyInAnyOrder(won + "video.mp4", won + "poster.jpg", won + "sound.m4a");

        update(id, "status = 'deleting'");
        await().atMost(SOON).until(() -> rows(id) == 0);
        assertThat(objects("processed/" + id)).isEmpty();
        assertThat(jdbc.queryForObject(
                        "SELECT count(*) FROM outputs WHERE video_id = CAST(? AS uuid)", Integer.class, id))
                .isZero();
    }

    /** One row stands for all of them, of which there may be more than S3 lists at once. */
    @Test
    void segmentsStayWithTheirOutputAndAllGoWithTheVideo() {
        String id = insert("processing", "lease_until = now() + interval '1 hour', claims = 2");
        String won = "processed/" + id + "/won/";
        for (String name : List.of("video.mp4", "hls/")) {
            jdbc.update("INSERT INTO outputs SELECT id, claim_token, '" + name + "', 'video', 'video/mp4', '" + won
                    + name + "', 1, '', NULL, NULL, NULL, NULL, NULL, '' FROM videos WHERE id = '" + id + "'");
        }
        jdbc.update("INSERT INTO renditions SELECT id, claim, name, '', 1, 1, 1, 1, 1 FROM videos,"
                + " (VALUES (gen_random_uuid(), 'lost'), (NULL, 'won')) AS made (token, name),"
                + " LATERAL (SELECT coalesce(token, claim_token) AS claim) AS one WHERE id = '" + id + "'");
        put(won + "video.mp4");
        put("processed/" + id + "/lost/hls/240p/1.mp4");
        put("processed/" + id + "/won/hls-1.mp4");
        for (int number = 0; number <= LISTED_AT_ONCE; number++) {
            put(won + "hls/240p/" + number + ".mp4");
        }
        update(
                id,
                "status = 'processed', claim_token = NULL, lease_until = NULL, processed_key = '" + won
                        + "video.mp4', processed_at = now() - interval '121 s'");

        await().atMost(SOON).until(() -> row(id).get("outputs_swept_at") != null);

        assertThat(objects("processed/" + id + "/lost")).isEmpty();
        assertThat(objects(won + "hls-")).isEmpty();
        assertThat(s3.listObjectsV2Paginator(l -> l.bucket(bucket()).prefix(won)).contents().stream())
                .hasSize(LISTED_AT_ONCE + 2);
        assertThat(jdbc.queryForList("SELECT name FROM renditions WHERE video_id = CAST(? AS uuid)", String.class, id))
                .containsExactly("won");

        update(id, "status = 'deleting'");
        await().atMost(SOON).until(() -> rows(id) == 0);
        assertThat(objects("processed/" + id)).isEmpty();
    }

    /** Its first claim is a lost one already. */
    @Test
    void outputsOfACancelledJobGoAndThoseOfAnEarlierJobStay() {
        String cancelled = insert("processing", "claims = 1");
        put("processed/" + cancelled + "/lost/video.mp4");
        put("processed/" + cancelled + "/earlier/video.mp4");
        put("uploads/" + cancelled + ".mp4");
        update(
                cancelled,
                "status = 'cancelled', claim_token = NULL, lease_until = NULL, cancelled_at = now() - interval '121 s',"
                        + " processed_key = 'processed/" + cancelled + "/earlier/video.mp4'");

        await().atMost(SOON).until(() -> row(cancelled).get("outputs_swept_at") != null);

        assertThat(objects("processed/" + cancelled)).containsExactly("processed/" + cancelled + "/earlier/video.mp4");
        assertThat(objects("uploads/" + cancelled)).hasSize(1);
    }

    /** Its rows say that the first claim has stored segments before it failed; of others nobody needs to look. */
    @Test
    void segmentsOfAFailedJobGo() {
        String failed = insert("processing", "claims = 1");
        String other = insert("processing", "claims = 1");
        jdbc.update("INSERT INTO renditions SELECT id, claim_token, '240p', '', 1, 1, 1, 1, 0 FROM videos WHERE id = '"
                + failed + "'");
        put("processed/" + failed + "/lost/hls/240p/1.mp4");
        for (String id : List.of(failed, other)) {
            update(
                    id,
                    "status = 'failed', error_code = 'stalled', error_detail = '', claim_token = NULL, lease_until = NULL, failed_at = now() - interval '121 s'");
        }

        await().atMost(SOON).until(() -> row(failed).get("outputs_swept_at") != null);

        assertThat(objects("processed/" + failed)).isEmpty();
        assertThat(jdbc.queryForList(
                        "SELECT name FROM renditions WHERE video_id = CAST(? AS uuid)", String.class, failed))
                .isEmpty();
        assertThat(row(other)).containsEntry("outputs_swept_at", null);
    }

    private String insert(String status, String more) {
        String id = UUID.randomUUID().toString();
        jdbc.update("INSERT INTO videos (id, owner_id, status, original_key, transformations, expires_at, uploaded_at,"
                + " claim_token, lease_until) VALUES ('" + id + "', gen_random_uuid(), '" + status + "', 'uploads/" + id
                + ".mp4', '[\"hd_720p\"]', now() + interval '1 hour', now(), gen_random_uuid(),"
                + " now() + interval '1 hour')");
        if (!more.isEmpty()) {
            update(id, more);
        }
        return id;
    }

    private void update(String id, String more) {
        jdbc.update("UPDATE videos SET " + more + " WHERE id = '" + id + "'");
    }

    private int rows(String id) {
        return jdbc.queryForObject("SELECT count(*) FROM videos WHERE id = CAST(? AS uuid)", Integer.class, id);
    }

    private void put(String key) {
        s3.putObject(p -> p.bucket(bucket()).key(key), RequestBody.fromString("x"));
    }

    private List<String> objects(String prefix) {
        return s3.listObjectsV2(l -> l.bucket(bucket()).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private List<Message> awaitMessages(String queue, int count) {
        List<Message> all = new ArrayList<>();
        await().atMost(SOON).until(() -> {
            all.addAll(take(queue));
            return all.size() >= count;
        });
        return all;
    }

    /** Receives and deletes what is in the queue. */
    private List<Message> take(String queue) {
        String url = setting(queue);
        List<Message> messages = sqs.receiveMessage(r -> r.queueUrl(url)
                        .waitTimeSeconds(0)
                        .maxNumberOfMessages(10)
                        .messageAttributeNames("All"))
                .messages();
        messages.forEach(m -> sqs.deleteMessage(d -> d.queueUrl(url).receiptHandle(m.receiptHandle())));
        return messages;
    }
}
