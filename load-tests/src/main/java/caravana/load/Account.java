package caravana.load;

import caravana.local.ApiClient;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;

/** The account of one run of a plan. What it has uploaded is to go, so that disks do not fill up. */
final class Account {

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final URI web;
    private final ApiClient client;

    Account(URI web) throws IOException, InterruptedException {
        this.web = web;
        this.client = ApiClient.signUp(web);
    }

    String token() {
        return client.token();
    }

    /** Deletes what the account has uploaded. */
    void deleteVideos() throws IOException, InterruptedException {
        for (JsonNode videos = page(); !videos.isEmpty(); videos = page()) {
            for (JsonNode video : videos) {
                URI address =
                        web.resolve("/api/videos/" + video.path("video_id").asText());
                expect(http.send(client.request(address).DELETE().build(), HttpResponse.BodyHandlers.ofString()));
            }
        }
    }

    private JsonNode page() throws IOException, InterruptedException {
        return json.readTree(expect(client.get(web.resolve("/api/videos?limit=100"))));
    }

    private static String expect(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != 200) {
            throw new IOException("Tidying up was answered " + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }
}
