package caravana.system.faults;

import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Optional;

/** Uploads videos over REST, as any client does. */
final class Uploads {

    private static final String BOUNDARY = "boundary-of-the-fault-suite";
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final HttpClient http =
            HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(2)).build();
    private final ObjectMapper json = new ObjectMapper();

    /** The id of the accepted video; empty when it was refused or nobody answered: then nothing is promised. */
    Optional<String> upload(URI web, byte[] video) throws InterruptedException {
        String head = "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nFaults\r\n--"
                + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"video_file\"; filename=\"v.mp4\"\r\n\r\n";
        String tail = "\r\n--" + BOUNDARY + "--\r\n";
        HttpRequest request = HttpRequest.newBuilder(web.resolve("/api/videos/upload"))
                .timeout(PATIENCE)
                .header("Content-Type", "multipart/form-data; boundary=" + BOUNDARY)
                .POST(HttpRequest.BodyPublishers.ofByteArrays(java.util.List.of(
                        head.getBytes(StandardCharsets.UTF_8), video, tail.getBytes(StandardCharsets.UTF_8))))
                .build();
        try {
            HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());
            return answer.statusCode() == 201
                    ? Optional.of(json.readTree(answer.body()).path("video_id").asText())
                    : Optional.empty();
        } catch (IOException nobodyAnswered) {
            return Optional.empty();
        }
    }
}
