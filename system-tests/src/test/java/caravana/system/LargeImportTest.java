package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.test.Sample;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * A large import: byte by byte what the server sent, and in no more of web's memory than an upload of the same size takes, each in
 * a process of its own with the options of an instance. {@code -Dfaults.long=true} imports 1 GB.
 */
@Tag("slow")
class LargeImportTest {

    private static final long MB = 1024 * 1024;
    private static final long BYTES = (Sample.LONG ? 1024 : 64) * MB;

    /** The resident set of a JVM differs by that much from one run of the same work to the next. */
    private static final long NOISE = 24 * MB;

    private static final Duration PATIENCE = Waits.LIMIT.multipliedBy(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private ApiClient client;

    /** Bytes that are the same for the same seed and no others, and of which none is kept. */
    private static final class RandomBytes extends InputStream {

        private final Random random;
        private long left;

        RandomBytes(long seed, long length) {
            this.random = new Random(seed);
            this.left = length;
        }

        @Override
        public int read() {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (left == 0) {
                return -1;
            }
            int count = (int) Math.min(length, left);
            byte[] some = new byte[count];
            random.nextBytes(some);
            System.arraycopy(some, 0, buffer, offset, count);
            left -= count;
            return count;
        }
    }

    private static String sha256(InputStream in) throws IOException, NoSuchAlgorithmException {
        MessageDigest sum = MessageDigest.getInstance("SHA-256");
        try (DigestInputStream summed = new DigestInputStream(in, sum)) {
            summed.transferTo(OutputStream.nullOutputStream());
        }
        return HexFormat.of().formatHex(sum.digest());
    }

    @Test
    void itIsByteEqualAndTakesNoMoreMemoryThanAnUpload() throws Exception {
        LocalStack stack = SharedStack.cleared();
        Map<String, String> settings = new HashMap<>(stack.environment());
        // The server runs beside web.
        settings.put("CARAVANA_OUTBOUND_SCHEMES", "http");
        settings.put("CARAVANA_OUTBOUND_PORTS", "");
        settings.put("CARAVANA_OUTBOUND_ALLOWED", "127.0.0.0/8");
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.createContext("/", call -> {
            call.sendResponseHeaders(200, BYTES);
            try (InputStream bytes = new RandomBytes(BYTES, BYTES)) {
                bytes.transferTo(call.getResponseBody());
            }
            call.close();
        });
        server.start();
        try (S3Client s3 = Clients.s3(settings)) {
            String expected = sha256(new RandomBytes(BYTES, BYTES));
            String address = "http://127.0.0.1:" + server.getAddress().getPort() + "/large.mp4";
            long upload = peakOf(settings, s3, expected, this::uploaded);
            long fetched = peakOf(settings, s3, expected, web -> imported(web, address));

            boolean within = fetched <= upload + NOISE;
            System.out.printf(
                    "RESULT name=import-memory value=%d unit=MB upload=%d size=%d sha256=%s target=%d verdict=%s%n",
                    fetched / MB,
                    upload / MB,
                    BYTES / MB,
                    expected.substring(0, 16),
                    (upload + NOISE) / MB,
                    within ? "pass" : "fail");
            assertThat(within)
                    .as("%d MB against %d MB", fetched / MB, upload / MB)
                    .isTrue();
        } finally {
            server.stop(0);
        }
    }

    private interface Transfer {
        String of(AppProcess web) throws Exception;
    }

    /** The most that a web instance ever had in memory which did nothing else. */
    private long peakOf(Map<String, String> settings, S3Client s3, String sha256, Transfer transfer) throws Exception {
        try (AppProcess web = AppProcess.startAsDeployed(AppProcess.WEB, settings, folder.resolve("web.log"))) {
            web.awaitReady();
            client = ApiClient.signUp(web.uri());
            String id = transfer.of(web);
            long peak = peak(web);
            assertThat(stored(s3, settings, id)).isEqualTo(sha256);
            return peak;
        }
    }

    private static String stored(S3Client s3, Map<String, String> settings, String id) throws Exception {
        return sha256(s3.getObject(g -> g.bucket(settings.get("S3_BUCKET")).key("uploads/" + id + ".mp4")));
    }

    private String uploaded(AppProcess web) throws Exception {
        HttpResponse<String> answer = client.upload(
                web.uri(),
                "Large",
                BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> new RandomBytes(BYTES, BYTES)), BYTES));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JSON.readTree(answer.body()).path("video_id").asText();
    }

    private String imported(AppProcess web, String address) throws Exception {
        HttpResponse<String> answer = client.send(client.request(web.uri().resolve("/api/videos/import"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.createObjectNode()
                        .put("url", address)
                        .put("title", "Large")
                        .toString()))
                .build());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
        String id = JSON.readTree(answer.body()).path("video_id").asText();
        JsonNode ended = await().atMost(PATIENCE)
                .until(
                        () -> JSON.readTree(client.get(web.uri().resolve("/api/imports/" + id))
                                .body()),
                        now -> now.path("ended_at").isTextual());
        assertThat(ended.path("state").asText()).as(ended.toString()).isEqualTo("accepted");
        return id;
    }

    private static long peak(AppProcess web) throws IOException {
        return Files.readAllLines(Path.of("/proc", String.valueOf(web.pid()), "status")).stream()
                .filter(line -> line.startsWith("VmHWM:"))
                .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")) * 1024)
                .findFirst()
                .orElseThrow();
    }
}
