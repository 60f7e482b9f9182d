package caravana.system.faults;

import caravana.local.ApiClient;
import caravana.local.LocalStackException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.function.Function;

/** Uploads videos over REST, as any client does, with an account of its own. */
final class Uploads {

    private static final String TITLE = "Faults";

    private final ObjectMapper json = new ObjectMapper();
    private ApiClient client;

    /** The id of the accepted video; empty when it was refused or nobody answered: then nothing is promised. */
    Optional<String> upload(URI web, byte[] video) throws InterruptedException {
        return send(web, client -> client.formRequest(web, TITLE, HttpRequest.BodyPublishers.ofByteArray(video)));
    }

    /**
     * The same as the body itself.
     *
     * @param transformations as JSON
     */
    Optional<String> upload(URI web, byte[] video, String transformations) throws InterruptedException {
        String query =
                "?title=" + TITLE + "&transformaciones=" + URLEncoder.encode(transformations, StandardCharsets.UTF_8);
        return send(
                web,
                client -> client.uploadRequest(web, TITLE, HttpRequest.BodyPublishers.ofByteArray(video))
                        .uri(web.resolve("/api/videos" + query)));
    }

    private Optional<String> send(URI web, Function<ApiClient, HttpRequest.Builder> request)
            throws InterruptedException {
        try {
            ApiClient client = client(web);
            HttpResponse<String> answer = client.send(request.apply(client).build());
            return answer.statusCode() == 201
                    ? Optional.of(json.readTree(answer.body()).path("video_id").asText())
                    : Optional.empty();
        } catch (IOException | LocalStackException nobodyAnswered) {
            return Optional.empty();
        }
    }

    /**
     * Another call about a video.
     *
     * @return its status; 0 when nobody answered
     */
    int call(URI web, String method, String path) throws InterruptedException {
        try {
            return client(web)
                    .send(client(web)
                            .request(web.resolve(path))
                            .method(method, HttpRequest.BodyPublishers.noBody())
                            .build())
                    .statusCode();
        } catch (IOException | LocalStackException nobodyAnswered) {
            return 0;
        }
    }

    private synchronized ApiClient client(URI web) throws IOException, InterruptedException {
        if (client == null) {
            client = ApiClient.signUp(web);
        }
        return client;
    }
}
