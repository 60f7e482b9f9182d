package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayInputStream;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Resumable uploads of the IETF's drafts, at the address of tus: what differs from it. */
class ResumableDraftTest extends WebTest {

    private static final int PART = 5 * 1024 * 1024;
    private static final String PARTIAL = "application/partial-upload";

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    @AfterEach
    void nothingIsOpen() {
        assertBucketIsAsTheRowsSay();
    }

    private HttpRequest.Builder request(int version, String path) {
        return user.request(path).header("Upload-Draft-Interop-Version", String.valueOf(version));
    }

    private static void complete(HttpRequest.Builder request, int version, boolean complete) {
        request.header(
                version == 3 ? "Upload-Incomplete" : "Upload-Complete", complete == (version == 3) ? "?0" : "?1");
    }

    private HttpResponse<String> create(int version, boolean complete, BodyPublisher body, String... headers)
            throws Exception {
        HttpRequest.Builder request = request(version, "/api/uploads")
                .header("Upload-Metadata", TusClient.metadata("title", "t", "filename", "a.mp4"))
                .POST(body);
        complete(request, version, complete);
        for (int i = 0; i < headers.length; i += 2) {
            request.header(headers[i], headers[i + 1]);
        }
        return user.send(request);
    }

    private HttpResponse<String> append(int version, String path, long offset, boolean complete, BodyPublisher body)
            throws Exception {
        HttpRequest.Builder request = request(version, path)
                .header("Upload-Offset", String.valueOf(offset))
                .method("PATCH", body);
        if (version >= 6) {
            request.header("Content-Type", PARTIAL);
        }
        complete(request, version, complete);
        return user.send(request);
    }

    private HttpResponse<String> head(int version, String path) throws Exception {
        return user.send(request(version, path).method("HEAD", BodyPublishers.noBody()));
    }

    private static String location(HttpResponse<String> created) {
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return created.headers().firstValue("Location").orElseThrow();
    }

    private static BodyPublisher part(byte[] file, int from, int to) {
        return BodyPublishers.ofByteArray(Arrays.copyOfRange(file, from, to));
    }

    private void assertVideo(String location, byte[] file) {
        String id = location.substring(location.lastIndexOf('/') + 1);
        assertThat(row(id)).containsEntry("status", "uploaded").containsEntry("original_bytes", (long) file.length);
        assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket()).key("uploads/" + id + ".mp4"))
                        .asByteArray())
                .isEqualTo(file);
    }

    /** Nobody says how long the file is before its last piece. */
    @ParameterizedTest
    @ValueSource(ints = {3, 4, 5, 6, 7, 8})
    void eachVersionUploadsInPieces(int version) throws Exception {
        byte[] file = bytes(PART + 1000);
        String completeHeader = version == 3 ? "Upload-Incomplete" : "Upload-Complete";
        String not = version == 3 ? "?1" : "?0";

        HttpResponse<String> created = create(version, false, BodyPublishers.noBody());
        String path = location(created);
        assertThat(created.headers().firstValue(completeHeader)).hasValue(not);
        assertThat(created.headers().firstValue("Upload-Limit").orElseThrow())
                .matches("max-size=2147483648, min-size=1, max-age=86[34][0-9]{2}, expires=86[34][0-9]{2}");
        assertThat(created.headers().firstValue("Tus-Resumable")).isEmpty();

        HttpResponse<String> first = append(version, path, 0, false, part(file, 0, 700));
        assertThat(first.statusCode()).as(first.body()).isEqualTo(204);
        assertThat(TusClient.offset(first)).isEqualTo(700);
        HttpResponse<String> head = head(version, path);
        assertThat(TusClient.offset(head)).isEqualTo(700);
        assertThat(head.headers().firstValue(completeHeader)).hasValue(not);
        assertThat(head.headers().firstValue("Upload-Length")).isEmpty();

        HttpResponse<String> last = append(version, path, 700, true, part(file, 700, file.length));
        assertThat(last.statusCode()).as(last.body()).isEqualTo(204);
        assertThat(last.headers().firstValue(completeHeader)).hasValue(version == 3 ? "?0" : "?1");
        assertThat(last.headers().firstValue("Location").orElseThrow()).startsWith("/api/videos/");
        assertVideo(path, file);
    }

    @Test
    void aFileMayComeWithItsCreation() throws Exception {
        byte[] file = bytes(1000);

        HttpResponse<String> created = create(8, true, BodyPublishers.ofByteArray(file), "Content-Type", "video/mp4");

        assertThat(created.headers().firstValue("Upload-Complete")).hasValue("?1");
        assertThat(Api.json(created).path("status").asText()).isEqualTo("accepted");
        assertVideo(location(created), file);
    }

    /** By the final standard, requests have no interop version. */
    @Test
    void aClientNeedsNoInteropVersion() throws Exception {
        byte[] file = bytes(1000);
        HttpResponse<String> created = user.send(user.request("/api/uploads")
                .header("Upload-Complete", "?1")
                .header("Upload-Metadata", TusClient.metadata("title", "t"))
                .header("Content-Type", "video/mp4")
                .POST(BodyPublishers.ofByteArray(file)));

        assertVideo(location(created), file);
    }

    /** The length of a body in chunks is known at its end: behind a tail, at the end of a part, and of nothing at all. */
    @ParameterizedTest
    @ValueSource(ints = {1000, PART, PART + 1})
    void theLastPieceMayHaveAnyLength(int length) throws Exception {
        byte[] file = bytes(length);
        String whole = location(create(6, true, chunked(file)));
        assertVideo(whole, file);

        String inTwo = location(create(6, false, part(file, 0, length - 1)));
        assertThat(append(6, inTwo, length - 1, true, chunked(file[length - 1])).statusCode())
                .isEqualTo(204);
        assertVideo(inTwo, file);

        String behind = location(create(6, false, BodyPublishers.ofByteArray(file)));
        assertThat(append(6, behind, length, true, BodyPublishers.noBody()).statusCode())
                .isEqualTo(204);
        assertVideo(behind, file);

        String chunkedBehind = location(create(6, false, BodyPublishers.ofByteArray(file)));
        assertThat(append(6, chunkedBehind, length, true, chunked()).statusCode())
                .isEqualTo(204);
        assertVideo(chunkedBehind, file);
    }

    private static BodyPublisher chunked(byte... content) {
        return BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(content));
    }

    @Test
    void whatIsWrongIsRefused() throws Exception {
        BodyPublisher none = BodyPublishers.noBody();
        for (int version : List.of(2, 9, 66)) {
            assertProblem(create(version, false, none), 412, "draft_version_unsupported");
        }
        assertProblem(
                user.send(request(6, "/api/uploads")
                        .header("Upload-Metadata", TusClient.metadata("title", "t"))
                        .POST(none)),
                400,
                "invalid_request");
        assertProblem(create(6, true, none), 415, "not_a_video");
        assertProblem(create(6, true, chunked()), 415, "not_a_video");
        assertProblem(create(6, true, part(bytes(10), 0, 10), "Upload-Length", "11"), 400, "length_mismatch");
        assertProblem(create(6, false, none, "Upload-Length", "9999999999"), 413, "too_large");
        assertProblem(create(6, false, part(bytes(10), 0, 10), "Upload-Length", "9"), 413, "longer_than_announced");
        assertProblem(create(6, true, part(bytes(9), 0, 9), "Content-Type", "image/png"), 415, "not_a_video");
        assertNothingLeft();

        String path = location(create(6, false, none, "Upload-Length", "20"));
        assertProblem(append(6, path, 1, false, part(bytes(10), 0, 10)), 409, "wrong_offset");
        assertProblem(append(6, path, 0, true, part(bytes(10), 0, 10)), 409, "length_mismatch");
        assertProblem(
                user.send(request(6, path)
                        .header("Upload-Offset", "0")
                        .header("Upload-Complete", "?0")
                        .header("Content-Type", "video/mp4")
                        .method("PATCH", part(bytes(10), 0, 10))),
                415,
                "unsupported_media_type");
        assertThat(user.send(request(6, path).DELETE()).statusCode()).isEqualTo(204);
        assertThat(head(6, path).statusCode()).isEqualTo(410);
    }

    @Test
    void optionsNameWhatThereIs() throws Exception {
        HttpResponse<String> options = user.send(request(8, "/api/uploads").method("OPTIONS", BodyPublishers.noBody()));

        assertThat(options.headers().firstValue("Accept-Patch").orElseThrow()).contains(PARTIAL);
        assertThat(options.headers().firstValue("Upload-Limit")).hasValue("max-size=2147483648, min-size=1");
    }
}
