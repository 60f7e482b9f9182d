package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What one account may have: checked before a byte is read, on each way, and shown to its owner. */
class QuotaTest extends WebTest {

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
