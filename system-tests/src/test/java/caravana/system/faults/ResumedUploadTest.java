package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.FreePort;
import caravana.local.LocalStack;
import caravana.local.Nginx;
import caravana.system.Clients;
import caravana.system.SharedStack;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * Uploads in pieces through two web nodes behind nginx, of which one after the other is killed while it receives: no byte is lost,
 * and a cut or a kill costs at most one part that is sent again. {@code -Dfaults.long=true} sends 1 GB through 100 cuts and 10
 * kills, and 10 GB through three cuts and a kill.
 */
@SampledClass(turn = 5)
class ResumedUploadTest {

    private static final int PART = 5 * 1024 * 1024;
    private static final int BLOCK = 1024 * 1024;
    private static final String BUCKET = "S3_BUCKET";
    private static final String MULTIPART = "/api/uploads/s3/multipart";
    private static final String LARGEST = "11GB";
    private static final int OK = 200;
    private static final int NO_CONTENT = 204;

    private static final Duration OFTEN = Duration.ofMillis(10);

    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    private final Random random = new Random(23);
    private final List<Map<String, String>> settings = new ArrayList<>();
    private final List<AppProcess> nodes = new ArrayList<>();
    private LocalStack stack;
    private Nginx nginx;
    private S3Client s3;
    private ApiClient client;
    private long sent;

    @BeforeEach
    void start() throws Exception {
        Sample.require(Nginx.isInstalled(), "uploads through two web nodes behind nginx", "install nginx");
        stack = SharedStack.cleared();
        s3 = Clients.s3(stack.environment());
        for (int node = 0; node < 2; node++) {
            Map<String, String> own = new HashMap<>(stack.environment());
            // So that it comes back to where nginx looks for it.
            own.put("CARAVANA_WEB_PORT", String.valueOf(FreePort.next()));
            own.put("CARAVANA_FORWARDED_HEADERS", "native");
            own.put("CARAVANA_UPLOAD_MAX_SIZE", LARGEST);
            settings.add(own);
            nodes.add(start(node));
        }
        nginx = Nginx.start(
                folder.resolve("nginx"), nodes.stream().map(AppProcess::uri).toList(), "127.0.0.0/8", LARGEST);
        client = ApiClient.signUp(nginx.uri());
    }

    @AfterEach
    void stop() {
        if (nginx != null) {
            nginx.close();
        }
        nodes.forEach(AppProcess::close);
        if (s3 != null) {
            s3.close();
        }
    }

    private AppProcess start(int node) {
        AppProcess web = AppProcess.start(AppProcess.WEB, settings.get(node), folder.resolve("web-" + node + ".log"));
        web.awaitReady();
        return web;
    }

    @Test
    void anUploadSurvivesCutsAndKilledNodes() throws Exception {
        long length = (long) BLOCK * Sample.size("MiB of an upload", 14, 1024) + 4711;
        int cuts = Sample.size("cuts of an upload", 4, 100);
        int kills = Sample.size("kills of web nodes", 1, 10);

        String id = sendAndCompare("resumed-upload", length, cuts, kills);

        expire(id);
    }

    /** More than S3's smallest parts are enough for. */
    @Test
    void anUploadOf10GigabytesArrives() throws Exception {
        Sample.require(Sample.LONG, "an upload of 10 GB", "takes minutes and 21 GB of disk");

        sendAndCompare("largest-upload", 10L * 1024 * BLOCK + 64L * BLOCK + 4711, 3, 1);
    }

    private String sendAndCompare(String name, long length, int cuts, int kills) throws Exception {
        String id = create(length);

        long slowest = sendThroughFaults(id, length, cuts, kills);

        long again = sent - length;
        // A client that asks again while S3 still joins the parts of a large file is answered before the row says so.
        await().atMost(Waits.LIMIT).until(() -> number("SELECT count(*) FROM videos WHERE status = 'receiving'") == 0);
        assertStored(id, length);
        System.out.printf(
                "RESULT name=%s value=%d unit=bytes-sent-again-a-fault bytes=%d cuts=%d kills=%d again=%d"
                        + " slowest_resumption_ms=%d sha256=equal target=%d verdict=%s%n",
                name,
                again / (cuts + kills),
                length,
                cuts,
                kills,
                again,
                slowest,
                PART,
                again <= (long) (cuts + kills) * PART && slowest <= 1000 ? "pass" : "fail");
        assertThat(again).isLessThanOrEqualTo((long) (cuts + kills) * PART);
        return id;
    }

    /** What has expired leaves nothing within a minute, also when its client still sends. */
    private void expire(String whole) throws Exception {
        String bucket = stack.environment().get(BUCKET);
        String id = create(10L * PART);
        try (Socket piece = begin(id, 0, 10L * PART)) {
            send(piece, 0, 2L * PART + BLOCK);
            await().atMost(Waits.LIMIT).until(() -> offset(id) >= PART);
            // So long ago that no byte of the request that still runs renews it.
            change("UPDATE uploads SET expires_at = now(), created_at = now() - interval '30 days'"
                    + " WHERE video_id = '" + id + "'");
            change("UPDATE videos SET expires_at = now() WHERE id = '" + id + "'");
            long expired = System.nanoTime();
            await().atMost(Waits.LIMIT)
                    .until(() -> s3.listMultipartUploads(l -> l.bucket(bucket))
                            .uploads()
                            .isEmpty());
            System.out.printf(
                    "RESULT name=expired-upload value=%.1f unit=s target=60 verdict=%s%n",
                    (System.nanoTime() - expired) / 1e9, System.nanoTime() - expired <= 60e9 ? "pass" : "fail");
        }
        await().atMost(Waits.LIMIT).untilAsserted(() -> assertOnly(List.of(whole)));
    }

    /**
     * S3 has the whole file, and the row does not say so yet, when both nodes are killed: the first one that comes back accepts the
     * video, of an upload in pieces as of one that went to S3 directly.
     */
    @Test
    void aKillBetweenTheLastPartAndTheRowLosesNothing() throws Exception {
        int length = PART + 4711;
        // A row that waits for this lock becomes uploaded at no certain time.
        change("CREATE OR REPLACE FUNCTION wait_for_test() RETURNS trigger LANGUAGE plpgsql AS"
                + " $$ BEGIN PERFORM pg_advisory_xact_lock_shared(23); RETURN NEW; END $$");
        change("CREATE TRIGGER wait_for_test BEFORE UPDATE ON videos FOR EACH ROW"
                + " WHEN (NEW.status = 'uploaded' AND OLD.status = 'receiving') EXECUTE FUNCTION wait_for_test()");
        String pieces = create(length);
        String direct = createDirect(length);
        try (Connection held = DriverManager.getConnection(stack.jdbcUrl());
                Statement lock = held.createStatement()) {
            lock.execute("SELECT pg_advisory_lock(23)");
            try (Socket piece = begin(pieces, 0, length)) {
                send(piece, 0, length);
                HttpClient.newHttpClient()
                        .sendAsync(completion(direct, length), HttpResponse.BodyHandlers.discarding());
                await().atMost(Waits.LIMIT)
                        .until(() -> number("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
                                == 2);
                assertThat(objects()).containsExactlyInAnyOrder(key(pieces), key(direct));
                assertThat(number("SELECT count(*) FROM videos WHERE status = 'receiving'"))
                        .isEqualTo(2);

                nodes.forEach(AppProcess::kill);
            }
            // As PostgreSQL does when it finds that nobody is there any more.
            lock.execute("SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
        } finally {
            change("DROP TRIGGER wait_for_test ON videos");
            change("DROP FUNCTION wait_for_test");
        }
        long started = System.nanoTime();
        nodes.set(1, start(1));

        await().atMost(Waits.LIMIT).untilAsserted(() -> assertOnly(List.of(pieces, direct)));

        System.out.printf(
                "RESULT name=killed-before-the-row value=%.1f unit=s ways=pieces,direct accepted=2 lost=0 verdict=pass%n",
                (System.nanoTime() - started) / 1e9);
        assertThat(storedSum(pieces)).isEqualTo(sentSum(length));
        assertThat(storedSum(direct)).isEqualTo(sentSum(length));
    }

    private String create(long length) throws Exception {
        HttpResponse<String> created = client.send(client.request(nginx.uri().resolve("/api/uploads"))
                .header("Tus-Resumable", "1.0.0")
                .header("Upload-Length", String.valueOf(length))
                // "a.mp4"
                .header("Upload-Metadata", "filename YS5tcDQ=")
                .POST(BodyPublishers.noBody())
                .build());
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return JSON.readTree(created.body()).path("video_id").asText();
    }

    private String createDirect(long length) throws Exception {
        HttpResponse<String> created = client.send(client.request(nginx.uri().resolve(MULTIPART))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString("{\"filename\": \"a.mp4\", \"bytes\": " + length + "}"))
                .build());
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return JSON.readTree(created.body()).path("uploadId").asText();
    }

    /** Sends the parts, and returns the call that completes the upload. */
    private HttpRequest completion(String id, int length) throws Exception {
        List<Map<String, Object>> parts = new ArrayList<>();
        for (int number = 1; (number - 1) * PART < length; number++) {
            String signed = client.get(nginx.uri().resolve(MULTIPART + "/" + id + "/" + number))
                    .body();
            HttpResponse<String> stored = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(URI.create(
                                            JSON.readTree(signed).path("url").asText()))
                                    .PUT(BodyPublishers.ofByteArray(
                                            bytes((number - 1) * PART, Math.min(number * PART, length))))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(stored.statusCode()).as(stored.body()).isEqualTo(OK);
            parts.add(Map.of(
                    "PartNumber",
                    number,
                    "ETag",
                    stored.headers().firstValue("ETag").orElseThrow()));
        }
        return client.request(nginx.uri().resolve(MULTIPART + "/" + id + "/complete"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(JSON.writeValueAsString(Map.of("parts", parts))))
                .build();
    }

    /** Returns the longest time, in milliseconds, from a kill to the other node's offset. */
    private long sendThroughFaults(String id, long length, int cuts, int kills) throws Exception {
        long slowest = 0;
        int faults = cuts + kills;
        for (int fault = 0; fault < faults; fault++) {
            boolean kill = fault % (faults / kills) == faults / kills - 1;
            long from = currentOffset(id);
            // So that all faults find something to cut.
            long share = (length - from) / (faults - fault);
            long some = 1 + (long) (random.nextDouble() * 2 * share);
            // The node that receives must have much more than noise.
            some = Math.min(length - from - 1, kill ? Math.max(some, 4L * BLOCK) : some);
            long[] before = read();
            int receiver;
            try (Socket piece = begin(id, from, length)) {
                send(piece, from, some);
                receiver = receiver(piece, before, some);
                if (kill) {
                    // In the middle of it: the node holds what it has not counted yet.
                    nodes.get(receiver).kill();
                }
            }
            if (kill) {
                long killed = System.nanoTime();
                currentOffset(id);
                slowest = Math.max(slowest, (System.nanoTime() - killed) / 1_000_000);
                nodes.set(receiver, start(receiver));
            }
        }
        await().atMost(Waits.LIMIT).until(() -> sendRest(id, length));
        return slowest;
    }

    /** Sends all that is missing; returns whether it arrived. A request before it may have moved the offset meanwhile. */
    private boolean sendRest(String id, long length) throws Exception {
        long from = currentOffset(id);
        try (Socket piece = begin(id, from, length)) {
            send(piece, from, length - from);
            return status(piece) == NO_CONTENT;
        }
    }

    /** While nginx still asks a node that is dead, it answers 503. */
    private long currentOffset(String id) {
        return await().atMost(Waits.LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(OFTEN)
                .ignoreExceptions()
                .until(() -> offset(id), offset -> offset >= 0);
    }

    /** Negative when no node answers. */
    private long offset(String id) throws Exception {
        HttpResponse<String> head = client.send(client.request(nginx.uri().resolve("/api/uploads/" + id))
                .header("Tus-Resumable", "1.0.0")
                .method("HEAD", BodyPublishers.noBody())
                .build());
        return head.statusCode() == OK
                ? head.headers().firstValueAsLong("Upload-Offset").orElseThrow()
                : -1;
    }

    private Socket begin(String id, long offset, long length) throws IOException {
        Socket socket = new Socket(nginx.uri().getHost(), nginx.uri().getPort());
        socket.setSoTimeout((int) Waits.LIMIT.toMillis());
        socket.getOutputStream()
                .write(("PATCH /api/uploads/" + id + " HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer " + client.token()
                                + "\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: "
                                + offset + "\r\nContent-Length: " + (length - offset) + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        return socket;
    }

    /** Sends so many bytes, or fewer when an answer comes earlier. */
    private void send(Socket piece, long from, long count) throws IOException {
        OutputStream out = piece.getOutputStream();
        for (long at = from; at < from + count && piece.getInputStream().available() == 0; ) {
            int start = (int) (at % BLOCK);
            int some = (int) Math.min(BLOCK - start, from + count - at);
            try {
                out.write(block(at / BLOCK), start, some);
            } catch (IOException answered) {
                return;
            }
            at += some;
            sent += some;
        }
        out.flush();
    }

    /** What each node has read in all, from clients and systems. */
    private long[] read() {
        return nodes.stream().mapToLong(ResumedUploadTest::read).toArray();
    }

    private static long read(AppProcess node) {
        try {
            return Files.readAllLines(Path.of("/proc", String.valueOf(node.pid()), "io")).stream()
                    .filter(line -> line.startsWith("rchar:"))
                    .mapToLong(line -> Long.parseLong(line.replaceAll("\\D", "")))
                    .sum();
        } catch (IOException gone) {
            return 0;
        }
    }

    /**
     * The node that nginx has chosen, once it has read what was sent: what buffers of the network hold would count as sent, and nobody
     * could store it. Any node when the request was answered early.
     */
    private int receiver(Socket piece, long[] before, long count) {
        return await().atMost(Waits.LIMIT)
                .pollDelay(Duration.ZERO)
                .pollInterval(OFTEN)
                .until(
                        () -> {
                            long[] now = read();
                            int most = now[0] - before[0] > now[1] - before[1] ? 0 : 1;
                            boolean hasRead = now[most] - before[most] >= count;
                            return hasRead || piece.getInputStream().available() > 0 ? most : -1;
                        },
                        node -> node >= 0);
    }

    /** Of the answer; 0 when the connection ends without one. */
    private static int status(Socket socket) {
        try {
            byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 204".length());
            return Integer.parseInt(new String(line, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length()));
        } catch (IOException | StringIndexOutOfBoundsException cut) {
            return 0;
        }
    }

    /** The same at each call: the file is never in memory as a whole. */
    private static byte[] block(long number) {
        byte[] block = new byte[BLOCK];
        new Random(number).nextBytes(block);
        return block;
    }

    private static byte[] bytes(int from, int to) {
        byte[] bytes = new byte[to - from];
        for (int at = from; at < to; ) {
            int some = Math.min(BLOCK - at % BLOCK, to - at);
            System.arraycopy(block(at / BLOCK), at % BLOCK, bytes, at - from, some);
            at += some;
        }
        return bytes;
    }

    private void assertStored(String id, long length) throws Exception {
        assertThat(storedSum(id)).isEqualTo(sentSum(length));
        assertOnly(List.of(id));
    }

    private static String sentSum(long length) throws Exception {
        MessageDigest sum = MessageDigest.getInstance("SHA-256");
        for (long at = 0; at < length; at += BLOCK) {
            sum.update(block(at / BLOCK), 0, (int) Math.min(BLOCK, length - at));
        }
        return HexFormat.of().formatHex(sum.digest());
    }

    private String storedSum(String id) throws Exception {
        String bucket = stack.environment().get(BUCKET);
        MessageDigest sum = MessageDigest.getInstance("SHA-256");
        try (InputStream stored = s3.getObject(g -> g.bucket(bucket).key(key(id)))) {
            byte[] buffer = new byte[BLOCK];
            for (int count = stored.read(buffer); count >= 0; count = stored.read(buffer)) {
                sum.update(buffer, 0, count);
            }
        }
        return HexFormat.of().formatHex(sum.digest());
    }

    private static String key(String id) {
        return "uploads/" + id + ".mp4";
    }

    private List<String> objects() {
        return s3.listObjectsV2(l -> l.bucket(stack.environment().get(BUCKET)).prefix("uploads/")).contents().stream()
                .map(object -> object.key())
                .toList();
    }

    /** The bucket has what the rows name, and nothing is open. */
    private void assertOnly(List<String> ids) throws Exception {
        String bucket = stack.environment().get(BUCKET);
        assertThat(objects())
                .containsExactlyInAnyOrderElementsOf(
                        ids.stream().map(ResumedUploadTest::key).toList());
        assertThat(s3.listMultipartUploads(l -> l.bucket(bucket)).uploads()).isEmpty();
        assertThat(number("SELECT count(*) FROM videos WHERE status = 'uploaded'"))
                .isEqualTo(ids.size());
        assertThat(number("SELECT count(*) FROM videos")).isEqualTo(ids.size());
    }

    private void change(String sql) throws SQLException {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                Statement change = database.createStatement()) {
            change.execute(sql);
        }
    }

    private long number(String sql) throws SQLException {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                Statement query = database.createStatement();
                ResultSet row = query.executeQuery(sql)) {
            row.next();
            return row.getLong(1);
        }
    }
}
