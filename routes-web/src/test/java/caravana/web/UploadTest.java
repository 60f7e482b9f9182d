package caravana.web;

import static caravana.web.Api.assertProblem;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Queues;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import software.amazon.awssdk.services.sqs.model.Message;

/** Uploads, as a form and as the body itself: what is accepted, what is refused, and what is left behind. */
class UploadTest extends PatientTest {

    private static final Duration SOON = Waits.LIMIT;

    @Autowired
    private ProducerTemplate routes;

    private Api user;

    @BeforeEach
    void signUp() throws Exception {
        user = user();
    }

    @AfterEach
    void nothingIsLeft() {
        await().atMost(SOON).untilAsserted(this::assertBucketIsAsTheRowsSay);
    }

    @Test
    void aFormIsARowAnObjectAndAMessage() throws Exception {
        byte[] content = bytes(6_000_000);

        HttpResponse<String> answer = user.upload(new Form()
                .field("title", "Città & 動画 \"x\"")
                .file("video_file", "../../etc/passwd; rm -rf.mp4", content)
                .field("transformaciones", "hd_720p, sin_audio"));

        String id = assertAccepted(answer, content);
        assertThat(row(id))
                .containsEntry("title", "Città & 動画 \"x\"")
                .containsEntry("original_bytes", 6_000_000L)
                .containsEntry("original_name", "../../etc/passwd; rm -rf.mp4");
        await().atMost(SOON).until(() -> row(id).get("published_at") != null);
        List<Message> messages = Queues.receiveAll(sqs, queue());
        assertThat(messages).singleElement().satisfies(m -> {
            JsonNode job = Api.JSON.readTree(m.body());
            assertThat(job.path("video_id").asText()).isEqualTo(id);
            assertThat(job.path("s3_key_original").asText()).isEqualTo("uploads/" + id + ".mp4");
            assertThat(job.path("transformaciones")).hasSize(2);
            assertThat(job.path("usuario_id").asText()).isEqualTo(user.subject());
            assertThat(m.messageAttributes()).isEmpty();
        });
    }

    @Test
    void aRawBodyIsTheSame() throws Exception {
        byte[] content = bytes(6_000_000);

        HttpResponse<String> answer = user.send(user.raw(
                "?title=" + URLEncoder.encode("Città & 動画 +1", StandardCharsets.UTF_8)
                        + "&transformaciones=hd_720p,sin_audio",
                content));

        String id = assertAccepted(answer, content);
        assertThat(row(id))
                .containsEntry("title", "Città & 動画 +1")
                .containsEntry("original_bytes", 6_000_000L)
                .containsEntry("original_name", null);
    }

    /** A client that takes its time is not told that the app was slow. */
    @Test
    void theAppsOwnTimeRunsFromTheLastByte() throws Exception {
        byte[] content = bytes(1000);
        try (Socket socket = begin("/api/videos?title=t", "video/mp4\r\nConnection: close", 1000)) {
            OutputStream out = socket.getOutputStream();
            out.write(content, 0, 999);
            out.flush();
            long started = System.nanoTime();
            // Until web has it in hand, and half a second more.
            await().pollDelay(Duration.ofMillis(500)).atMost(SOON).until(() -> count("receiving") == 1);
            out.write(content, 999, 1);
            out.flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            double total = (System.nanoTime() - started) / 1e6;

            assertThat(answer).startsWith("HTTP/1.1 201");
            assertThat(appMillis(answer)).isPositive().isLessThan(total - 500);
        }
    }

    /** As the reconciler does with one that has expired. */
    @Test
    void anUploadWhoseRowHasExpiredMayBeSentAgain() throws Exception {
        try (Socket socket = begin("/api/videos?title=t", "video/mp4\r\nConnection: close", 1000)) {
            OutputStream out = socket.getOutputStream();
            out.write(bytes(999));
            out.flush();
            await().atMost(SOON).until(() -> count("receiving") == 1);
            assertThat(jdbc.update("DELETE FROM videos WHERE status = 'receiving'"))
                    .isEqualTo(1);
            out.write(0);
            out.flush();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

            assertThat(answer)
                    .startsWith("HTTP/1.1 503")
                    .contains("Retry-After: 5", "\"code\":\"unavailable\"", "was ended meanwhile");
        }
        assertNothingLeft();
    }

    private static double appMillis(String answer) {
        return answer.lines()
                .filter(line -> line.startsWith("Server-Timing: app;dur="))
                .mapToDouble(line -> Double.parseDouble(line.substring(line.indexOf("=") + 1)))
                .findFirst()
                .orElseThrow();
    }

    private String assertAccepted(HttpResponse<String> answer, byte[] content) throws Exception {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        String id = Api.json(answer).path("video_id").asText();
        assertThat(Api.json(answer).path("task_id").asText()).isEqualTo(id);
        assertThat(Api.json(answer).path("message").asText()).startsWith("Video subido correctamente");
        assertThat(answer.headers().firstValue("Location")).hasValue("/api/videos/" + id);
        assertThat(answer.headers().firstValue("Server-Timing").orElseThrow()).matches("app;dur=[0-9]+[.][0-9]");
        assertThat(objects()).containsExactly("uploads/" + id + ".mp4");
        assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket()).key("uploads/" + id + ".mp4"))
                        .asByteArray())
                .isEqualTo(content);
        assertThat(row(id)).containsEntry("status", "uploaded");
        return id;
    }

    @Test
    void badFormsAreRefusedAndLeaveNothing() throws Exception {
        byte[] content = bytes(1000);
        assertRefused(new Form().field("title", "t"), 400, "file_required");
        assertRefused(new Form().field("title", "t").file("video_file", "a.mp4", new byte[0]), 415, "not_a_video");
        assertRefused(new Form().file("video_file", "a.mp4", content), 400, "title_invalid");
        assertRefused(
                new Form().field("title", "x".repeat(201)).file("video_file", "a.mp4", content), 400, "title_invalid");
        assertRefused(new Form().field("title", "a\u0000b").file("video_file", "a.mp4", content), 400, "title_invalid");
        assertRefused(
                new Form()
                        .field("title", "t")
                        .field("transformaciones", "sepia")
                        .file("video_file", "a.mp4", content),
                400,
                "unknown_transformation");
        assertRefused(
                new Form()
                        .field("title", "t")
                        .file("video_file", "a.mp4", content)
                        .file("video_file", "b.mp4", content),
                400,
                "too_many_files");
        assertRefused(
                new Form().field("title", "t").file("video_file", "a.mp4", bytes(12 * 1024 * 1024 + 1)),
                413,
                "too_large");
        assertProblem(
                user.send(user.form(new Form().field("title", "t")).setHeader("Content-Type", "video/mp4")),
                415,
                "not_multipart");
        assertNothingLeft();
    }

    @Test
    void badRawBodiesAreRefusedAndLeaveNothing() throws Exception {
        byte[] content = bytes(1000);
        assertProblem(user.send(user.raw("", content)), 400, "title_invalid");
        assertProblem(user.send(user.raw("?title=%20", content)), 400, "title_invalid");
        assertProblem(user.send(user.raw("?title=t&transformaciones=sepia", content)), 400, "unknown_transformation");
        assertProblem(user.send(user.raw("?title=t", new byte[0])), 415, "not_a_video");
        assertProblem(user.send(user.raw("?title=t", bytes(12 * 1024 * 1024 + 1))), 413, "too_large");
        assertProblem(
                user.send(user.raw("?title=t", content).setHeader("Content-Type", Form.contentType())),
                415,
                "unsupported_media_type");
        assertProblem(
                user.send(user.raw("?title=t", content).setHeader("Content-Type", "application/x-www-form-urlencoded")),
                415,
                "unsupported_media_type");
        assertProblem(
                user.send(user.raw("?title=t", content).header("Idempotency-Key", "two words")),
                400,
                "idempotency_key_invalid");
        assertNothingLeft();
    }

    /** A body of unknown length, longer than allowed: the bytes are counted while they come. */
    @Test
    void theLimitHoldsWithoutALength() throws Exception {
        byte[] content = bytes(13 * 1024 * 1024);

        HttpResponse<String> answer = user.send(user.request("/api/videos?title=t")
                .POST(java.net.http.HttpRequest.BodyPublishers.ofInputStream(
                        () -> new java.io.ByteArrayInputStream(content))));

        assertProblem(answer, 413, "too_large");
        assertThat(Api.json(answer).path("detail").asText())
                .isEqualTo("The file is larger than 12 MiB. Send a smaller one, or ask an operator to raise"
                        + " `CARAVANA_UPLOAD_MAX_SIZE`.");
        assertThat(Api.json(api().get("/api/limits")).path("max_bytes").asLong())
                .as("the limit of the same setting")
                .isEqualTo(12 * 1024 * 1024);
        assertNothingLeft();
    }

    @Test
    void aClientThatGoesAwayLeavesNothing() throws Exception {
        try (Socket socket = begin("/api/videos?title=t", "video/mp4", 11_000_000)) {
            socket.getOutputStream().write(bytes(9_000_000));
            socket.getOutputStream().flush();
            await().atMost(SOON).until(() -> count("receiving") == 1);
        }

        await().atMost(SOON).untilAsserted(this::assertNothingLeft);
    }

    @Test
    void moreUploadsAtOnceThanAllowedAreRefusedWhileEverythingElseIsFast() throws Exception {
        List<Socket> slow = new java.util.ArrayList<>();
        try {
            for (int i = 0; i < 3; i++) {
                Socket socket = begin("/api/videos?title=t", "video/mp4", 1000);
                socket.getOutputStream().write(1);
                socket.getOutputStream().flush();
                slow.add(socket);
            }
            await().atMost(SOON).until(() -> count("receiving") == 3);

            Api another = user();
            HttpResponse<String> full = another.send(another.raw("?title=t", bytes(11_000_000)));
            HttpResponse<String> allOfOnes = user.send(user.raw("?title=t", bytes(11_000_000)));

            assertProblem(full, 503, "busy");
            assertThat(full.headers().firstValue("Retry-After")).isPresent();
            assertProblem(allOfOnes, 429, "too_many_at_once");
            assertThat(allOfOnes.headers().firstValue("Retry-After")).isPresent();
            assertThat(api().get("/api/health").statusCode()).isEqualTo(200);
            assertThat(user.get("/api/videos").statusCode()).isEqualTo(200);
        } finally {
            for (Socket socket : slow) {
                socket.close();
            }
        }
        await().atMost(SOON).untilAsserted(this::assertNothingLeft);
    }

    @Test
    void aRepetitionIsAnsweredAsTheFirstWas() throws Exception {
        byte[] content = bytes(1000);
        HttpResponse<String> first = keyed("k1", "t", content);
        HttpResponse<String> again = keyed("k1", "t", content);
        HttpResponse<String> asForm = user.send(
                user.form(new Form().file("video_file", "a.mp4", content).field("title", "t"))
                        .header("Idempotency-Key", "k1"));

        assertThat(first.statusCode()).isEqualTo(201);
        assertThat(first.headers().firstValue("Idempotency-Replayed")).isEmpty();
        for (HttpResponse<String> answer : List.of(again, asForm)) {
            assertThat(answer.statusCode()).isEqualTo(201);
            assertThat(answer.body()).isEqualTo(first.body());
            assertThat(answer.headers().firstValue("Idempotency-Replayed")).hasValue("true");
        }
        assertThat(count("uploaded")).isEqualTo(1);
        assertThat(objects()).hasSize(1);
    }

    @Test
    void anotherUploadWithTheSameKeyIsRefused() throws Exception {
        keyed("k1", "t", bytes(1000));

        assertProblem(keyed("k1", "other", bytes(1000)), 409, "idempotency_mismatch");
        assertProblem(keyed("k1", "t", bytes(1001)), 409, "idempotency_mismatch");
        assertProblem(
                user.send(user.raw("?title=t&transformaciones=hd_720p", bytes(1000))
                        .header("Idempotency-Key", "k1")),
                409,
                "idempotency_mismatch");
        assertThat(count("uploaded")).isEqualTo(1);
        assertThat(objects()).hasSize(1);
    }

    @Test
    void aKeyIsItsOwnersAlone() throws Exception {
        keyed("k1", "t", bytes(1000));
        user = user();

        HttpResponse<String> other = keyed("k1", "t", bytes(1000));

        assertThat(other.headers().firstValue("Idempotency-Replayed")).isEmpty();
        assertThat(count("uploaded")).isEqualTo(2);
    }

    @Test
    void whileTheFirstRunsTheSecondHasToWait() throws Exception {
        try (Socket socket = begin("/api/videos?title=t", "video/mp4\r\nIdempotency-Key: k1", 1000)) {
            socket.getOutputStream().write(bytes(10));
            socket.getOutputStream().flush();
            await().atMost(SOON).until(() -> count("receiving") == 1);

            assertProblem(keyed("k1", "t", bytes(1000)), 409, "idempotency_in_progress");
        }
        // The first try has failed: its key is free.
        await().atMost(SOON).untilAsserted(this::assertNothingLeft);
        assertThat(keyed("k1", "t", bytes(1000)).statusCode()).isEqualTo(201);
    }

    @Test
    void aKeyLivesForADayAndDiesWithItsVideo() throws Exception {
        String first = Api.json(keyed("k1", "t", bytes(1000))).path("video_id").asText();
        jdbc.update("UPDATE upload_keys SET expires_at = now() - interval '1 second'");
        HttpResponse<String> nextDay = keyed("k1", "t", bytes(1000));
        assertThat(Api.json(nextDay).path("video_id").asText()).isNotEqualTo(first);

        String second = Api.json(nextDay).path("video_id").asText();
        user.delete("/api/videos/" + second);

        HttpResponse<String> afterwards = keyed("k1", "t", bytes(1000));
        assertThat(afterwards.statusCode()).isEqualTo(201);
        assertThat(afterwards.headers().firstValue("Idempotency-Replayed")).isEmpty();
        // Else the check after the test waits until it can be restored no more, and for the timer.
        set(second, "restorable_until = now(), lease_until = now()");
        routes.requestBody("direct:purge-deleted", (Object) null);
    }

    @Test
    void anAccountMayUploadOnlySoMuchAnHour() throws Exception {
        for (int i = 0; i < 11; i++) {
            assertThat(keyed("k" + i, "t", bytes(10)).statusCode()).isEqualTo(201);
        }
        // What is processed again counts as well.
        String id = Api.json(keyed("k0", "t", bytes(10))).path("video_id").asText();
        set(id, "status = 'processed', processed_at = now(), processed_key = 'p'");
        assertThat(user.post("/api/videos/" + id + "/process").statusCode()).isEqualTo(200);

        HttpResponse<String> refused = keyed("k12", "t", bytes(10));

        assertProblem(refused, 429, "too_many_uploads");
        set(id, "status = 'processed'");
        assertProblem(user.post("/api/videos/" + id + "/process"), 429, "too_many_uploads");
        assertThat(row(id)).containsEntry("status", "processed");
        assertThat(refused.headers().firstValue("Retry-After")).isPresent();
        // What we have already is answered all the same.
        assertThat(keyed("k0", "t", bytes(10)).statusCode()).isEqualTo(201);
    }

    private HttpResponse<String> keyed(String key, String title, byte[] content) throws Exception {
        return user.send(user.raw("?title=" + title, content).header("Idempotency-Key", key));
    }

    private void assertRefused(Form form, int status, String code) throws Exception {
        assertProblem(user.upload(form), status, code);
        assertNothingLeft();
    }

    /** Sends the head of an upload. */
    private Socket begin(String path, String type, int length) throws Exception {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), port);
        OutputStream out = socket.getOutputStream();
        out.write(("POST " + path + " HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer " + user.token()
                        + "\r\nContent-Type: " + type + "\r\nContent-Length: " + length + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
        out.flush();
        return socket;
    }
}
