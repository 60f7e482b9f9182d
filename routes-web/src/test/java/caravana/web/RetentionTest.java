package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import caravana.web.reconcile.RetentionProperties;
import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.test.context.TestPropertySource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.model.S3Object;

/** What is older than its setting of retention goes, and what is younger stays: for each setting with real rows and objects. */
@Tag("own-settings")
@TestPropertySource(
        properties = {
            "CARAVANA_RETENTION_ORIGINALS=30d",
            "CARAVANA_RETENTION_OUTPUTS=20d",
            "CARAVANA_RETENTION_EVENTS=8d",
            "CARAVANA_RETENTION_DELIVERIES=6d",
            "CARAVANA_RETENTION_EXPORTS=2h",
            "CARAVANA_RETENTION_IMPORTS=2d",
            "CARAVANA_RETENTION_AUDIT=100d",
            "CARAVANA_RETENTION_LOGIN_ADDRESSES=10d",
            "caravana.reconciler.period=300ms"
        })
class RetentionTest extends WebTest {

    private static final Duration SOON = Waits.LIMIT;

    @Autowired
    ProducerTemplate routes;

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    private List<String> stored(String prefix) {
        return s3.listObjectsV2Paginator(l -> l.bucket(bucket()).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private String processed(int days) throws Exception {
        return processed(days, "status = 'processed'");
    }

    /**
     * Uploaded and processed so many days ago.
     *
     * @param state of the row, which is never old in another one: the next sweep is soon
     */
    private String processed(int days, String state) throws Exception {
        String id = uploaded(user);
        processInRenditions(id, "content ");
        String then = "now() - interval '" + days + " days'";
        set(
                id,
                "uploaded_at = " + then + ", processed_at = " + then + ", poster_key = NULL, original_bytes = 1000, "
                        + state);
        return id;
    }

    private long bytesUsed() throws Exception {
        return Api.json(user.get("/api/me")).at("/quotas/bytes/used").asLong();
    }

    private int rowsOf(String sql, Object... parameters) {
        return jdbc.queryForObject("SELECT count(*) FROM " + sql, Integer.class, parameters);
    }

    @Test
    void originals() throws Exception {
        String old = processed(31);
        String young = processed(29);
        String waiting = processed(31, "status = 'uploaded', published_at = now(), not_before = now()");
        String failed = uploaded(user);
        set(
                failed,
                "status = 'failed', error_code = 'x', retryable = true, uploaded_at = now() - interval '40 days',"
                        + " failed_at = now() - interval '31 days'");

        await().atMost(SOON)
                .until(() -> rowsOf("expired_files WHERE kind = 'original' AND removed_at IS NOT NULL") == 2);

        assertThat(stored("uploads/"))
                .containsExactlyInAnyOrder("uploads/" + young + ".mp4", "uploads/" + waiting + ".mp4");
        assertThat(user.get("/api/videos/" + old).statusCode()).isEqualTo(200);
        assertProblem(user.get("/api/videos/" + old + "/original"), 410, "expired");
        assertThat(user.get("/api/videos/" + young + "/original").statusCode()).isEqualTo(302);
        assertProblem(user.post("/api/videos/" + old + "/process"), 410, "expired");
        assertProblem(user.post("/api/videos/" + failed + "/retry"), 409, "not_retryable");
        assertThat(user.post("/api/videos/" + young + "/process").statusCode()).isEqualTo(200);
        // Of four videos with 1,000 bytes each, two have theirs.
        assertThat(bytesUsed()).isEqualTo(2000);
    }

    /** The object is there still when the row says that it goes: no job begins that would not find it. */
    @Test
    void nothingIsProcessedAgainOfAnOriginalThatIsAboutToGo() throws Exception {
        String id = processed(1);
        jdbc.update(
                "INSERT INTO expired_files (video_id, kind, removed_at) VALUES (CAST(? AS uuid), 'original', now())",
                id);
        assertThat(stored("uploads/")).hasSize(1);
        assertProblem(user.post("/api/videos/" + id + "/process"), 410, "expired");
        assertThat(row(id)).containsEntry("status", "processed");
    }

    @Test
    void outputs() throws Exception {
        String old = processed(21);
        String young = processed(19);
        String again = processed(
                21, "status = 'processing', claim_token = gen_random_uuid(), lease_until = now() + interval '1 hour'");

        await().atMost(SOON)
                .until(() -> rowsOf("expired_files WHERE kind = 'outputs' AND removed_at IS NOT NULL") == 1);

        assertThat(stored("processed/" + old)).isEmpty();
        assertThat(stored("processed/" + young)).hasSize(4);
        assertThat(stored("processed/" + again)).hasSize(4);
        assertThat(stored("uploads/" + old)).hasSize(1);
        assertProblem(user.get("/api/videos/" + old + "/processed"), 410, "expired");
        assertThat(rowsOf("renditions WHERE video_id = CAST(? AS uuid)", old)).isZero();
        assertThat(rowsOf("renditions WHERE video_id = CAST(? AS uuid)", young)).isEqualTo(3);

        // A newer result has its own time.
        processInRenditions(old, "newer ");
        routes.requestBody("direct:expire-files", (Object) null);
        assertThat(stored("processed/" + old)).hasSize(4);
        set(old, "processed_at = now() - interval '21 days'");
        // Before the time of which the row knows that the earlier result expired, which only a test can do.
        jdbc.update("UPDATE expired_files SET expired_at = now() - interval '22 days' WHERE kind = 'outputs'");
        await().atMost(SOON).until(() -> stored("processed/" + old).isEmpty());
    }

    @Test
    void whatCouldNotBeRemovedIsFoundAgain() throws Exception {
        String id = processed(31);
        await().atMost(SOON).until(() -> rowsOf("expired_files WHERE removed_at IS NOT NULL") == 2);
        s3.putObject(p -> p.bucket(bucket()).key("uploads/" + id + ".mp4"), RequestBody.fromString("left"));
        s3.putObject(p -> p.bucket(bucket()).key("processed/" + id + "/left.mp4"), RequestBody.fromString("left"));
        jdbc.update("UPDATE expired_files SET removed_at = NULL");
        await().atMost(SOON).until(() -> rowsOf("expired_files WHERE removed_at IS NOT NULL") == 2);
        assertThat(stored("uploads/")).isEmpty();
        assertThat(stored("processed/" + id)).isEmpty();
    }

    @Test
    void eventsAndDeliveries() throws Exception {
        String id = uploaded(user);
        jdbc.update("DELETE FROM events");
        jdbc.update("DELETE FROM webhook_deliveries");
        for (int days : List.of(9, 7)) {
            jdbc.update(
                    "INSERT INTO events (owner_id, subject, number, type, occurred_at, content)"
                            + " VALUES (CAST(? AS uuid), CAST(? AS uuid), 1, 'video.uploaded', now() - make_interval(days => ?), '{}')",
                    user.subject(),
                    id,
                    days);
        }
        for (int days : List.of(7, 5)) {
            jdbc.update(
                    "INSERT INTO webhook_deliveries (webhook_id, owner_id, event, subject, number, delivery_state, created_at)"
                            + " VALUES (gen_random_uuid(), CAST(? AS uuid), 0, gen_random_uuid(), 1, 'delivered',"
                            + " now() - make_interval(days => ?))",
                    user.subject(),
                    days);
        }

        await().atMost(SOON).until(() -> rowsOf("events") == 1 && rowsOf("webhook_deliveries") == 1);

        assertThat(rowsOf("events WHERE occurred_at > now() - interval '8 days'"))
                .isEqualTo(1);
        assertThat(rowsOf("webhook_deliveries WHERE created_at > now() - interval '6 days'"))
                .isEqualTo(1);
    }

    @Test
    void exportsAndImports() throws Exception {
        jdbc.update("DELETE FROM exports");
        jdbc.update("DELETE FROM imports");
        assertThat(user.post("/api/me/export").statusCode()).isEqualTo(202);
        assertThat(
                        rowsOf(
                                "exports WHERE expires_at BETWEEN now() + interval '119 minutes' AND now() + interval '2 hours'"))
                .isEqualTo(1);
        await().atMost(SOON)
                .until(() -> stored("exports/" + user.subject() + "/").size() == 1);
        for (int days : List.of(3, 1)) {
            jdbc.update(
                    "INSERT INTO imports (video_id, owner_id, original_key, url, upload, import_state, ended_at)"
                            + " VALUES (gen_random_uuid(), CAST(? AS uuid), 'k', 'u', '{}', 'failed', now() - make_interval(days => ?))",
                    user.subject(),
                    days);
        }
        jdbc.update("UPDATE exports SET expires_at = now() - interval '1 second'");

        await().atMost(SOON).until(() -> rowsOf("exports") == 0 && rowsOf("imports") == 1);

        assertThat(stored("exports/" + user.subject() + "/")).isEmpty();
        assertThat(rowsOf("imports WHERE ended_at > now() - interval '2 days'")).isEqualTo(1);
    }

    @Test
    void theAudit() {
        jdbc.update("DELETE FROM audit");
        jdbc.update("INSERT INTO audit (actor, act, at) SELECT 'a', 'pause', now() - make_interval(days => 101)"
                + " FROM generate_series(1, 5001)");
        jdbc.update("INSERT INTO audit (actor, act, at) VALUES ('a', 'pause', now() - interval '99 days')");
        await().atMost(SOON).until(() -> rowsOf("audit") == 1);
        jdbc.update("DELETE FROM audit");
    }

    @Test
    void logInAddresses() {
        long day = Duration.ofDays(1).toMillis();
        long now = System.currentTimeMillis();
        String one = "log-in-known-sources:" + UUID.randomUUID();
        String other = "log-in-known-sources:" + UUID.randomUUID();
        redis.opsForZSet().add(one, "old", now - 11 * day);
        redis.opsForZSet().add(one, "young", now - 9 * day);
        redis.opsForZSet().add(other, "old", now - 11 * day);

        await().atMost(SOON).until(() -> !Boolean.TRUE.equals(redis.hasKey(other)));
        await().atMost(SOON).until(() -> redis.opsForZSet().size(one) == 1);

        assertThat(redis.opsForZSet().score(one, "young")).isNotNull();
        redis.delete(one);
    }

    @Test
    void everybodyCanSeeThem() throws Exception {
        JsonNode shown = Api.json(api().get("/api/limits")).path("retention");
        assertThat((Object) shown)
                .isEqualTo(Api.JSON.<JsonNode>valueToTree(Map.of(
                        "originals_seconds", 30 * 86_400,
                        "outputs_seconds", 20 * 86_400,
                        "events_seconds", 8 * 86_400,
                        "deliveries_seconds", 6 * 86_400,
                        "exports_seconds", 7200,
                        "imports_seconds", 2 * 86_400,
                        "login_addresses_seconds", 10 * 86_400)));
    }

    @Test
    void whatWouldLoseDeliveriesIsRefusedAtTheStart() {
        Duration day = Duration.ofDays(1);
        Duration week = Duration.ofDays(7);
        assertThatThrownBy(() -> new RetentionProperties(
                        Duration.ZERO, Duration.ZERO, week, day, day, day, day, Duration.ZERO, day))
                .hasMessageContaining("CARAVANA_RETENTION_DELIVERIES is PT24H; set it to PT72H or more.");
        assertThatThrownBy(() -> new RetentionProperties(
                        Duration.ZERO, Duration.ZERO, Duration.ofDays(6), week, day, day, day, Duration.ZERO, day))
                .hasMessageContaining("CARAVANA_RETENTION_EVENTS");
    }
}
