package caravana.bench.plain;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Uploads files directly to S3, to addresses that web signs, in parts of 16 MiB, one after the other. It answers each
 * line {@code web token file} when the video is accepted.
 */
public final class PlainDirect {

    private static final int PART_BYTES = 16 * 1024 * 1024;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private final URI multipart;
    private final String token;

    private PlainDirect(String web, String token) {
        this.multipart = URI.create(web + "/api/uploads/s3/multipart");
        this.token = token;
    }

    public static void main(String[] args) throws Exception {
        try (BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            System.out.println("ready");
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                String[] order = line.split(" ", 3);
                new PlainDirect(order[0], order[1]).send(Path.of(order[2]));
                System.out.println("accepted");
            }
        }
    }

    private void send(Path file) throws Exception {
        ObjectNode announced = JSON.createObjectNode()
                .put("filename", "video.mp4")
                .put("title", "bench")
                .put("bytes", Files.size(file))
                .put("part_bytes", PART_BYTES);
        JsonNode upload = call("", "POST", BodyPublishers.ofString(announced.toString()));
        String id = "/" + upload.path("uploadId").asText();
        ArrayNode parts = JSON.createArrayNode();
        try (InputStream in = Files.newInputStream(file)) {
            for (int number = 1; number <= upload.path("parts").asInt(); number++) {
                byte[] part = in.readNBytes(upload.path("part_bytes").asInt());
                String address = call(id + "/" + number, "GET", BodyPublishers.noBody())
                        .path("url")
                        .asText();
                HttpResponse<String> stored = HTTP.send(
                        HttpRequest.newBuilder(URI.create(address))
                                .PUT(BodyPublishers.ofByteArray(part))
                                .build(),
                        BodyHandlers.ofString());
                check(stored);
                parts.addObject()
                        .put("PartNumber", number)
                        .put("ETag", stored.headers().firstValue("ETag").orElseThrow());
            }
        }
        call(
                id + "/complete",
                "POST",
                BodyPublishers.ofString(
                        JSON.createObjectNode().set("parts", parts).toString()));
    }

    private JsonNode call(String path, String method, BodyPublisher body) throws Exception {
        HttpResponse<String> answer = HTTP.send(
                HttpRequest.newBuilder(URI.create(multipart + path))
                        .header("Authorization", "Bearer " + token)
                        .header("Content-Type", "application/json")
                        .method(method, body)
                        .build(),
                BodyHandlers.ofString());
        check(answer);
        return JSON.readTree(answer.body());
    }

    private static void check(HttpResponse<String> answer) throws IOException {
        if (answer.statusCode() >= 300) {
            throw new IOException("The answer was " + answer.statusCode() + ": " + answer.body());
        }
    }
}
