package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Has videos processed by the whole system. */
public final class Jobs {

    private static final ObjectMapper JSON = new ObjectMapper();

    private Jobs() {}

    /**
     * Uploads a video, and waits for the end of its job.
     *
     * @param transformations their names, or a JSON array
     * @return its detail, processed or failed
     */
    public static JsonNode done(ApiClient client, URI web, Path video, String transformations)
            throws IOException, InterruptedException {
        String query = "?title=t&transformaciones=" + URLEncoder.encode(transformations, StandardCharsets.UTF_8);
        HttpResponse<String> accepted = client.send(client.request(web.resolve("/api/videos" + query))
                .header("Content-Type", "video/mp4")
                .POST(BodyPublishers.ofFile(video))
                .build());
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        URI detail = web.resolve(
                "/api/videos/" + JSON.readTree(accepted.body()).path("video_id").asText());
        return await().atMost(Waits.LIMIT)
                .until(
                        () -> JSON.readTree(client.get(detail).body()),
                        shown -> shown.path("status").asText().matches("processed|failed"));
    }
}
