package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Instant;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one account may have: checked before a byte is read, on each way, and shown to its owner. */
class QuotaTest extends WebTest {

    private static final String CLAIMED =
            "status = 'processing', claim_token = gen_random_uuid(), lease_until = now() + interval '1 minute'";
    private static final String PROCESSED =
            "status = 'processed', claim_token = NULL, lease_until = NULL, processed_at = now(), processed_key = 'processed/x'";

    private Api user;
    private TusClient tus;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
        tus = new TusClient(user);
    }

    private void quota(Long bytes, Integer videos, Integer open) throws Exception {
        jdbc.update(
                "INSERT INTO account_quotas (owner_id, bytes, videos, open_uploads) VALUES (CAST(? AS uuid), ?, ?, ?)",
                user.subject(),
                bytes,
                videos,
                open);
    }

    @Test
    void withoutOneThereIsNoLimit() throws Exception {
        uploaded(user);
        tus.create(1000);

        JsonNode quotas = quotas();

        assertThat(quotas.path("videos").path("limit").isNull()).isTrue();
        assertThat(quotas.path("videos").path("used").asInt()).isEqualTo(2);
        assertThat(quotas.path("open_uploads").path("used").asInt()).isEqualTo(1);
        assertThat(quotas.path("bytes").path("used").asLong()).isEqualTo(2000);
    }

    private JsonNode quotas() throws Exception {
        HttpResponse<String> me = user.get("/api/me");
        assertThat(Api.violations(me, me.body())).isEmpty();
        return Api.json(me).path("quotas");
    }

    @Test
    void bytesCountAsSoonAsTheyAreAnnounced() throws Exception {
        quota(1000L, null, null);
        String open = tus.create(600);

        assertThat(quotas().path("bytes").toString()).isEqualTo("{\"used\":600,\"limit\":1000}");
        assertProblem(tus.send(tus.creation(401)), 403, "quota_exceeded");
        assertProblem(user.send(user.raw("?title=t", bytes(401))), 403, "quota_exceeded");
        assertProblem(
                user.send(user.form(new Form().field("title", "t").file("video_file", "a.mp4", bytes(401)))),
                403,
                "quota_exceeded");
        assertThat(count("receiving")).isEqualTo(1);
        tus.cancel(open);
        assertThat(tus.send(tus.creation(1000)).statusCode()).isEqualTo(201);
    }

    @Test
    void videosAndOpenUploadsAreCounted() throws Exception {
        quota(null, 2, 1);
        String open = tus.create(10);
        HttpResponse<String> second = tus.send(tus.creation(10));
        assertProblem(second, 403, "quota_exceeded");
        assertThat(Api.json(second).path("detail").asText()).contains("1 uploads that have not ended");

        assertThat(tus.patch(open, bytes(10), 0, 10).statusCode()).isEqualTo(204);
        String video = uploaded(user);
        HttpResponse<String> third = user.send(user.raw("?title=t", bytes(10)));
        assertProblem(third, 403, "quota_exceeded");
        assertThat(Api.json(third).path("detail").asText()).contains("2 videos");

        assertThat(user.delete("/api/videos/" + video).statusCode()).isBetween(200, 204);
        assertThat(user.send(user.raw("?title=t", bytes(10))).statusCode()).isEqualTo(201);
    }

    /** They count when a job is done, in its month, and again when it is done again. */
    @Test
    void minutesAreCountedByTheMonth() throws Exception {
        String video = uploaded(user);
        set(video, CLAIMED);
        assertThat(quotas().path("minutes").toString()).isEqualTo("{\"used\":0.0,\"limit\":null}");
        process(video, 90);
        assertThat(quotas().path("minutes").path("used").asDouble()).isEqualTo(1.5);
        process(video, 30.5);
        assertThat(quotas().path("minutes").path("used").asDouble()).isEqualTo(2.0);
        // A result of an older worker may lack it.
        set(video, CLAIMED);
        set(video, PROCESSED + ", media_info = NULL");
        quotaOfMinutes(2);

        HttpResponse<String> refused = tus.send(tus.creation(10));

        assertProblem(refused, 403, "quota_exceeded");
        JsonNode problem = Api.json(refused);
        assertThat(problem.path("quota").asText()).isEqualTo("minutes");
        assertThat(problem.path("frees_at").asText())
                .isEqualTo(YearMonth.now(ZoneOffset.UTC).plusMonths(1).atDay(1) + "T00:00:00Z");
        assertThat(problem.path("detail").asText())
                .contains(
                        "2 minutes of video",
                        "Wait until " + problem.path("frees_at").asText());
        assertProblem(user.send(user.raw("?title=t", bytes(10))), 403, "quota_exceeded");
        HttpResponse<String> again = user.post("/api/videos/" + video + "/process");
        assertProblem(again, 403, "quota_exceeded");
        assertThat(Api.json(again).path("quota").asText()).isEqualTo("minutes");
        assertThat(user.delete("/api/videos/" + video).statusCode()).isBetween(200, 204);
        assertProblem(tus.send(tus.creation(10)), 403, "quota_exceeded");
        jdbc.update("UPDATE account_months SET month = month - interval '1 month'");
        assertThat(tus.send(tus.creation(10)).statusCode()).isEqualTo(201);
    }

    private void process(String video, double seconds) {
        set(video, CLAIMED);
        set(video, PROCESSED + ", media_info = '{\"source\": {\"duration_seconds\": " + seconds + "}}'");
    }

    private void quotaOfMinutes(int minutes) throws Exception {
        jdbc.update(
                "INSERT INTO account_quotas (owner_id, minutes) VALUES (CAST(? AS uuid), ?)", user.subject(), minutes);
    }

    /** Of the others, only what expires frees without a deletion. */
    @Test
    void aRefusalNamesTheQuotaAndWhenItFrees() throws Exception {
        quota(1000L, 2, 1);
        String open = tus.create(10);

        JsonNode uploads = Api.json(tus.send(tus.creation(10)));
        assertThat(uploads.path("quota").asText()).isEqualTo("open_uploads");
        assertThat(Instant.parse(uploads.path("frees_at").asText()))
                .isBetween(Instant.now().plusSeconds(23 * 3600), Instant.now().plusSeconds(24 * 3600));
        tus.cancel(open);
        JsonNode bytes = Api.json(tus.send(tus.creation(1001)));
        assertThat(bytes.path("quota").asText()).isEqualTo("bytes");
        assertThat(bytes.path("frees_at").isNull()).isTrue();
    }

    /** And it is noted who gave them, and why. */
    @Test
    void anOperatorGivesAnAccountItsOwn() throws Exception {
        Api operator = api().loggedIn(setting("CARAVANA_OPERATOR_EMAIL"), setting("CARAVANA_OPERATOR_PASSWORD"));
        String path = "/api/ops/accounts/" + user.subject() + "/quotas";
        tus.create(600);
        assertThat(Api.json(operator.get(path)).path("own").toString())
                .isEqualTo("{\"bytes\":null,\"videos\":null,\"open_uploads\":null,\"minutes\":null}");

        HttpResponse<String> given =
                put(operator, path, "{\"bytes\": 1000, \"minutes\": 60, \"reason\": \"by contract\"}");

        assertThat(Api.violations(given, given.body())).isEmpty();
        assertThat(Api.json(given).path("own").toString())
                .isEqualTo("{\"bytes\":1000,\"videos\":null,\"open_uploads\":null,\"minutes\":60}");
        assertThat(Api.json(given).at("/quotas/bytes").toString()).isEqualTo("{\"used\":600,\"limit\":1000}");
        assertThat(quotas().at("/minutes/limit").asInt()).isEqualTo(60);
        assertProblem(tus.send(tus.creation(401)), 403, "quota_exceeded");
        JsonNode act = Api.json(operator.get("/api/ops/audit")).at("/items/0");
        assertThat(act.path("act").asText()).isEqualTo("quota");
        assertThat(act.path("actor").asText()).isEqualTo(operator.subject());
        assertThat(act.path("detail").asText())
                .isEqualTo(
                        user.subject() + ": bytes 1000, videos setting, open_uploads setting, minutes 60: by contract");

        assertThat(put(operator, path, "{\"reason\": \"it is over\"}").statusCode())
                .isEqualTo(200);
        assertThat(quotas().at("/bytes/limit").isNull()).isTrue();

        assertProblem(put(operator, path, "{\"bytes\": -1, \"reason\": \"none\"}"), 400, "invalid_request");
        assertProblem(put(operator, path, "{\"bytes\": 1}"), 400, "invalid_request");
        for (String reason : List.of("   ", "\\u001b[31m", "\u2028\u200b\u00a0")) {
            assertProblem(put(operator, path, "{\"reason\": \"" + reason + "\"}"), 400, "invalid_request");
        }
        HttpResponse<String> endless = put(operator, path, "{\"videos\": 1e2147483647, \"reason\": \"none\"}");
        assertProblem(endless, 400, "invalid_request");
        assertThat(Api.json(endless).path("detail").asText()).contains("videos");
        for (String nobody : List.of("x", UUID.randomUUID().toString())) {
            String other = "/api/ops/accounts/" + nobody + "/quotas";
            assertProblem(operator.get(other), 404, "not_found");
            assertProblem(put(operator, other, "{\"reason\": \"none\"}"), 404, "not_found");
        }
        assertProblem(put(user, path, "{\"reason\": \"mine\"}"), 403, "forbidden");
    }

    private static HttpResponse<String> put(Api caller, String path, String body) throws Exception {
        return caller.send(
                caller.request(path).header("Content-Type", "application/json").PUT(BodyPublishers.ofString(body)));
    }

    /** It is answered as the first was, full or not. */
    @Test
    void aRepetitionIsNoOtherVideo() throws Exception {
        quota(null, 1, null);
        HttpResponse<String> first = tus.send(tus.creation(10).header("Idempotency-Key", "k"));

        HttpResponse<String> again = tus.send(tus.creation(10).header("Idempotency-Key", "k"));

        assertThat(again.statusCode()).as(again.body()).isEqualTo(201);
        assertThat(again.headers().firstValue("Location"))
                .isEqualTo(first.headers().firstValue("Location"));
    }

    /** Another account's quota is none of ours. */
    @Test
    void itIsOneAccounts() throws Exception {
        quota(0L, 0, 0);
        assertProblem(tus.send(tus.creation(10)), 403, "quota_exceeded");

        assertThat(new TusClient(user()).create(10)).isNotEmpty();
    }
}
