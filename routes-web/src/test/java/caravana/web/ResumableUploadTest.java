package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Sample;
import caravana.test.Waits;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;

/** Uploads that come in pieces, by tus 1.0.0: cut anywhere, taken over, cancelled, expired; and what is refused. */
class ResumableUploadTest extends WebTest {

    private static final Duration SOON = Waits.LIMIT;
    private static final int PART = 5 * 1024 * 1024;

    @Autowired
    private ProducerTemplate routes;

    private TusClient client;

    @BeforeEach
    void signUp() throws Exception {
        jdbc.update("DELETE FROM uploads");
        client = new TusClient(user());
    }

    /** After whatever happened, the bucket is as the rows say. */
    @AfterEach
    void nothingIsLeft() {
        jdbc.update("UPDATE videos SET expires_at = now() - interval '1 second' WHERE status = 'receiving'");
        sweep();
        assertBucketIsAsTheRowsSay();
        assertThat(jdbc.queryForObject("SELECT count(*) FROM upload_parts", Integer.class))
                .isZero();
    }

    private void sweep() {
        routes.requestBody("direct:finish-uploads", (Object) null);
        routes.requestBody("direct:expire-uploads", (Object) null);
        routes.requestBody("direct:purge-deleted", (Object) null);
        routes.requestBody("direct:sweep-uploads", (Object) null);
    }

    @Test
    void piecesOfAnySizeMakeTheVideo() throws Exception {
        byte[] file = bytes(2 * PART + 123_456);
        String id = client.create(file.length);
        assertThat(row(id)).containsEntry("status", "receiving");
        assertThat(client.offset(id)).isZero();

        int at = 0;
        for (int size : List.of(1, 1022, 2, 300_000, PART, 0, 2_000_000)) {
            HttpResponse<String> answer = client.patch(id, file, at, at + size);
            at += size;
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
            assertThat(TusClient.offset(answer)).isEqualTo(at);
            assertThat(client.offset(id)).isEqualTo(at);
            assertThat(answer.headers().firstValue("Upload-Expires")).isPresent();
            assertThat(answer.headers().firstValue("Tus-Resumable")).hasValue("1.0.0");
        }
        HttpResponse<String> last = client.patch(id, file, at, file.length);

        assertThat(last.statusCode()).isEqualTo(204);
        assertThat(last.headers().firstValue("Location")).hasValue("/api/videos/" + id);
        assertAccepted(id, file);
        HttpResponse<String> head = client.head(id);
        assertThat(TusClient.offset(head))
                .as("for a client that missed the answer")
                .isEqualTo(file.length);
        assertThat(head.headers().firstValue("Cache-Control")).hasValue("no-store");
        assertThat(head.headers().firstValue("Upload-Metadata").orElseThrow()).contains("filename");
        assertThat(Api.json(client.send(client.request("/api/uploads/" + id)))
                        .path("status")
                        .asText())
                .isEqualTo("accepted");
        await().atMost(SOON).until(() -> row(id).get("published_at") != null);
    }

    private void assertAccepted(String id, byte[] file) {
        assertThat(row(id))
                .containsEntry("status", "uploaded")
                .containsEntry("title", "t")
                .containsEntry("original_name", "a.mp4")
                .containsEntry("original_bytes", (long) file.length);
        assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket()).key("uploads/" + id + ".mp4"))
                        .asByteArray())
                .isEqualTo(file);
        assertThat(objects()).contains("uploads/" + id + ".mp4").noneMatch(key -> key.contains(id + ".tail"));
    }

    @Test
    void aFileThatComesWithItsCreationIsAcceptedAtOnce() throws Exception {
        byte[] file = bytes(100_000);

        HttpResponse<String> answer = client.send(client.creation(file.length)
                .header("Content-Type", "application/offset+octet-stream")
                .POST(BodyPublishers.ofByteArray(file)));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        String id = Api.json(answer).path("video_id").asText();
        assertThat(answer.headers().firstValue("Location")).hasValue("/api/uploads/" + id);
        assertThat(TusClient.offset(answer)).isEqualTo(file.length);
        assertAccepted(id, file);
    }

    @Test
    void aConnectionMayEndAtAnyByte() throws Exception {
        byte[] file = bytes(3 * PART + 777);
        Random random = new Random(23);
        int cuts = Sample.size("cuts of an upload", 6, 100);
        String id = client.create(file.length);

        long sent = 0;
        for (int cut = 0; cut < cuts; cut++) {
            long offset = client.offset(id);
            int some = random.nextInt((int) Math.min(PART, file.length - offset));
            try (Wire wire = new Wire(port)) {
                wire.send(client.onTheWire(id, offset, file.length - offset))
                        .send(Arrays.copyOfRange(file, (int) offset, (int) offset + some));
                sent += some;
                if (cut % 2 == 0) {
                    wire.halfClose();
                    // The request before it may have ended in between, and moved the offset.
                    assertThat(wire.answer().status()).isIn(400, 409);
                } else {
                    wire.reset();
                }
            }
        }
        await().atMost(SOON).until(() -> {
            long offset = client.offset(id);
            HttpResponse<String> rest = client.patch(id, file, (int) offset, file.length);
            // The request before may not have ended.
            return rest.statusCode() == 204;
        });

        assertAccepted(id, file);
        assertThat(sent).isPositive();
    }

    @Test
    void theNewestWriterWinsAndTheOtherOneDamagesNothing() throws Exception {
        byte[] first = bytes(2 * PART);
        byte[] second = bytes(2 * PART + 1);
        second = Arrays.copyOf(second, first.length);
        String id = client.create(first.length);
        try (Wire slow = new Wire(port)) {
            slow.send(client.onTheWire(id, 0, first.length)).send(Arrays.copyOf(first, PART + 1000));
            await().atMost(SOON).until(() -> client.offset(id) == PART);
            // Another client has another file.
            HttpResponse<String> wrong = client.patch(id, second, 0, second.length);
            assertProblem(wrong, 409, "wrong_offset");

            HttpResponse<String> answer = client.patch(id, second, PART, second.length - 1);

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
            slow.send(Arrays.copyOfRange(first, PART + 1000, first.length));
            Wire.Answer refused = slow.answer();
            assertThat(refused.status()).as(refused.text()).isEqualTo(409);
            assertThat(refused.problemCode()).isEqualTo("superseded");
        }
        assertThat(client.patch(id, second, second.length - 1, second.length).statusCode())
                .isEqualTo(204);
        System.arraycopy(first, 0, second, 0, PART);
        assertAccepted(id, second);
    }

    @Test
    void aChecksumCountsForTheWholeRequest() throws Exception {
        byte[] file = bytes(PART + 100_000);
        String id = client.create(file.length);

        HttpResponse<String> wrong =
                client.send(client.piece(id, 0, file).header("Upload-Checksum", "sha1 " + sum("SHA-1", bytes(10))));

        assertProblem(wrong, 460, "checksum_mismatch");
        assertThat(client.offset(id)).isZero();
        int half = PART + 10;
        HttpResponse<String> right = client.send(client.piece(id, 0, Arrays.copyOf(file, half))
                .header("Upload-Checksum", "sha256 " + sum("SHA-256", Arrays.copyOf(file, half))));
        assertThat(right.statusCode()).as(right.body()).isEqualTo(204);
        assertThat(client.patch(id, file, half, file.length).statusCode()).isEqualTo(204);
        assertAccepted(id, file);
        for (String invalid : List.of("sha1", "crc9 AAAA", "sha1 *", "sha1 AAAA")) {
            assertProblem(
                    client.send(client.piece(client.create(10), 0, bytes(10)).header("Upload-Checksum", invalid)),
                    400,
                    "checksum_invalid");
        }
    }

    private static String sum(String algorithm, byte[] bytes) throws Exception {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance(algorithm).digest(bytes));
    }

    @Test
    void theLengthMayComeLater() throws Exception {
        byte[] file = bytes(200_000);
        HttpResponse<String> created = client.send(client.request("/api/uploads")
                .header("Upload-Defer-Length", "1")
                .header("Upload-Metadata", TusClient.metadata("filename", "a.mp4", "title", "t"))
                .POST(BodyPublishers.noBody()));
        String id = Api.json(created).path("video_id").asText();

        assertThat(client.patch(id, file, 0, file.length).statusCode()).isEqualTo(204);
        HttpResponse<String> head = client.head(id);
        assertThat(head.headers().firstValue("Upload-Defer-Length")).hasValue("1");
        assertThat(head.headers().firstValue("Upload-Length")).isEmpty();
        assertProblem(
                client.send(client.piece(id, file.length, new byte[0]).header("Upload-Length", "100")),
                409,
                "length_mismatch");
        HttpResponse<String> last = client.send(
                client.piece(id, file.length, new byte[0]).header("Upload-Length", String.valueOf(file.length)));

        assertThat(last.statusCode()).as(last.body()).isEqualTo(204);
        assertAccepted(id, file);
    }

    @Test
    void anUploadThatIsCancelledIsGoneAtOnce() throws Exception {
        byte[] file = bytes(2 * PART);
        String id = client.create(file.length);
        try (Wire writer = new Wire(port)) {
            writer.send(client.onTheWire(id, 0, file.length)).send(Arrays.copyOf(file, PART + 1000));
            await().atMost(SOON).until(() -> client.offset(id) == PART);

            assertThat(client.cancel(id).statusCode()).isEqualTo(204);

            assertNothingLeft();
            writer.send(Arrays.copyOfRange(file, PART + 1000, file.length));
            assertThat(writer.answer().problemCode()).isEqualTo("superseded");
        }
        assertThat(client.head(id).statusCode()).isEqualTo(410);
        assertProblem(client.patch(id, file, 0, 10), 410, "upload_cancelled");
        assertProblem(client.cancel(id), 410, "upload_cancelled");
        assertNothingLeft();

        String complete = client.create(10);
        client.patch(complete, bytes(10), 0, 10);
        assertProblem(client.cancel(complete), 409, "upload_complete");
        assertThat(count("uploaded")).isEqualTo(1);
    }

    @Test
    void anExpiredUploadLeavesNothing() throws Exception {
        byte[] file = bytes(PART + 10);
        String id = client.create(file.length);
        client.patch(id, file, 0, PART + 5);
        assertThat(objects()).hasSize(1);
        assertThat(s3.listMultipartUploads(l -> l.bucket(bucket())).uploads()).hasSize(1);
        jdbc.update("UPDATE uploads SET expires_at = now() - interval '1 second'");
        jdbc.update("UPDATE videos SET expires_at = now() - interval '1 second'");
        assertProblem(client.patch(id, file, PART + 5, file.length), 410, "upload_expired");

        sweep();

        assertNothingLeft();
        assertProblem(client.patch(id, file, PART + 5, file.length), 410, "upload_expired");
        assertThat(client.head(id).statusCode()).isEqualTo(410);
        jdbc.update("UPDATE uploads SET expires_at = now() - interval '2 days'");
        sweep();
        assertThat(client.head(id).statusCode()).isEqualTo(404);
    }

    /** What an older version of web deletes, which knows videos only. */
    @Test
    void aVideoThatAnOlderVersionHasDeletedLeavesNothing() throws Exception {
        byte[] file = bytes(PART + 10);
        String id = client.create(file.length);
        client.patch(id, file, 0, PART + 5);
        jdbc.update("DELETE FROM videos");

        sweep();

        assertNothingLeft();
        assertThat(client.head(id).statusCode()).isEqualTo(410);
    }

    /** A web node that ends between the last byte and the video. */
    @Test
    void whatHasArrivedIsFinishedBySomebodyElse() throws Exception {
        for (boolean asked : List.of(true, false)) {
            byte[] file = bytes(PART + 10);
            String id = client.create(file.length);
            client.patch(id, file, 0, PART);
            jdbc.update("UPDATE uploads SET finishing_until = now() + interval '1 hour' WHERE ended IS NULL");
            assertThat(client.patch(id, file, PART, file.length).statusCode()).isEqualTo(204);
            assertThat(row(id)).containsEntry("status", "receiving");
            jdbc.update("UPDATE uploads SET finishing_until = now() - interval '1 second' WHERE ended IS NULL");

            if (asked) {
                assertThat(client.offset(id)).isEqualTo(file.length);
            } else {
                routes.requestBody("direct:finish-uploads", (Object) null);
            }

            assertAccepted(id, file);
        }
    }

    @Test
    void aRepeatedCreationLeadsToTheSameUpload() throws Exception {
        byte[] file = bytes(1000);
        HttpResponse<String> first = client.send(client.creation(1000).header("Idempotency-Key", "k1"));
        String id = Api.json(first).path("video_id").asText();
        client.patch(id, file, 0, 400);

        HttpResponse<String> again = client.send(client.creation(1000).header("Idempotency-Key", "k1"));

        assertThat(again.statusCode()).as(again.body()).isEqualTo(201);
        assertThat(again.headers().firstValue("Location")).hasValue("/api/uploads/" + id);
        assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        assertThat(TusClient.offset(again)).isEqualTo(400);
        assertProblem(client.send(client.creation(1001).header("Idempotency-Key", "k1")), 409, "idempotency_mismatch");
        HttpResponse<String> other =
                client.api().send(client.api().raw("?title=t", file).header("Idempotency-Key", "k1"));
        assertProblem(other, 409, "idempotency_in_progress");
        assertThat(other.headers().firstValue("Retry-After")).isPresent();
        client.patch(id, file, 400, 1000);
        HttpResponse<String> afterwards = client.send(client.creation(1000).header("Idempotency-Key", "k1"));
        assertThat(TusClient.offset(afterwards)).isEqualTo(1000);
        assertThat(count("uploaded")).isEqualTo(1);
    }

    @Test
    void aKeyOfAnUploadInOneBodyIsNotForOneInPieces() throws Exception {
        byte[] file = bytes(1000);
        assertThat(client.api()
                        .send(client.api().raw("?title=Generated", file).header("Idempotency-Key", "k2"))
                        .statusCode())
                .isEqualTo(201);

        assertProblem(client.send(client.creation(1000).header("Idempotency-Key", "k2")), 409, "idempotency_mismatch");
        assertThat(count("receiving")).isZero();
    }

    @Test
    void whatIsWrongIsRefusedBeforeAByteAndLeavesNothing() throws Exception {
        Map<String, String> no = Map.of();
        assertRefused(Map.of("Upload-Length", "x"), 400, "invalid_request");
        assertRefused(Map.of("Upload-Length", "-1"), 400, "invalid_request");
        assertRefused(no, 400, "invalid_request");
        assertRefused(Map.of("Upload-Length", "5", "Upload-Defer-Length", "1"), 400, "invalid_request");
        assertRefused(Map.of("Upload-Defer-Length", "2"), 400, "invalid_request");
        assertRefused(Map.of("Upload-Length", "5", "Upload-Concat", "partial"), 400, "invalid_request");
        assertRefused(Map.of("Upload-Length", "5", "Upload-Concat", "final;/api/uploads/a"), 400, "invalid_request");
        assertRefused(Map.of("Upload-Length", "0"), 415, "not_a_video");
        assertRefused(Map.of("Upload-Length", "999999999999"), 413, "too_large");
        assertRefused(Map.of("Upload-Length", String.valueOf(Long.MAX_VALUE)), 413, "too_large");
        assertRefused(Map.of("Upload-Length", "9".repeat(40)), 413, "too_large");
        assertRefused(Map.of("Upload-Length", "5", "Upload-Metadata", "title *"), 400, "metadata_invalid");
        assertRefused(Map.of("Upload-Length", "5", "Upload-Metadata", "title"), 400, "title_invalid");
        assertRefused(Map.of("Upload-Length", "5"), 400, "title_invalid");
        assertRefused(
                Map.of("Upload-Length", "5", "Upload-Metadata", TusClient.metadata("filename", "a.pdf")),
                415,
                "not_a_video");
        assertRefused(
                Map.of(
                        "Upload-Length",
                        "5",
                        "Upload-Metadata",
                        TusClient.metadata("title", "t", "filetype", "image/png")),
                415,
                "not_a_video");
        assertRefused(
                Map.of(
                        "Upload-Length",
                        "5",
                        "Upload-Metadata",
                        TusClient.metadata("title", "t", "transformaciones", "sepia")),
                400,
                "unknown_transformation");
        assertProblem(
                client.send(client.creation(5).setHeader("Tus-Resumable", "0.2.2")), 412, "tus_version_unsupported");
        assertProblem(
                client.api()
                        .send(client.api()
                                .request("/api/uploads")
                                .header("Upload-Length", "5")
                                .POST(BodyPublishers.noBody())),
                412,
                "tus_version_unsupported");
        HttpResponse<String> otherType = client.send(
                client.creation(5).header("Content-Type", "video/mp4").POST(BodyPublishers.ofByteArray(bytes(5))));
        assertProblem(otherType, 415, "unsupported_media_type");
        assertThat(Api.json(otherType).path("detail").asText())
                .contains("video/mp4", "as application/offset+octet-stream");
        assertNothingLeft();
    }

    /** Each header would be ignored by the other protocol. */
    @Test
    void headersOfBothProtocolsAreRefused() throws Exception {
        for (Map.Entry<String, String> draft : Map.of(
                        "Upload-Complete", "?0", "Upload-Incomplete", "?1", "Upload-Draft-Interop-Version", "6")
                .entrySet()) {
            assertBoth(client.creation(5).header(draft.getKey(), draft.getValue()), draft.getKey());
        }
        assertNothingLeft();
        String id = client.create(5);
        assertBoth(client.piece(id, 0, bytes(5)).header("Upload-Complete", "?1"), "Upload-Complete");
        assertThat(client.offset(id)).isZero();
    }

    private void assertBoth(HttpRequest.Builder request, String header) throws Exception {
        HttpResponse<String> answer = client.send(request);
        assertProblem(answer, 400, "invalid_request");
        assertThat(Api.json(answer).path("detail").asText()).contains("Tus-Resumable", header);
    }

    @Test
    void aLengthThatIsGivenLaterIsNotZero() throws Exception {
        HttpResponse<String> created = client.send(client.request("/api/uploads")
                .header("Upload-Defer-Length", "1")
                .header("Upload-Metadata", TusClient.metadata("title", "t"))
                .POST(BodyPublishers.noBody()));
        String id = Api.json(created).path("video_id").asText();
        assertThat(client.patch(id, bytes(5), 0, 5).statusCode()).isEqualTo(204);

        HttpResponse<String> answer =
                client.send(client.piece(id, 5, new byte[0]).header("Upload-Length", "0"));

        assertProblem(answer, 415, "not_a_video");
        assertThat(Api.json(answer).path("detail").asText()).startsWith("The header Upload-Length is 0");
    }

    private void assertRefused(Map<String, String> headers, int status, String code) throws Exception {
        var request = client.request("/api/uploads").POST(BodyPublishers.noBody());
        headers.forEach(request::header);
        HttpResponse<String> answer = client.send(request);
        assertProblem(answer, status, code);
        assertThat(answer.headers().firstValue("Tus-Resumable")).hasValue("1.0.0");
    }

    @Test
    void piecesThatDoNotFitAreRefused() throws Exception {
        byte[] file = bytes(2000);
        String id = client.create(1000);
        assertProblem(client.patch(id, file, 1, 10), 409, "wrong_offset");
        assertProblem(client.patch(id, file, 0, 1001), 413, "longer_than_announced");
        assertProblem(
                client.send(client.request("/api/uploads/" + id)
                        .header("Content-Type", "application/offset+octet-stream")
                        .method("PATCH", BodyPublishers.noBody())),
                400,
                "invalid_request");
        assertProblem(
                client.send(client.piece(id, 0, file).setHeader("Content-Type", "video/mp4")),
                415,
                "unsupported_media_type");
        // Of unknown length, it is counted.
        HttpResponse<String> chunked = client.send(client.piece(id, 0, file)
                .method("PATCH", BodyPublishers.ofInputStream(() -> new java.io.ByteArrayInputStream(file))));
        assertProblem(chunked, 413, "longer_than_announced");
        assertThat(client.offset(id)).isZero();

        TusClient stranger = new TusClient(user());
        assertThat(stranger.head(id).statusCode()).isEqualTo(403);
        assertProblem(stranger.patch(id, file, 0, 10), 403, "not_owner");
        assertProblem(stranger.cancel(id), 403, "not_owner");
        for (String unknown : List.of("x", java.util.UUID.randomUUID().toString())) {
            assertThat(client.head(unknown).statusCode()).isEqualTo(404);
            assertProblem(client.patch(unknown, file, 0, 10), 404, "not_found");
            assertProblem(client.cancel(unknown), 404, "not_found");
        }
        assertThat(new TusClient(api()).head(id).statusCode()).isEqualTo(401);

        assertThat(client.patch(id, file, 0, 1000).statusCode()).isEqualTo(204);
        assertThat(client.send(client.piece(id, 1000, new byte[0])).statusCode())
                .as("once more")
                .isEqualTo(204);
        assertProblem(client.patch(id, file, 0, 10), 409, "wrong_offset");
    }

    @Test
    void aFileThatIsNoVideoIsRefusedByItsFirstBytes() throws Exception {
        byte[] pdf = Arrays.copyOf("%PDF-1.7 and so on".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 5000);
        for (int first : List.of(5000, 500)) {
            String id = client.create(pdf.length);
            HttpResponse<String> answer = client.patch(id, pdf, 0, first);
            if (first < 1024) {
                assertThat(answer.statusCode()).isEqualTo(204);
                answer = client.patch(id, pdf, first, pdf.length);
            }
            assertProblem(answer, 415, "not_a_video");
            assertNothingLeft();
            assertProblem(client.patch(id, pdf, 0, 10), 410, "upload_refused");
        }
    }

    @Test
    void theServerSaysWhatItCanDo() throws Exception {
        HttpResponse<String> options =
                api().send(api().request("/api/uploads").method("OPTIONS", BodyPublishers.noBody()));

        assertThat(options.statusCode()).isEqualTo(204);
        assertThat(options.headers().firstValue("Tus-Version")).hasValue("1.0.0");
        assertThat(options.headers().firstValue("Tus-Extension"))
                .hasValue("creation,creation-with-upload,creation-defer-length,expiration,checksum,termination");
        assertThat(options.headers().firstValue("Tus-Max-Size")).hasValue("2147483648");
        assertThat(options.headers().firstValue("Tus-Checksum-Algorithm")).hasValue("md5,sha1,sha256");
    }

    /** For environments without PATCH and DELETE. */
    @Test
    void theMethodMayBeOverridden() throws Exception {
        byte[] file = bytes(1000);
        String id = client.create(1000);
        HttpResponse<String> answer = Api.HTTP.send(
                client.piece(id, 0, file)
                        .header("X-HTTP-Method-Override", "PATCH")
                        .POST(BodyPublishers.ofByteArray(file))
                        .build(),
                HttpResponse.BodyHandlers.ofString());

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(204);
        assertAccepted(id, file);
    }
}
