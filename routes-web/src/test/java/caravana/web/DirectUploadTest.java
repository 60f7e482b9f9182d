package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;

import caravana.test.Queues;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.UUID;
import java.util.stream.StreamSupport;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import software.amazon.awssdk.services.s3.model.CompletedPart;

/** Uploads whose bytes go to S3 without passing web: in parts, and by one PUT; and what is refused of them. */
class DirectUploadTest extends WebTest {

    private static final int PART = DirectClient.PART;

    @Autowired
    private ProducerTemplate routes;

    private DirectClient client;

    @BeforeEach
    void signUp() throws Exception {
        jdbc.update("DELETE FROM uploads");
        client = new DirectClient(user());
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
        for (String route :
                List.of("finish-uploads", "expire-uploads", "purge-deleted", "sweep-uploads", "sweep-late-puts")) {
            routes.requestBody("direct:" + route, (Object) null);
        }
    }

    private void assertAccepted(String id, byte[] file) {
        assertThat(row(id))
                .containsEntry("status", "uploaded")
                .containsEntry("title", "t")
                .containsEntry("original_name", "a.mp4")
                .containsEntry("original_bytes", (long) file.length);
        assertThat(row(id).get("published_at")).isNotNull();
        assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket()).key("uploads/" + id + ".mp4"))
                        .asByteArray())
                .isEqualTo(file);
    }

    @Test
    void partsMakeTheVideo() throws Exception {
        byte[] file = bytes(2 * PART + 123_456);
        HttpResponse<String> created = client.create(client.announcement(file.length));
        JsonNode upload = Api.json(created);
        String id = upload.path("uploadId").asText();
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        assertThat(created.headers().firstValue("Location")).hasValue("/api/uploads/" + id);
        assertThat(created.headers().firstValue("Tus-Resumable")).isEmpty();
        assertThat(upload.path("key").asText()).isEqualTo("uploads/" + id + ".mp4");
        assertThat(upload.path("parts").asInt()).isEqualTo(3);
        assertThat(row(id)).containsEntry("status", "receiving");

        ArrayNode parts = client.putAll(id, file);

        assertThat(Api.json(client.list(id)).findValues("Size").stream().map(JsonNode::asInt))
                .containsExactly(PART, PART, 123_456);
        HttpResponse<String> completed = client.complete(id, parts);
        assertThat(completed.statusCode()).as(completed.body()).isEqualTo(200);
        assertThat(Api.json(completed).path("location").asText()).isEqualTo("/api/videos/" + id);
        assertThat(completed.headers().firstValue("Location")).hasValue("/api/videos/" + id);
        assertAccepted(id, file);
        HttpResponse<String> again = client.complete(id, parts);
        assertThat(again.body()).as("for a client that missed the answer").isEqualTo(completed.body());
        assertProblem(client.abort(id), 409, "upload_complete");
        assertProblem(client.sign(id, 1), 409, "upload_complete");
        assertThat(Queues.receiveAll(sqs, queue())).hasSize(1);
    }

    @Test
    void anAddressIsForOnePartOfOneLength() throws Exception {
        byte[] file = bytes(PART + 1000);
        String id = client.create(file.length);
        String address = Api.json(client.sign(id, 2)).path("url").asText();

        assertThat(address)
                .contains("X-Amz-SignedHeaders=content-length%3Bhost")
                .contains("X-Amz-Expires=900");
        assertThat(DirectClient.put(address, bytes(1001)).statusCode()).isEqualTo(403);
        assertThat(DirectClient.put(address.replace("partNumber=2", "partNumber=1"), bytes(1000))
                        .statusCode())
                .isEqualTo(403);
        assertThat(Api.json(client.list(id))).isEmpty();
        assertThat(DirectClient.put(address, bytes(1000)).statusCode()).isEqualTo(200);
        for (Object other : List.of(0, -1, 3, 10_001)) {
            assertProblem(client.sign(id, other), 400, "no_such_part");
        }
        assertProblem(client.sign(id, "one"), 404, "not_found");
    }

    @Test
    void aPartThatWasDamagedOnItsWayIsRefusedByS3() throws Exception {
        byte[] file = bytes(1000);
        String id = client.create(file.length);
        String address = Api.json(client.sign(id, 1)).path("url").asText();
        String sum = Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(file));

        HttpResponse<String> damaged = DirectClient.put(address, Arrays.copyOf(bytes(1001), 1000), "Content-MD5", sum);

        assertThat(damaged.statusCode()).as(damaged.body()).isEqualTo(400);
        assertThat(damaged.body()).contains("BadDigest");
        assertThat(Api.json(client.list(id))).isEmpty();
        HttpResponse<String> right = DirectClient.put(address, file, "Content-MD5", sum);
        String tag = right.headers().firstValue("ETag").orElseThrow();
        assertThat(client.complete(id, DirectClient.add(list(), 1, tag)).statusCode())
                .isEqualTo(200);
        assertAccepted(id, file);
    }

    @Test
    void partsMustBeThoseThatWereSent() throws Exception {
        byte[] file = bytes(2 * PART + 10);
        String id = client.create(file.length);
        String first = client.put(id, 1, file);
        String third = client.put(id, 3, file);
        ArrayNode two = DirectClient.add(DirectClient.add(list(), 1, first), 3, third);

        HttpResponse<String> missing = client.complete(id, two);
        assertProblem(missing, 409, "parts_missing");
        assertThat(Api.json(missing).path("detail").asText()).contains("1 are missing in the request or in S3: 2.");
        // S3 does not have it, whatever the request says.
        ArrayNode claimed = DirectClient.add(DirectClient.add(DirectClient.add(list(), 1, first), 2, first), 3, third);
        assertProblem(client.complete(id, claimed), 409, "parts_missing");
        String second = client.put(id, 2, file);
        assertProblem(client.complete(id, two), 409, "parts_missing");
        assertProblem(
                client.complete(id, DirectClient.add(DirectClient.add(list(), 2, second), 1, first)),
                400,
                "parts_out_of_order");
        assertProblem(
                client.complete(id, DirectClient.add(DirectClient.add(list(), 1, first), 1, first)),
                400,
                "parts_out_of_order");
        String other = client.create(file.length);
        String ofOther = client.put(other, 2, bytes(3 * PART));
        ArrayNode mixed = DirectClient.add(DirectClient.add(DirectClient.add(list(), 1, first), 2, ofOther), 3, third);
        assertProblem(client.complete(id, mixed), 409, "part_mismatch");
        ArrayNode more = client.putAll(id, file);
        assertProblem(client.complete(id, DirectClient.add(more.deepCopy(), 4, first)), 400, "no_such_part");
        assertProblem(client.complete(id, list()), 400, "invalid_request");
        ArrayNode many = list();
        for (int part = 1; part <= 10_001; part++) {
            DirectClient.add(many, part, first);
        }
        HttpResponse<String> tooMany = client.complete(id, many);
        assertProblem(tooMany, 400, "invalid_request");
        assertThat(Api.json(tooMany).path("detail").asText())
                .isEqualTo("The field parts must be a list of 1 to 10000 items.");

        assertThat(row(id)).containsEntry("status", "receiving");
        assertThat(client.complete(id, more).statusCode()).isEqualTo(200);
        assertAccepted(id, file);
    }

    private static ArrayNode list() {
        return Api.JSON.createArrayNode();
    }

    /** A part may come again; the one that S3 has counts. */
    @Test
    void aPartThatWasSentAgainTakesThePlaceOfTheFirst() throws Exception {
        byte[] file = bytes(1000);
        String id = client.create(file.length);
        String old = client.put(id, 1, Arrays.copyOf(bytes(2000), 1000));
        String now = client.put(id, 1, file);

        assertProblem(client.complete(id, DirectClient.add(list(), 1, old)), 409, "part_mismatch");
        assertThat(client.complete(id, DirectClient.add(list(), 1, now)).statusCode())
                .isEqualTo(200);
        assertAccepted(id, file);
    }

    @Test
    void whatIsNoVideoIsRefusedAtItsCompletionAndRemoved() throws Exception {
        byte[] file = "%PDF-1.7 and so on".getBytes(StandardCharsets.UTF_8);
        String id = client.create(file.length);
        ArrayNode parts = client.putAll(id, file);

        assertProblem(client.complete(id, parts), 415, "not_a_video");

        assertThat(objects()).isEmpty();
        assertThat(jdbc.queryForObject("SELECT count(*) FROM videos", Integer.class))
                .isZero();
        assertProblem(client.complete(id, parts), 410, "upload_refused");
    }

    @Test
    void whatCannotBeAVideoIsRefusedBeforeAByteIsSent() throws Exception {
        assertProblem(client.create(client.announcement(0)), 415, "not_a_video");
        assertProblem(client.create(client.announcement(3L * 1024 * 1024 * 1024)), 413, "too_large");
        assertProblem(client.create(client.announcement(10).put("filename", "a.pdf")), 415, "not_a_video");
        assertProblem(client.create(client.announcement(10).put("type", "text/plain")), 415, "not_a_video");
        assertProblem(client.create(client.announcement(10).put("title", " ")), 400, "title_invalid");
        assertProblem(client.create(client.announcement(10).put("preset", "none")), 400, "unknown_preset");
        assertProblem(client.create(client.announcement(10).put("part_bytes", 1)), 400, "invalid_request");
        ObjectNode without = client.announcement(10);
        without.remove("bytes");
        assertProblem(client.create(without), 400, "invalid_request");
        assertProblem(client.whole(0), 415, "not_a_video");
        assertProblem(client.whole(3L * 1024 * 1024 * 1024), 413, "too_large");
        assertProblem(client.api().get("/api/uploads/s3/params?filename=a.mp4"), 400, "invalid_request");
        assertNothingLeft();
    }

    @Test
    void quotasHold() throws Exception {
        jdbc.update(
                "INSERT INTO account_quotas (owner_id, bytes, open_uploads) VALUES (CAST(? AS uuid), 1000, 1)",
                client.api().subject());

        assertProblem(client.create(client.announcement(1001)), 403, "quota_exceeded");
        String id = client.create(1000);
        assertProblem(client.whole(1), 403, "quota_exceeded");
        assertThat(client.abort(id).body()).isEqualTo("{}");
        assertThat(client.whole(1000).statusCode()).isEqualTo(200);
    }

    @Test
    void uploadsAreOneAccounts() throws Exception {
        byte[] file = bytes(10);
        String id = client.create(file.length);
        ArrayNode parts = client.putAll(id, file);
        DirectClient other = new DirectClient(user());

        assertProblem(other.sign(id, 1), 403, "not_owner");
        assertProblem(other.list(id), 403, "not_owner");
        assertProblem(other.complete(id, parts), 403, "not_owner");
        assertProblem(other.abort(id), 403, "not_owner");
        assertProblem(other.sign(UUID.randomUUID().toString(), 1), 404, "not_found");
        String another = client.create(10);
        assertProblem(
                client.api().get("/api/uploads/s3/multipart/" + another + "/1?key=" + DirectClient.key(id)),
                400,
                "invalid_request");
        assertThat(client.complete(id, parts).statusCode()).isEqualTo(200);
    }

    @Test
    void anAddressExtendsTheUploadOnceAFiftiethOfItsTimeHasPassed() throws Exception {
        String id = client.create(PART + 1000);
        Object created = expiry(id);
        assertThat(client.sign(id, 1).statusCode()).isEqualTo(200);
        assertThat(expiry(id)).isEqualTo(created);

        for (String row : List.of("uploads SET %s WHERE video_id", "videos SET %s WHERE id")) {
            jdbc.update(
                    "UPDATE " + row.formatted("expires_at = expires_at - interval '1 hour'") + " = CAST(? AS uuid)",
                    id);
        }
        assertThat(client.sign(id, 1).statusCode()).isEqualTo(200);
        assertThat(jdbc.queryForObject(
                        "SELECT videos.expires_at = uploads.expires_at AND videos.expires_at > now() + interval '23.9 hours'"
                                + " FROM uploads JOIN videos ON videos.id = video_id WHERE video_id = CAST(? AS uuid)",
                        Boolean.class,
                        id))
                .isTrue();
    }

    private Object expiry(String id) {
        return jdbc.queryForObject("SELECT expires_at FROM uploads WHERE video_id = CAST(? AS uuid)", Object.class, id);
    }

    @Test
    void anUploadThatHasEndedIsGone() throws Exception {
        byte[] file = bytes(10);
        String expired = client.create(file.length);
        ArrayNode parts = client.putAll(expired, file);
        jdbc.update("UPDATE uploads SET expires_at = now() - interval '1 second'");
        assertProblem(client.sign(expired, 1), 410, "upload_expired");
        assertProblem(client.complete(expired, parts), 410, "upload_expired");
        jdbc.update("UPDATE videos SET expires_at = now() - interval '1 second'");
        sweep();
        assertProblem(client.list(expired), 410, "upload_expired");
        assertNothingLeft();

        String cancelled = client.create(file.length);
        client.put(cancelled, 1, file);
        assertThat(client.abort(cancelled).statusCode()).isEqualTo(200);
        assertProblem(client.complete(cancelled, parts), 410, "upload_cancelled");
        assertNothingLeft();
    }

    @Test
    void aRepeatedCreationLeadsToTheSameUpload() throws Exception {
        String body = client.announcement(10).toString();
        HttpResponse<String> first = keyed(body);
        // Web ended before it had begun in S3.
        jdbc.update("UPDATE uploads SET multipart_id = NULL");

        HttpResponse<String> again = keyed(body);

        assertThat(Api.json(again).path("uploadId")).isEqualTo(Api.json(first).path("uploadId"));
        assertThat(again.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        assertProblem(keyed(client.announcement(11).toString()), 409, "idempotency_mismatch");
        assertProblem(
                keyed(client.announcement(10).put("part_bytes", 2 * PART).toString()), 409, "idempotency_mismatch");
        byte[] file = bytes(10);
        String id = Api.json(first).path("uploadId").asText();
        assertThat(client.complete(id, client.putAll(id, file)).statusCode()).isEqualTo(200);
        assertAccepted(id, file);
    }

    private HttpResponse<String> keyed(String body) throws Exception {
        return client.api()
                .send(client.api()
                        .request("/api/uploads/s3/multipart")
                        .header("Content-Type", "application/json")
                        .header("Idempotency-Key", "k")
                        .POST(BodyPublishers.ofString(body)));
    }

    /** Web ended after S3 had made the object, or before: the reconciler continues. */
    @Test
    void theReconcilerFinishesWhatHasArrived() throws Exception {
        byte[] file = bytes(PART + 10);
        for (boolean made : List.of(true, false)) {
            String id = client.create(file.length);
            ArrayNode parts = client.putAll(id, file);
            String multipart = jdbc.queryForObject(
                    "SELECT multipart_id FROM uploads WHERE video_id = CAST(? AS uuid)", String.class, id);
            parts.forEach(part -> jdbc.update(
                    "INSERT INTO upload_parts (video_id, number, bytes, etag) VALUES (CAST(? AS uuid), ?, 1, ?)",
                    id,
                    part.path("PartNumber").asInt(),
                    part.path("ETag").asText()));
            jdbc.update("UPDATE uploads SET received_bytes = bytes WHERE video_id = CAST(? AS uuid)", id);
            if (made) {
                s3.completeMultipartUpload(c -> c.bucket(bucket())
                        .key("uploads/" + id + ".mp4")
                        .uploadId(multipart)
                        .multipartUpload(m -> m.parts(parts(parts))));
            }

            sweep();

            assertAccepted(id, file);
            assertThat(client.complete(id, parts).statusCode()).isEqualTo(200);
        }
    }

    private static List<CompletedPart> parts(ArrayNode parts) {
        return StreamSupport.stream(parts.spliterator(), false)
                .map(part -> CompletedPart.builder()
                        .partNumber(part.path("PartNumber").asInt())
                        .eTag(part.path("ETag").asText())
                        .build())
                .toList();
    }

    @Test
    void tusDoesNotWriteToIt() throws Exception {
        String id = client.create(10);
        TusClient tus = new TusClient(client.api());

        assertProblem(tus.patch(id, bytes(10), 0, 10), 409, "wrong_way");
        assertProblem(client.sign(tus.create(10), 1), 409, "wrong_way");
        assertThat(tus.cancel(id).statusCode()).isEqualTo(204);
        assertThat(objects()).isEmpty();
    }

    @Test
    void oneRequestTakesTheWholeFileAndTheReconcilerFindsIt() throws Exception {
        byte[] file = bytes(1000);
        JsonNode signed = Api.json(client.whole(file.length));
        String id = signed.path("video_id").asText();
        String address = signed.path("url").asText();
        assertThat(address).contains("X-Amz-SignedHeaders=content-length%3Bhost%3Bif-none-match");
        assertThat(DirectClient.put(address, file).statusCode())
                .as("without the header")
                .isEqualTo(403);
        assertThat(DirectClient.put(address, bytes(999), "If-None-Match", "*").statusCode())
                .isEqualTo(403);
        routes.requestBody("direct:find-puts", (Object) null);
        assertThat(row(id)).containsEntry("status", "receiving");
        jdbc.update("UPDATE uploads SET checked_at = now() - interval '1 minute'");

        assertThat(DirectClient.put(address, file, "If-None-Match", "*").statusCode())
                .isEqualTo(200);
        routes.requestBody("direct:find-puts", (Object) null);

        assertAccepted(id, file);
        assertThat(DirectClient.put(address, bytes(1000), "If-None-Match", "*").statusCode())
                .as("once more")
                .isEqualTo(412);
    }

    @Test
    void aClientNeedNotWaitForTheReconciler() throws Exception {
        byte[] file = bytes(1000);
        JsonNode signed = Api.json(client.whole(file.length));
        String id = signed.path("video_id").asText();
        assertThat(status(id)).isEqualTo("receiving");

        DirectClient.put(signed.path("url").asText(), file, "If-None-Match", "*");

        assertThat(status(id)).isEqualTo("accepted");
        assertAccepted(id, file);
    }

    private String status(String id) throws Exception {
        return Api.json(client.api().get("/api/uploads/" + id)).path("status").asText();
    }

    @Test
    void aWholeFileThatIsNoVideoIsRemoved() throws Exception {
        byte[] file = "%PDF-1.7 and so on".getBytes(StandardCharsets.UTF_8);
        for (boolean asked : List.of(true, false)) {
            JsonNode signed = Api.json(client.whole(file.length));
            String id = signed.path("video_id").asText();
            DirectClient.put(signed.path("url").asText(), file, "If-None-Match", "*");

            if (asked) {
                assertProblem(client.api().get("/api/uploads/" + id), 415, "not_a_video");
            } else {
                routes.requestBody("direct:find-puts", (Object) null);
            }

            assertProblem(client.api().get("/api/uploads/" + id), 410, "upload_refused");
            assertNothingLeft();
        }
    }

    /** The address of a PUT works after its upload was cancelled. */
    @Test
    void whatComesAfterTheEndIsSwept() throws Exception {
        byte[] file = bytes(1000);
        JsonNode signed = Api.json(client.whole(file.length));
        String id = signed.path("video_id").asText();
        new TusClient(client.api()).cancel(id);
        DirectClient.put(signed.path("url").asText(), file, "If-None-Match", "*");
        assertThat(objects()).hasSize(1);
        sweep();
        assertThat(objects()).as("while the address is valid").hasSize(1);

        jdbc.update("UPDATE uploads SET sweep_again_at = now() - interval '1 second'");
        sweep();

        assertNothingLeft();
        assertThat(jdbc.queryForObject("SELECT sweep_again_at = expires_at FROM uploads", Boolean.class))
                .isTrue();
    }

    /** The original of a video that was accepted stays. */
    @Test
    void theSweepLeavesVideosAlone() throws Exception {
        byte[] file = bytes(1000);
        JsonNode signed = Api.json(client.whole(file.length));
        DirectClient.put(signed.path("url").asText(), file, "If-None-Match", "*");
        String id = signed.path("video_id").asText();
        assertThat(status(id)).isEqualTo("accepted");
        jdbc.update("UPDATE uploads SET sweep_again_at = now() - interval '1 second'");

        sweep();

        assertAccepted(id, file);
    }
}
