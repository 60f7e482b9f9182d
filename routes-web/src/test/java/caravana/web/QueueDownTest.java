package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpResponse;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** Web on a queue that nobody serves. */
@Tag("own-settings")
@TestPropertySource(properties = "caravana.aws.sqs-endpoint=http://127.0.0.1:1")
class QueueDownTest extends WebTest {

    /** The queue cannot be purged here. */
    @Override
    void empty() {
        jdbc.update("DELETE FROM renditions");
        jdbc.update("DELETE FROM videos");
    }

    @Test
    void anUploadIsAcceptedAndItsMessageSentLater() throws Exception {
        HttpResponse<String> answer =
                user().upload(new Form().field("title", "queue down").file("video_file", "a.mp4", new byte[] {1}));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(jdbc.queryForMap("SELECT status, published_at FROM videos WHERE title = 'queue down'"))
                .containsEntry("status", "uploaded")
                .containsEntry("published_at", null);
    }

    @Test
    void readinessNamesTheQueue() throws Exception {
        HttpResponse<String> answer = api().get("/api/health/ready");

        assertThat(answer.statusCode()).isEqualTo(503);
        assertThat(Api.json(answer).at("/systems/queue").asText()).isEqualTo("down");
        assertThat(Api.json(answer).at("/systems/database").asText()).isEqualTo("up");
    }
}
