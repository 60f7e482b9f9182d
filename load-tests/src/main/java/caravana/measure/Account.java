package caravana.measure;

import caravana.local.ApiClient;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** The account of one run. Its uploads are deleted, so that disks do not fill up. */
public final class Account {

    private static final long LEAST_NANOS = TimeUnit.MILLISECONDS.toNanos(50);
    private static final long MOST_NANOS = TimeUnit.SECONDS.toNanos(2);
    private static final String TITLE = "Measured";
    private static final Duration UPLOAD = Duration.ofMinutes(5);

    private final ObjectMapper json = new ObjectMapper();
    private final URI web;
    private final ApiClient client;

    public Account(URI web) throws IOException, InterruptedException {
        this.web = web;
        this.client = ApiClient.signUp(web);
    }

    public String token() {
        return client.token();
    }

    /**
     * Uploads a file as the body itself, for the default set of transformations.
     *
     * @return the video's id
     */
    public String upload(Path file) throws IOException, InterruptedException {
        return uploaded(client.upload(web, TITLE, HttpRequest.BodyPublishers.ofFile(file)));
    }

    /**
     * Uploads a file as the body itself.
     *
     * @param transformations by name
     * @return the video's id
     */
    public String upload(Path file, List<String> transformations) throws IOException, InterruptedException {
        URI address =
                web.resolve("/api/videos?title=" + TITLE + "&transformaciones=" + String.join(",", transformations));
        return uploaded(client.send(client.request(address)
                .timeout(UPLOAD)
                .header("Content-Type", "application/octet-stream")
                .POST(HttpRequest.BodyPublishers.ofFile(file))
                .build()));
    }

    private String uploaded(HttpResponse<String> answer) throws IOException {
        return json.readTree(expect(201, answer)).path("video_id").asText();
    }

    /** Uploads a file that often, one after the other. */
    public List<String> upload(Path file, int times) throws IOException, InterruptedException {
        List<String> ids = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            ids.add(upload(file));
        }
        return ids;
    }

    /** What web says of a video. */
    public JsonNode video(String id) throws IOException, InterruptedException {
        return json.readTree(expect(200, client.get(web.resolve("/api/videos/" + id))));
    }

    /**
     * Waits until videos are processed.
     *
     * @return what web says of each then
     * @throws MeasurementException when one has failed, or it takes longer than that
     */
    public List<JsonNode> awaitProcessed(List<String> ids, Duration patience) throws IOException, InterruptedException {
        long deadline = System.nanoTime() + patience.toNanos();
        List<JsonNode> processed = new ArrayList<>();
        for (String id : ids) {
            long asked = System.nanoTime();
            JsonNode video = video(id);
            while (!video.path("status").asText().equals("processed")) {
                if (video.path("status").asText().equals("failed") || System.nanoTime() > deadline) {
                    throw new MeasurementException("A video was not processed: " + video);
                }
                // Seldom while it takes long, since asking costs the machine that is measured.
                LockSupport.parkNanos(Math.min(MOST_NANOS, Math.max(LEAST_NANOS, (System.nanoTime() - asked) / 4)));
                video = video(id);
            }
            processed.add(video);
        }
        return processed;
    }

    /** Deletes what the account has uploaded. */
    public void deleteVideos() throws IOException, InterruptedException {
        for (JsonNode videos = page(); !videos.isEmpty(); videos = page()) {
            for (JsonNode video : videos) {
                expect(
                        200,
                        client.send(client.request(web.resolve(
                                        "/api/videos/" + video.path("video_id").asText()))
                                .DELETE()
                                .build()));
            }
        }
    }

    private JsonNode page() throws IOException, InterruptedException {
        return json.readTree(expect(200, client.get(web.resolve("/api/videos?limit=100"))));
    }

    private static String expect(int status, HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() != status) {
            throw new IOException(answer.request().method() + " " + answer.uri().getPath() + " was answered "
                    + answer.statusCode() + ": " + answer.body());
        }
        return answer.body();
    }
}
