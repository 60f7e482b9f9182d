package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.Arrays;

/** Sends files to S3 itself, to addresses that the API under test signs. */
record DirectClient(Api api) {

    static final int PART = 5 * 1024 * 1024;

    private static final String PARTS = "/api/uploads/s3/multipart";

    ObjectNode announcement(long bytes) {
        return Api.JSON
                .createObjectNode()
                .put("filename", "a.mp4")
                .put("type", "video/mp4")
                .put("bytes", bytes)
                .put("title", "t");
    }

    HttpResponse<String> create(ObjectNode announcement) throws Exception {
        return api.postJson(PARTS, announcement.toString());
    }

    /** Creates an upload; returns its id. */
    String create(long bytes) throws Exception {
        HttpResponse<String> created = create(announcement(bytes));
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return Api.json(created).path("uploadId").asText();
    }

    HttpResponse<String> sign(String id, Object part) throws Exception {
        return api.get(PARTS + "/" + id + "/" + part + "?key=" + key(id));
    }

    static String key(String id) {
        return "uploads%2F" + id + ".mp4";
    }

    HttpResponse<String> list(String id) throws Exception {
        return api.get(PARTS + "/" + id + "?key=" + key(id));
    }

    HttpResponse<String> abort(String id) throws Exception {
        return api.delete(PARTS + "/" + id + "?key=" + key(id));
    }

    HttpResponse<String> complete(String id, JsonNode parts) throws Exception {
        return api.send(completion(id, parts));
    }

    HttpRequest.Builder completion(String id, JsonNode parts) {
        return api.request(PARTS + "/" + id + "/complete?key=" + key(id))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(
                        Api.JSON.createObjectNode().set("parts", parts).toString()));
    }

    /** Sends one part of a file; returns its ETag. */
    String put(String id, int part, byte[] file) throws Exception {
        HttpResponse<String> signed = sign(id, part);
        assertThat(signed.statusCode()).as(signed.body()).isEqualTo(200);
        byte[] content = Arrays.copyOfRange(file, (part - 1) * PART, Math.min(part * PART, file.length));
        assertThat(Api.json(signed).path("bytes").asInt()).isEqualTo(content.length);
        HttpResponse<String> stored = put(Api.json(signed).path("url").asText(), content);
        assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
        return stored.headers().firstValue("ETag").orElseThrow();
    }

    /** Sends all parts of a file; returns them as a completion lists them. */
    ArrayNode putAll(String id, byte[] file) throws Exception {
        ArrayNode parts = Api.JSON.createArrayNode();
        for (int part = 1; (part - 1) * PART < file.length; part++) {
            add(parts, part, put(id, part, file));
        }
        return parts;
    }

    static ArrayNode add(ArrayNode parts, int number, String tag) {
        parts.addObject().put("PartNumber", number).put("ETag", tag);
        return parts;
    }

    static HttpResponse<String> put(String address, byte[] content, String... headers) throws Exception {
        HttpRequest.Builder request =
                HttpRequest.newBuilder(URI.create(address)).PUT(BodyPublishers.ofByteArray(content));
        if (headers.length > 0) {
            request.headers(headers);
        }
        // On a connection of its own: S3 ends one on which it has refused a body.
        return HttpClient.newHttpClient().send(request.build(), BodyHandlers.ofString());
    }

    /** Asks for the address of one PUT. */
    HttpResponse<String> whole(long bytes) throws Exception {
        return api.get(
                "/api/uploads/s3/params?filename=a.mp4&type=video%2Fmp4&metadata%5Btitle%5D=t&metadata%5Bbytes%5D="
                        + bytes + "&metadata%5Bname%5D=a.mp4");
    }
}
