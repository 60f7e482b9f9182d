package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Queues;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import software.amazon.awssdk.services.sqs.model.Message;

/** Deletions that are undone, or not, while the sweep that removes deleted videos runs all the time. */
class RestoreVideoTest extends QuickSweepsTest {

    private Api user;
    private String id;

    @BeforeEach
    void upload() throws Exception {
        user = user();
        id = uploaded(user);
        sqs.purgeQueue(p -> p.queueUrl(queue()));
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            status = 'processed', processed_at = now(), processed_key = original_key                   | processed | 0
            status = 'failed', failed_at = now(), error_code = 'attempts_exhausted', retryable = true  | failed    | 0
            status = 'cancelled', cancelled_at = now()                                                  | cancelled | 0
            status = 'uploaded', attempts = 2                                                           | uploaded  | 1
            status = 'processing', attempts = 3, claim_token = gen_random_uuid(), lease_until = now()   | uploaded  | 1
            """)
    void aDeletedVideoComesBackAsItWas(String state, String status, int messages) throws Exception {
        set(id, state);
        delete();

        JsonNode restored = Api.json(restore());

        assertThat(restored.path("status").asText()).isEqualTo(status);
        assertThat(row(id))
                .containsEntry("status", status)
                .containsEntry("attempts", status.equals("uploaded") ? 2 : 0)
                .containsEntry("claim_token", null)
                .containsEntry("lease_until", null)
                .containsEntry("restorable_until", null)
                .containsEntry("deleted_from", null);
        List<Message> sent = Queues.receiveAll(sqs, queue());
        assertThat(sent).hasSize(messages).allMatch(message -> message.body().contains(id));
        assertThat(Api.json(user.get("/api/videos"))).hasSize(1);
        assertThat(restore().statusCode()).as("asked again").isEqualTo(200);
        assertThat(Queues.receiveAll(sqs, queue())).isEmpty();
    }

    @Test
    void untilThenNoOtherCallKnowsIt() throws Exception {
        set(id, "status = 'processed', processed_at = now(), processed_key = original_key");
        delete();

        String path = "/api/videos/" + id;
        for (String get : List.of("", "/original", "/processed", "/poster", "/events")) {
            assertProblem(user.get(path + get), 404, "not_found");
        }
        for (String post : List.of("/retry", "/cancel", "/process")) {
            assertProblem(user.post(path + post), 404, "not_found");
        }
        HttpRequest.Builder patch = user.request(path)
                .header("Content-Type", "application/json")
                .method("PATCH", BodyPublishers.ofString("{\"title\": \"a\"}"));
        assertProblem(user.send(patch), 404, "not_found");
        assertProblem(user.delete(path), 404, "not_found");
        HttpResponse<String> list = user.get("/api/videos?count=true");
        assertThat(Api.json(list)).isEmpty();
        assertThat(list.headers().firstValue("X-Total-Count")).hasValue("0");
        assertThat(restore().statusCode()).isEqualTo(200);
    }

    @Test
    void sweepsLeaveItUntilItCannotBeRestored() throws Exception {
        String other = uploaded(user);
        delete();
        user.delete("/api/videos/" + other);
        assertThat(lasts(id)).as("seconds in which it can be restored").isEqualTo(10.0);

        // It goes in a sweep, and that sweep leaves the first.
        set(other, "restorable_until = now(), lease_until = now()");
        await().atMost(Waits.LIMIT).until(() -> rows(other) == 0);

        assertThat(rows(id)).isEqualTo(1);
        assertThat(objects()).containsExactly("uploads/" + id + ".mp4");
        set(id, "restorable_until = now(), lease_until = now()");
        assertProblem(restore(), 404, "not_found");
        await().atMost(Waits.LIMIT).untilAsserted(this::assertNothingLeft);
        assertProblem(restore(), 404, "not_found");
    }

    /** A web of an older version, which knows of no restoring, removes what no lease protects. */
    @Test
    void anOlderWebLeavesItAsLong() throws Exception {
        delete();

        assertThat(jdbc.queryForObject(
                        "SELECT lease_until >= restorable_until FROM videos WHERE id = CAST(? AS uuid)",
                        Boolean.class,
                        id))
                .isTrue();
        // And what that web deletes goes at once.
        set(id, "deleted_from = NULL, restorable_until = NULL, lease_until = NULL");
        await().atMost(Waits.LIMIT).until(() -> rows(id) == 0);
    }

    /** At the last moment: a video that was answered as restored is there with its object, and of the others nothing is. */
    @Test
    void aVideoIsRestoredOrRemovedAndNeverHalf() throws Exception {
        Map<String, CompletableFuture<HttpResponse<Void>>> answers = new HashMap<>();
        for (int i = 0; i < 20; i++) {
            String each = i == 0 ? id : uploaded(user);
            user.delete("/api/videos/" + each);
            set(each, "restorable_until = now() + interval '10 ms' * " + 10 * i + ", lease_until = NULL");
            answers.put(each, null);
        }
        for (String each : answers.keySet()) {
            HttpRequest restore = user.request("/api/videos/" + each + "/restore")
                    .POST(BodyPublishers.noBody())
                    .build();
            answers.put(each, Api.HTTP.sendAsync(restore, HttpResponse.BodyHandlers.discarding()));
        }
        for (Map.Entry<String, CompletableFuture<HttpResponse<Void>>> answer : answers.entrySet()) {
            boolean restored = answer.getValue().get().statusCode() == 200;
            await().atMost(Waits.LIMIT).until(() -> restored || rows(answer.getKey()) == 0);
            assertThat(objects().contains("uploads/" + answer.getKey() + ".mp4"))
                    .isEqualTo(restored);
            assertThat(rows(answer.getKey())).isEqualTo(restored ? 1 : 0);
        }
    }

    @Test
    void onlyTheOwnerRestores() throws Exception {
        Api other = user();
        assertProblem(other.post("/api/videos/" + id + "/restore"), 403, "not_owner");
        delete();

        assertProblem(other.post("/api/videos/" + id + "/restore"), 404, "not_found");

        assertThat(row(id)).containsEntry("status", "deleting");
        assertThat(restore().statusCode()).isEqualTo(200);
    }

    private void delete() throws Exception {
        assertThat(user.delete("/api/videos/" + id).statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> restore() throws Exception {
        return user.post("/api/videos/" + id + "/restore");
    }

    private double lasts(String video) {
        return jdbc.queryForObject(
                "SELECT CAST(extract(epoch FROM restorable_until - updated_at) AS double precision) FROM videos"
                        + " WHERE id = CAST(? AS uuid)",
                Double.class,
                video);
    }

    private int rows(String video) {
        return jdbc.queryForObject("SELECT count(*) FROM videos WHERE id = CAST(? AS uuid)", Integer.class, video);
    }
}
