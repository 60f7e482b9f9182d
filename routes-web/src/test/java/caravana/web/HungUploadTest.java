package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Uploads whose clients send nothing any more, or next to nothing. */
class HungUploadTest extends ImpatientTest {

    /** Each way of sending a file has this limit: it takes one of few places. */
    @Test
    void oneThatDripsIsCutOff() throws Exception {
        Api user = user();
        String pieces = "/api/uploads/" + new TusClient(user).create(1000);
        Map<String, String> heads = Map.of(
                "POST /api/videos?title=t",
                "Content-Type: video/mp4\r\n",
                "POST /api/videos/upload",
                "Content-Type: " + Form.contentType() + "\r\n",
                "PATCH " + pieces,
                "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\nContent-Type: application/offset+octet-stream\r\n",
                "POST /api/assets?name=Logo",
                "Content-Type: image/png\r\n");
        byte[] form = new Form()
                .field("title", "t")
                .file("video_file", "a.mp4", bytes(1000))
                .bytes();
        ScheduledExecutorService clients = Executors.newScheduledThreadPool(1);
        Map<String, Wire> wires = new LinkedHashMap<>();
        try {
            for (Map.Entry<String, String> head : heads.entrySet()) {
                Wire wire = new Wire(port);
                wires.put(head.getKey(), wire);
                wire.send(head.getKey() + " HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer " + user.token() + "\r\n"
                        + head.getValue() + "Content-Length: 1000\r\n\r\n");
                ByteArrayInputStream rest = new ByteArrayInputStream(form);
                // Ends when the connection does.
                clients.scheduleAtFixedRate(() -> drip(wire, rest.read()), 0, 100, TimeUnit.MILLISECONDS);
            }
            for (Map.Entry<String, Wire> wire : wires.entrySet()) {
                Wire.Answer answer = wire.getValue().answer();
                assertThat(answer.status()).as(wire.getKey() + answer.text()).isEqualTo(408);
                assertThat(answer.problemCode()).isEqualTo("too_slow");
            }
        } finally {
            clients.shutdownNow();
            for (Wire wire : wires.values()) {
                wire.close();
            }
        }
    }

    private static void drip(Wire wire, int next) {
        try {
            wire.send(new byte[] {(byte) next});
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"form", "body"})
    void theKeyOfOneThatSendsNothingIsFreeAfterTheTimeOut(String way) throws Exception {
        Api user = user();
        try (Wire wire = new Wire(port)) {
            CutUploadTest.begin(wire, user, way);
            await().atMost(Waits.LIMIT).until(() -> count("receiving") == 1);

            await().atMost(Waits.LIMIT).untilAsserted(this::assertNothingLeft);

            assertThat(CutUploadTest.again(user, way).statusCode()).isEqualTo(201);
        }
    }
}
