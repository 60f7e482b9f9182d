package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Map;
import org.apache.camel.test.spring.junit5.CamelSpringBootTest;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;

/** Web on a queue that nobody serves. */
@ActiveProfiles("local")
@DirtiesContext
@CamelSpringBootTest
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "management.server.port=0")
class QueueDownTest {

    @LocalServerPort
    private int port;

    @Autowired
    private JdbcTemplate jdbc;

    @DynamicPropertySource
    static void localStackWithoutQueue(DynamicPropertyRegistry registry) {
        Map<String, String> stack = WebFixture.STACK.environment();
        stack.forEach((name, value) -> registry.add(name, () -> value));
        registry.add("AWS_ENDPOINT_URL_SQS", () -> "http://127.0.0.1:1");
        System.setProperty("aws.accessKeyId", stack.get("AWS_ACCESS_KEY_ID"));
        System.setProperty("aws.secretAccessKey", stack.get("AWS_SECRET_ACCESS_KEY"));
    }

    @Test
    void anUploadIsAcceptedAndItsMessageSentLater() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/api/videos/upload"))
                .header("Content-Type", Form.contentType())
                .POST(HttpRequest.BodyPublishers.ofByteArray(new Form()
                        .field("title", "queue down")
                        .file("video_file", "a.mp4", new byte[] {1})
                        .bytes()))
                .build();

        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        assertThat(jdbc.queryForMap("SELECT status, published_at FROM videos WHERE title = 'queue down'"))
                .containsEntry("status", "uploaded")
                .containsEntry("published_at", null);
    }
}
