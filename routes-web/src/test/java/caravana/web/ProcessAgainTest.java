package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Queues;
import com.fasterxml.jackson.databind.JsonNode;
import java.net.http.HttpResponse;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.sqs.model.Message;

/** Finished videos that their owners have processed again. */
class ProcessAgainTest extends WebTest {

    private static final String PROCESSED = "status = 'processed', processed_at = now(), attempts = 2, claims = 2,"
            + " processed_key = 'processed/' || id || '/c/video.mp4', poster_key = 'processed/' || id || '/c/poster.jpg'";

    private Api user;
    private String id;

    @BeforeEach
    void upload() throws Exception {
        user = user();
        id = uploaded(user);
        sqs.purgeQueue(p -> p.queueUrl(queue()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                PROCESSED,
                "status = 'failed', failed_at = now(), error_code = 'media_too_heavy', attempts = 1",
                "status = 'failed', failed_at = now(), error_code = 'attempts_exhausted', last_code = 'stalled',"
                        + " error_detail = 'x', first_failed_at = now(), retryable = true, attempts = 5",
                "status = 'cancelled', cancelled_at = now(), claim_token = gen_random_uuid(),"
                        + " lease_until = now() + interval '1 minute', attempts = 1"
            })
    void aFinishedVideoWaitsAgainWithOtherTransformations(String state) throws Exception {
        set(id, state);

        HttpResponse<String> answer =
                process("{\"transformaciones\": [\"hd_720p\", \"transcodificacion\", \"hd_720p\"]}");

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        assertThat(Api.json(answer).path("video_id").asText()).isEqualTo(id);
        assertThat(row(id))
                .containsEntry("status", "uploaded")
                .containsEntry("attempts", 0)
                .containsEntry("claim_token", null)
                .containsEntry("lease_until", null)
                .containsEntry("error_code", null)
                .containsEntry("failed_at", null)
                .containsEntry("cancelled_at", null);
        assertThat(String.valueOf(row(id).get("transformations"))).isEqualTo("[\"hd_720p\", \"transcodificacion\"]");
        assertThat(row(id).get("published_at")).isNotNull();
        List<Message> sent = Queues.receiveAll(sqs, queue());
        assertThat(sent)
                .singleElement()
                .satisfies(m -> assertThat(m.body())
                        .contains("\"video_id\":\"" + id + "\"")
                        .contains("[\"hd_720p\",\"transcodificacion\"]"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{}"})
    void withoutTransformationsThoseOfTheLastTimeAreTaken(String body) throws Exception {
        set(id, PROCESSED + ", transformations = '[\"sin_audio\"]'");

        assertThat(process(body).statusCode()).isEqualTo(200);

        assertThat(String.valueOf(row(id).get("transformations"))).isEqualTo("[\"sin_audio\"]");
    }

    @Test
    void parametersComeWithTheTransformationsAndStayWithThem() throws Exception {
        set(id, PROCESSED);
        assertThat(process("{\"transformaciones\": [{\"nombre\": \"calidad\", \"crf\": 20}, \"transcodificacion\"]}")
                        .statusCode())
                .isEqualTo(200);
        String kept = String.valueOf(row(id).get("transformation_parameters"));
        assertThat(kept).contains("\"crf\": 20");

        set(id, PROCESSED);
        assertThat(process("").statusCode()).isEqualTo(200);
        assertThat(String.valueOf(row(id).get("transformation_parameters"))).isEqualTo(kept);

        set(id, PROCESSED);
        assertThat(process("{\"transformaciones\": [\"hd_720p\"]}").statusCode())
                .isEqualTo(200);
        assertThat(row(id)).containsEntry("transformation_parameters", null);
    }

    /** Its length is looked at first: a report of each wrong item of a long list would take seconds. */
    @Test
    void aListThatIsTooLongIsRefusedWhateverIsInIt() throws Exception {
        HttpResponse<String> answer = process("{\"preset\": 5, \"transformaciones\": [0" + ", 0".repeat(50) + "]}");

        assertProblem(answer, 400, "invalid_request");
        assertThat(Api.json(answer).path("detail").asText()).contains("a list of 1 to 50 items");
    }

    @Test
    void theOldResultStaysUntilThereIsANewOne() throws Exception {
        set(id, PROCESSED);
        String old = "processed/" + id + "/c/video.mp4";
        s3.putObject(p -> p.bucket(bucket()).key(old), RequestBody.fromString("x"));

        process("");

        JsonNode waiting = Api.json(user.get("/api/videos/" + id));
        assertThat(waiting.path("status").asText()).isEqualTo("uploaded");
        assertThat(waiting.path("processed_url").asText()).contains(old);
        assertThat(user.get("/api/videos/" + id + "/processed").statusCode()).isEqualTo(302);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "status = 'uploaded'",
                "status = 'processing', attempts = 1, claim_token = gen_random_uuid(),"
                        + " lease_until = now() + interval '1 hour'"
            })
    void whileAJobIsUnfinishedThereIsNoOther(String state) throws Exception {
        set(id, state);
        Object before = row(id).get("updated_at");

        assertProblem(process(""), 409, "job_unfinished");

        assertThat(row(id)).containsEntry("updated_at", before);
        assertThat(Queues.receiveAll(sqs, queue())).isEmpty();
    }

    @Test
    void whatAnUploadRefusesIsRefused() throws Exception {
        set(id, PROCESSED);
        assertProblem(process("{\"transformaciones\": [\"hd_721p\"]}"), 400, "unknown_transformation");
        assertProblem(process("{\"transformaciones\": [\"cortinillas\"]}"), 400, "impossible_combination");
        assertProblem(
                process("{\"transformaciones\": [{\"nombre\": \"calidad\", \"crf\": 1e400}]}"),
                400,
                "invalid_parameter");
        assertProblem(
                process("{\"transformaciones\": [{\"nombre\": \"calidad\", \"crv\": 20}]}"), 400, "unknown_parameter");
        for (String body : List.of(
                "{\"transformaciones\": []}",
                "{\"transformaciones\": \"hd_720p\"}",
                "{\"transformaciones\": [7]}",
                "{\"transformaciones\": null}",
                "{\"transformations\": [\"hd_720p\"]}",
                "[\"hd_720p\"]",
                "neither { this")) {
            assertProblem(process(body), 400, "invalid_request");
        }
        assertThat(row(id)).containsEntry("status", "processed");
    }

    @Test
    void withoutAnOriginalThereIsNothingToProcess() throws Exception {
        set(id, PROCESSED);
        s3.deleteObject(d -> d.bucket(bucket()).key("uploads/" + id + ".mp4"));

        assertProblem(process(""), 410, "expired");

        assertThat(row(id)).containsEntry("status", "processed");
    }

    @Test
    void onlyTheOwnerDoesItAndOnlyWithWhatIsThere() throws Exception {
        set(id, PROCESSED);
        assertProblem(user().post("/api/videos/" + id + "/process"), 403, "not_owner");
        assertThat(row(id)).containsEntry("status", "processed");
        set(id, "status = 'deleting', lease_until = now() + interval '1 hour'");
        assertProblem(process(""), 404, "not_found");
    }

    private HttpResponse<String> process(String body) throws Exception {
        String path = "/api/videos/" + id + "/process";
        return body.isEmpty() ? user.post(path) : user.postJson(path, body);
    }
}
