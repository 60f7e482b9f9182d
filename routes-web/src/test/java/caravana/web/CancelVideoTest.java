package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedReader;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.UUID;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Jobs that their owners cancel. What a worker does about it is tested there. */
class CancelVideoTest extends WebTest {

    private Api user;
    private String id;

    @BeforeEach
    void upload() throws Exception {
        user = user();
        id = uploaded(user);
    }

    @Test
    void aWaitingVideoIsCancelledAndKeepsItsOriginal() throws Exception {
        JsonNode answer = Api.json(cancel());

        assertThat(answer.path("status").asText()).isEqualTo("cancelled");
        assertThat(answer.path("error").isNull()).isTrue();
        assertThat(answer.path("queue_position").isNull()).isTrue();
        assertThat(row(id).get("cancelled_at")).isNotNull();
        HttpResponse<String> detail = user.get("/api/videos/" + id);
        assertThat(detail.headers().firstValue("Retry-After"))
                .as("nothing changes any more")
                .isEmpty();
        assertThat(user.get("/api/videos/" + id + "/original").statusCode()).isEqualTo(302);
        assertThat(Api.json(user.get("/api/videos?status=cancelled"))).hasSize(1);
        HttpResponse<String> again = cancel();
        assertThat(again.statusCode()).as("asked again").isEqualTo(200);
    }

    /** The worker finds its claim in the row of a cancelled video, and stops. */
    @Test
    void aRunningVideoKeepsTheClaimThatItsWorkerIsToldBy() throws Exception {
        String claim = UUID.randomUUID().toString();
        set(
                id,
                "status = 'processing', attempts = 1, claims = 1, lease_until = now() + interval '1 hour', claim_token = '"
                        + claim + "'");

        assertThat(Api.json(cancel()).path("status").asText()).isEqualTo("cancelled");

        assertThat(String.valueOf(row(id).get("claim_token"))).isEqualTo(claim);
        assertThat(row(id)).containsEntry("processed_key", null);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            status = 'processed', processed_at = now(), processed_key = original_key
            status = 'failed', failed_at = now(), error_code = 'not_a_video'
            """)
    void whatIsFinishedIsNotCancelled(String state) throws Exception {
        set(id, state);

        assertProblem(cancel(), 409, "not_cancellable");

        assertThat(row(id)).containsEntry("cancelled_at", null);
    }

    @Test
    void onlyTheOwnerCancelsAndOnlyWhatIsThere() throws Exception {
        assertProblem(user().post("/api/videos/" + id + "/cancel"), 403, "not_owner");
        assertThat(row(id)).containsEntry("status", "uploaded");
        set(id, "status = 'deleting', lease_until = now() + interval '1 hour'");
        assertProblem(cancel(), 404, "not_found");
    }

    @Test
    void itsEventStreamEndsWithIt() throws Exception {
        HttpResponse<InputStream> stream = Api.HTTP.send(
                user.request("/api/videos/" + id + "/events").build(), HttpResponse.BodyHandlers.ofInputStream());
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(stream.body(), StandardCharsets.UTF_8))) {
            assertThat(nextData(lines)).contains("\"uploaded\"");

            cancel();

            assertThat(nextData(lines)).contains("\"cancelled\"");
            assertThat(nextData(lines)).as("end of the stream").isNull();
        }
    }

    private static String nextData(BufferedReader lines) throws Exception {
        String line = lines.readLine();
        while (line != null && !line.startsWith("data:")) {
            line = lines.readLine();
        }
        return line;
    }

    private HttpResponse<String> cancel() throws Exception {
        return user.post("/api/videos/" + id + "/cancel");
    }
}
