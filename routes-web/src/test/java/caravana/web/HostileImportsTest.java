package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.test.context.TestPropertySource;

/** Servers that say one thing of a file and send another, or never come to its end: a code for each, and nothing in the bucket. */
@Tag("own-settings")
@TestPropertySource(
        properties = {
            "CARAVANA_UPLOAD_MAX_SIZE=12MB",
            "caravana.upload.patience=3s",
            "caravana.imports.period=100ms",
            "caravana.imports.delays=100ms,100ms,100ms,100ms",
            "caravana.reconciler.period=300ms"
        })
class HostileImportsTest extends WebTest {

    private static final int PART = 5 * 1024 * 1024;

    /** All tries of an import. */
    private static final int TRIES = 5;

    private Api user;
    private ServerSocket server;
    private final AtomicInteger requests = new AtomicInteger();

    /** What a server sends, head and all. */
    private interface Sender {
        void send(OutputStream out) throws IOException, InterruptedException;
    }

    @BeforeEach
    void signUp() throws Exception {
        jdbc.update("DELETE FROM imports");
        user = user();
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    }

    @AfterEach
    void close() throws IOException {
        server.close();
        jdbc.update("DELETE FROM imports");
    }

    private void serve(Sender sender) {
        Thread thread = new Thread(() -> {
            while (!server.isClosed()) {
                try (Socket call = server.accept()) {
                    requests.incrementAndGet();
                    call.getInputStream().read(new byte[8192]);
                    sender.send(call.getOutputStream());
                    call.shutdownOutput();
                    // Until the client has what it wanted.
                    call.getInputStream().readAllBytes();
                } catch (SocketException gone) {
                    // The client did not want it all.
                } catch (IOException | InterruptedException e) {
                    throw new IllegalStateException(e);
                }
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    private static void head(OutputStream out, String... headers) throws IOException {
        out.write(("HTTP/1.1 200 OK\r\n" + String.join("\r\n", headers) + "\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII));
    }

    private static String length(long bytes) {
        return "Content-Length: " + bytes;
    }

    private JsonNode ended() throws Exception {
        String order = Api.JSON
                .createObjectNode()
                .put("url", "http://127.0.0.1:" + server.getLocalPort() + "/a.mp4")
                .put("title", "t")
                .toString();
        String id = Api.json(user.postJson("/api/videos/import", order))
                .path("video_id")
                .asText();
        return await().atMost(Waits.LIMIT)
                .until(
                        () -> Api.json(user.get("/api/imports/" + id)),
                        now -> now.path("ended_at").isTextual());
    }

    private void assertFails(String code, int tries) throws Exception {
        JsonNode failed = ended();
        assertThat(failed.path("state").asText()).as(failed.toString()).isEqualTo("failed");
        assertThat(failed.path("error_code").asText()).as(failed.toString()).isEqualTo(code);
        assertThat(failed.path("error_detail").asText()).endsWith(".");
        assertThat(failed.path("attempts").asInt()).isEqualTo(tries);
        assertThat(requests).hasValue(tries);
        await().atMost(Waits.LIMIT).untilAsserted(this::assertNothingLeft);
    }

    @Test
    void lessThanAnnounced() throws Exception {
        serve(out -> {
            head(out, length(2 * PART + 1));
            out.write(bytes(2 * PART));
        });
        assertFails("connection_failed", TRIES);
    }

    @Test
    void moreThanAnnounced() throws Exception {
        serve(out -> {
            head(out, length(PART + 1000));
            out.write(bytes(PART + 1001));
        });
        assertFails("longer_than_announced", 1);
    }

    @Test
    void muchMoreThanAnnounced() throws Exception {
        serve(out -> {
            head(out, length(1000));
            out.write(bytes(PART));
        });
        assertFails("longer_than_announced", 1);
    }

    /** It may keep the connection open behind the file, despite {@code Connection: close}. */
    @Test
    void asManyAsAnnouncedAndNoEndOfTheConnection() throws Exception {
        byte[] file = bytes(PART + 1000);
        serve(out -> {
            head(out, length(file.length), "Connection: keep-alive");
            out.write(file);
            out.flush();
            Thread.currentThread().join(Waits.LIMIT.toMillis() / 10);
        });
        JsonNode accepted = ended();
        assertThat(accepted.path("state").asText()).as(accepted.toString()).isEqualTo("accepted");
        assertStored(accepted.path("video_id").asText(), file);
    }

    @Test
    void anEndlessFileOfUnknownLengthIsTooLarge() throws Exception {
        serve(out -> {
            head(out, "Connection: close");
            while (true) {
                out.write(bytes(64 * 1024));
            }
        });
        assertFails("too_large", 1);
    }

    @Test
    void anEndlessFileInChunksIsTooLarge() throws Exception {
        serve(out -> {
            head(out, "Transfer-Encoding: chunked");
            while (true) {
                out.write("10000\r\n".getBytes(StandardCharsets.US_ASCII));
                out.write(bytes(64 * 1024));
                out.write("\r\n".getBytes(StandardCharsets.US_ASCII));
            }
        });
        assertFails("too_large", 1);
    }

    @Test
    void aLargerOneThanMayBeIsNotRead() throws Exception {
        serve(out -> head(out, length(12 * 1024 * 1024 + 1)));
        assertFails("too_large", 1);
    }

    @Test
    void oneThatComesByteByByteIsTooSlow() throws Exception {
        serve(out -> {
            head(out, length(PART));
            while (true) {
                out.write('.');
                out.flush();
                Thread.currentThread().join(50);
            }
        });
        assertFails("too_slow", TRIES);
    }

    @Test
    void oneThatLiesAboutItsType() throws Exception {
        byte[] png = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0, 13, 'I', 'H', 'D', 'R', 0, 0, 0, 1};
        serve(out -> {
            head(out, length(png.length), "Content-Type: video/mp4");
            out.write(png);
        });
        assertFails("not_a_video", 1);
    }

    @Test
    void aPageThatSaysItIsAVideo() throws Exception {
        byte[] page = "<!DOCTYPE html><title>Log in</title>".getBytes(StandardCharsets.US_ASCII);
        serve(out -> {
            head(out, length(page.length), "Content-Type: video/mp4");
            out.write(page);
        });
        assertFails("not_a_video", 1);
    }

    @Test
    void twoLengthsAreNone() throws Exception {
        serve(out -> {
            head(out, length(1000), length(2000));
            out.write(bytes(2000));
        });
        assertFails("connection_failed", TRIES);
    }

    @Test
    void aHeadWithoutEndIsNotRead() throws Exception {
        serve(out -> {
            out.write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
            for (int i = 0; ; i++) {
                out.write(("X-" + i + ": " + "x".repeat(1000) + "\r\n").getBytes(StandardCharsets.US_ASCII));
            }
        });
        assertFails("connection_failed", TRIES);
    }
}
