package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The SHA-256 of an original that its client announces: compared here where that is possible, and kept for the worker. */
class OriginalChecksumTest extends WebTest {

    private static final byte[] FILE = bytes(6 * 1024 * 1024);
    private static final String OTHER = "ab".repeat(32);

    private final String right = sum(FILE);
    private Api user;

    private static String sum(byte[] file) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(file));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    private HttpResponse<String> form(String sum) throws Exception {
        return user.upload(
                new Form().field("title", "t").field("original_sha256", sum).file("video_file", "a.mp4", FILE));
    }

    private HttpResponse<String> raw(String sum) throws Exception {
        return user.send(user.raw("?title=t&original_sha256=" + sum, FILE));
    }

    private void assertKept(String id) throws Exception {
        assertThat(row(id)).containsEntry("announced_sha256", right).containsEntry("original_sha256", null);
        assertThat(Api.json(user.get("/api/videos/" + id))
                        .path("original_sha256")
                        .asText())
                .isEqualTo(right);
    }

    @Test
    void theRightOneIsKept() throws Exception {
        for (HttpResponse<String> answer : List.of(form(right), raw(right.toUpperCase(Locale.ROOT)))) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
            assertKept(Api.json(answer).path("video_id").asText());
        }
    }

    @Test
    void anotherFileIsRefusedAndNothingIsLeft() throws Exception {
        for (HttpResponse<String> answer : List.of(form(OTHER), raw(OTHER))) {
            assertProblem(answer, 400, "checksum_mismatch");
            assertThat(Api.json(answer).path("detail").asText()).contains(right, OTHER);
        }
        assertNothingLeft();
    }

    @Test
    void whatIsNoneIsRefused() throws Exception {
        assertProblem(form("abc"), 400, "checksum_invalid");
        assertProblem(raw(""), 400, "checksum_invalid");
        TusClient tus = new TusClient(user);
        assertProblem(
                tus.send(tus.request("/api/uploads")
                        .header("Upload-Length", "10")
                        .header("Upload-Metadata", TusClient.metadata("title", "t", "original_sha256", right + "0"))
                        .POST(BodyPublishers.noBody())),
                400,
                "checksum_invalid");
        DirectClient direct = new DirectClient(user);
        assertProblem(
                direct.create(direct.announcement(10).put("original_sha256", "z".repeat(64))), 400, "checksum_invalid");
        Form late =
                new Form().field("title", "t").file("video_file", "a.mp4", FILE).field("original_sha256", right);
        assertProblem(user.upload(late), 400, "invalid_request");
        Form twice = new Form()
                .field("title", "t")
                .field("original_sha256", right)
                .field("original_sha256", right)
                .file("video_file", "a.mp4", FILE);
        assertProblem(user.upload(twice), 400, "invalid_request");
        assertNothingLeft();
    }

    /** It would be another file, which nobody would keep. */
    @Test
    void aRepetitionWithAnotherOneIsRefused() throws Exception {
        byte[] another = FILE.clone();
        another[0]++;
        assertThat(keyed(FILE).statusCode()).isEqualTo(201);
        assertThat(keyed(FILE).statusCode()).isEqualTo(201);
        assertProblem(keyed(another), 409, "idempotency_mismatch");

        TusClient tus = new TusClient(user);
        String first = Api.json(keyed(tus, right)).path("video_id").asText();
        assertThat(Api.json(keyed(tus, right)).path("video_id").asText()).isEqualTo(first);
        assertProblem(keyed(tus, OTHER), 409, "idempotency_mismatch");
    }

    private HttpResponse<String> keyed(byte[] file) throws Exception {
        return user.send(user.raw("?title=t&original_sha256=" + sum(file), file).header("Idempotency-Key", "raw"));
    }

    private static HttpResponse<String> keyed(TusClient tus, String sum) throws Exception {
        return tus.send(tus.request("/api/uploads")
                .header("Idempotency-Key", "tus")
                .header("Upload-Length", String.valueOf(FILE.length))
                .header("Upload-Metadata", TusClient.metadata("title", "t", "original_sha256", sum))
                .POST(BodyPublishers.noBody()));
    }

    /** Nobody has seen all of the bytes: the worker compares it. */
    @Test
    void inPiecesAndDirectlyItIsKeptForTheWorker() throws Exception {
        TusClient tus = new TusClient(user);
        HttpResponse<String> created = tus.send(tus.request("/api/uploads")
                .header("Upload-Length", String.valueOf(FILE.length))
                .header("Upload-Metadata", TusClient.metadata("title", "t", "original_sha256", right))
                .POST(BodyPublishers.noBody()));
        String inPieces = Api.json(created).path("video_id").asText();
        assertThat(tus.patch(inPieces, FILE, 0, FILE.length).statusCode()).isEqualTo(204);
        assertKept(inPieces);

        DirectClient direct = new DirectClient(user);
        String parts = Api.json(direct.create(direct.announcement(FILE.length).put("original_sha256", right)))
                .path("uploadId")
                .asText();
        assertThat(direct.complete(parts, direct.putAll(parts, FILE)).statusCode())
                .isEqualTo(200);
        assertKept(parts);
    }
}
