package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/** Speaks tus 1.0.0 to the API under test. */
record TusClient(Api api) {

    private static final String TYPE = "application/offset+octet-stream";

    static String metadata(String... namesAndValues) {
        StringBuilder header = new StringBuilder();
        for (int i = 0; i < namesAndValues.length; i += 2) {
            header.append(i == 0 ? "" : ",")
                    .append(namesAndValues[i])
                    .append(' ')
                    .append(Base64.getEncoder().encodeToString(namesAndValues[i + 1].getBytes(StandardCharsets.UTF_8)));
        }
        return header.toString();
    }

    HttpRequest.Builder request(String path) {
        return api.request(path).header("Tus-Resumable", "1.0.0");
    }

    /** A creation without a body. */
    HttpRequest.Builder creation(long length) {
        return request("/api/uploads")
                .header("Upload-Length", String.valueOf(length))
                .header("Upload-Metadata", metadata("title", "t", "filename", "a.mp4", "filetype", "video/mp4"))
                .POST(BodyPublishers.noBody());
    }

    HttpRequest.Builder piece(String id, long offset, byte[] content) {
        return request("/api/uploads/" + id)
                .header("Upload-Offset", String.valueOf(offset))
                .header("Content-Type", TYPE)
                .method("PATCH", BodyPublishers.ofByteArray(content));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return api.send(request);
    }

    /** Creates an upload; returns its id. */
    String create(long length) throws Exception {
        HttpResponse<String> created = send(creation(length));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        String id = Api.json(created).path("video_id").asText();
        assertThat(created.headers().firstValue("Location")).hasValue("/api/uploads/" + id);
        return id;
    }

    /** Sends what lies between two offsets of a file. */
    HttpResponse<String> patch(String id, byte[] file, int from, int to) throws Exception {
        return send(piece(id, from, Arrays.copyOfRange(file, from, to)));
    }

    HttpResponse<String> head(String id) throws Exception {
        return send(request("/api/uploads/" + id).method("HEAD", BodyPublishers.noBody()));
    }

    long offset(String id) throws Exception {
        HttpResponse<String> head = head(id);
        assertThat(head.statusCode()).isEqualTo(200);
        return offset(head);
    }

    static long offset(HttpResponse<String> answer) {
        return answer.headers().firstValueAsLong("Upload-Offset").orElse(-1);
    }

    HttpResponse<String> cancel(String id) throws Exception {
        return send(request("/api/uploads/" + id).DELETE());
    }

    /** The head of a request that continues with an upload, as it is written on the wire. */
    String onTheWire(String id, long offset, long length) {
        return "PATCH /api/uploads/" + id + " HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer " + api.token()
                + "\r\nTus-Resumable: 1.0.0\r\nContent-Type: " + TYPE + "\r\nUpload-Offset: " + offset
                + "\r\nContent-Length: " + length + "\r\n\r\n";
    }
}
