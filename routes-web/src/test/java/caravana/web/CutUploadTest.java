package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import java.net.http.HttpResponse;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Idempotency-Key of an upload whose connection ends is free then, and not when reading times out: nothing does here. */
class CutUploadTest extends PatientTest {

    private static final byte[] FILE = bytes(6 * 1024 * 1024);

    /** More than a part, so that S3 has something of it. */
    private static final int SENT = FILE.length - 1000;

    @ParameterizedTest
    @CsvSource({"form, reset", "form, end", "body, reset", "body, end"})
    void itsKeyIsFreeAtOnce(String way, String cut) throws Exception {
        Api user = user();
        try (Wire wire = new Wire(port)) {
            begin(wire, user, way);
            await().atMost(Waits.LIMIT)
                    .until(() -> !s3.listMultipartUploads(l -> l.bucket(bucket()))
                            .uploads()
                            .isEmpty());
            assertProblem(again(user, way), 409, "idempotency_in_progress");
            assertThat(again(user, way).headers().firstValue("Retry-After")).isPresent();

            if (cut.equals("reset")) {
                wire.reset();
            } else {
                wire.halfClose();
            }

            await().atMost(Waits.LIMIT).untilAsserted(this::assertNothingLeft);
        }
        assertThat(again(user, way).statusCode()).isEqualTo(201);
    }

    static void begin(Wire wire, Api user, String way) throws Exception {
        byte[] form = form().bytes();
        boolean body = way.equals("body");
        String head = "POST " + (body ? "/api/videos?title=t" : "/api/videos/upload")
                + " HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer " + user.token()
                + "\r\nIdempotency-Key: k\r\nContent-Type: "
                + (body ? "video/mp4" : Form.contentType()) + "\r\nContent-Length: "
                + (body ? FILE.length : form.length) + "\r\n\r\n";
        // At once, since a slow machine may pause between two writes for longer than web waits.
        byte[] headers = head.getBytes(StandardCharsets.US_ASCII);
        wire.send(ByteBuffer.allocate(headers.length + SENT)
                .put(headers)
                .put(body ? FILE : form, 0, SENT)
                .array());
    }

    private static Form form() {
        return new Form().field("title", "t").file("video_file", "a.mp4", FILE);
    }

    static HttpResponse<String> again(Api user, String way) throws Exception {
        return user.send(
                (way.equals("body") ? user.raw("?title=t", FILE) : user.form(form())).header("Idempotency-Key", "k"));
    }
}
