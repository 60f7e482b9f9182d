package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.system.Clients;
import caravana.system.SharedStack;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;

/**
 * One upload in pieces, through two web nodes of which one after the other is killed while it receives: no byte is lost, and a
 * cut or a kill costs at most one part that is sent again. {@code -Dfaults.long=true} sends 1 GB through 100 cuts and 10 kills.
 */
@SampledClass(turn = 5)
class ResumedUploadTest {

    private static final int PART = 5 * 1024 * 1024;
    private static final int BLOCK = 1024 * 1024;
    private static final int CONTINUE = 100;
    private static final String BUCKET = "S3_BUCKET";

    @TempDir
    Path folder;

    private final Random random = new Random(23);
    private final List<AppProcess> nodes = new ArrayList<>();
    private LocalStack stack;
    private ApiClient client;
    private long sent;

    @Test
    void anUploadSurvivesCutsAndKilledNodes() throws Exception {
        long length = 1024L * 1024 * Sample.size("MiB of an upload", 14, 1024) + 4711;
        int cuts = Sample.size("cuts of an upload", 4, 100);
        int kills = Sample.size("kills of web nodes", 1, 10);
        stack = SharedStack.cleared();
        try (S3Client s3 = Clients.s3(stack)) {
            for (int node = 0; node < 2; node++) {
                nodes.add(start(node));
            }
            client = ApiClient.signUp(nodes.get(0).uri());
            String id = create(length);

            long slowest = sendThroughFaults(id, length, cuts, kills);

            long again = sent - length;
            System.out.printf(
                    "RESULT resumed-upload: %d bytes, %d cuts, %d kills; %d bytes sent again, %d a fault; slowest resumption"
                            + " by the other node after a kill %d ms%n",
                    length, cuts, kills, again, again / (cuts + kills), slowest);
            assertThat(again).isLessThanOrEqualTo((long) (cuts + kills) * PART);
            assertStored(s3, id, length);
            expire(s3, id);
        } finally {
            nodes.forEach(AppProcess::close);
        }
    }

    /** What has expired leaves nothing within a minute, also when its client still sends. */
    private void expire(S3Client s3, String whole) throws Exception {
        String bucket = stack.environment().get(BUCKET);
        String id = create(10L * PART);
        try (Piece piece = begin(nodes.get(0).uri(), id, 10L * PART)) {
            send(piece, 2L * PART + BLOCK);
            await().atMost(Waits.LIMIT).until(() -> offset(nodes.get(0).uri(), id) >= PART);
            try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                    Statement change = database.createStatement()) {
                // So long ago that no byte of the request that still runs renews it.
                change.execute("UPDATE uploads SET expires_at = now(), created_at = now() - interval '30 days'"
                        + " WHERE video_id = '" + id + "'");
                change.execute("UPDATE videos SET expires_at = now() WHERE id = '" + id + "'");
            }
            long expired = System.nanoTime();
            await().atMost(Waits.LIMIT)
                    .until(() -> s3.listMultipartUploads(l -> l.bucket(bucket))
                            .uploads()
                            .isEmpty());
            System.out.printf(
                    "RESULT name=expired-upload value=%.1f unit=s target=60 verdict=%s%n",
                    (System.nanoTime() - expired) / 1e9, System.nanoTime() - expired <= 60e9 ? "pass" : "fail");
        }
        await().atMost(Waits.LIMIT).untilAsserted(() -> assertOnly(s3, whole));
    }

    private AppProcess start(int node) {
        AppProcess web = AppProcess.start(AppProcess.WEB, stack.environment(), folder.resolve("web-" + node + ".log"));
        web.awaitReady();
        return web;
    }

    private String create(long length) throws Exception {
        HttpResponse<String> created =
                client.send(client.request(nodes.get(0).uri().resolve("/api/uploads"))
                        .header("Tus-Resumable", "1.0.0")
                        .header("Upload-Length", String.valueOf(length))
                        // "a.mp4"
                        .header("Upload-Metadata", "filename YS5tcDQ=")
                        .POST(BodyPublishers.noBody())
                        .build());
        assertThat(created.statusCode()).as(created.body()).isEqualTo(201);
        return created.body().replaceAll(".*\"video_id\":\"([^\"]+)\".*", "$1");
    }

    /** Returns the longest time, in milliseconds, from a kill to the other node's offset. */
    private long sendThroughFaults(String id, long length, int cuts, int kills) throws Exception {
        long slowest = 0;
        int node = 0;
        int faults = cuts + kills;
        for (int fault = 0; fault < faults; fault++) {
            boolean kill = fault % (faults / kills) == faults / kills - 1;
            try (Piece piece = begin(nodes.get(node).uri(), id, length)) {
                // So that all faults find something to cut.
                long share = (length - piece.offset()) / (faults - fault);
                long some = Math.min(length - piece.offset() - 1, 1 + (long) (random.nextDouble() * 2 * share));
                send(piece, some);
                if (kill) {
                    // In the middle of it: the node holds what it has not counted yet.
                    nodes.get(node).kill();
                }
            }
            if (kill) {
                long killed = System.nanoTime();
                int other = 1 - node;
                offset(nodes.get(other).uri(), id);
                slowest = Math.max(slowest, (System.nanoTime() - killed) / 1_000_000);
                nodes.set(node, start(node));
                node = other;
            } else {
                node = fault % 2 == 0 ? 1 - node : node;
            }
        }
        URI last = nodes.get(node).uri();
        try (Piece piece = begin(last, id, length)) {
            send(piece, length - piece.offset());
            assertThat(status(piece.socket())).isEqualTo(204);
        }
        return slowest;
    }

    private long offset(URI web, String id) throws Exception {
        HttpResponse<String> head = client.send(client.request(web.resolve("/api/uploads/" + id))
                .header("Tus-Resumable", "1.0.0")
                .method("HEAD", BodyPublishers.noBody())
                .build());
        assertThat(head.statusCode()).isEqualTo(200);
        return head.headers().firstValueAsLong("Upload-Offset").orElseThrow();
    }

    /** A request that web has begun to read. */
    private record Piece(Socket socket, long offset) implements AutoCloseable {

        @Override
        public void close() throws IOException {
            socket.close();
        }
    }

    /** Begins to send from the upload's offset. While an earlier request still moves it, it begins again. */
    private Piece begin(URI web, String id, long length) {
        return await().atMost(Waits.LIMIT).until(() -> tryToBegin(web, id, length), Objects::nonNull);
    }

    private Piece tryToBegin(URI web, String id, long length) throws Exception {
        long offset = offset(web, id);
        Socket socket = new Socket(web.getHost(), web.getPort());
        socket.setSoTimeout((int) Waits.LIMIT.toMillis());
        socket.getOutputStream()
                .write(("PATCH /api/uploads/" + id + " HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer " + client.token()
                                + "\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream\r\nUpload-Offset: "
                                + offset + "\r\nExpect: 100-continue\r\nContent-Length: " + (length - offset)
                                + "\r\n\r\n")
                        .getBytes(StandardCharsets.US_ASCII));
        if (status(socket) == CONTINUE) {
            // The rest of the line, and an empty one.
            for (int ends = 0; ends < 2; ) {
                ends += socket.getInputStream().read() == '\n' ? 1 : 0;
            }
            return new Piece(socket, offset);
        }
        socket.close();
        return null;
    }

    private void send(Piece piece, long count) throws IOException {
        OutputStream out = piece.socket().getOutputStream();
        for (long at = piece.offset(); at < piece.offset() + count; ) {
            int start = (int) (at % BLOCK);
            int some = (int) Math.min(BLOCK - start, piece.offset() + count - at);
            out.write(block(at / BLOCK), start, some);
            at += some;
            sent += some;
        }
        out.flush();
    }

    private static int status(Socket socket) throws IOException {
        byte[] line = socket.getInputStream().readNBytes("HTTP/1.1 204".length());
        return Integer.parseInt(new String(line, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length()));
    }

    /** The same at each call: the file is never in memory as a whole. */
    private static byte[] block(long number) {
        byte[] block = new byte[BLOCK];
        new Random(number).nextBytes(block);
        return block;
    }

    private void assertStored(S3Client s3, String id, long length) throws Exception {
        String bucket = stack.environment().get(BUCKET);
        MessageDigest sentSum = MessageDigest.getInstance("SHA-256");
        for (long at = 0; at < length; at += BLOCK) {
            sentSum.update(block(at / BLOCK), 0, (int) Math.min(BLOCK, length - at));
        }
        MessageDigest storedSum = MessageDigest.getInstance("SHA-256");
        try (InputStream stored = s3.getObject(g -> g.bucket(bucket).key("uploads/" + id + ".mp4"))) {
            byte[] buffer = new byte[BLOCK];
            for (int count = stored.read(buffer); count >= 0; count = stored.read(buffer)) {
                storedSum.update(buffer, 0, count);
            }
        }
        HexFormat hex = HexFormat.of();
        assertThat(hex.formatHex(storedSum.digest())).isEqualTo(hex.formatHex(sentSum.digest()));
        assertOnly(s3, id);
    }

    /** The bucket has what the rows name, and nothing is open. */
    private void assertOnly(S3Client s3, String id) throws Exception {
        String bucket = stack.environment().get(BUCKET);
        assertThat(s3.listObjectsV2(l -> l.bucket(bucket).prefix("uploads/")).contents())
                .extracting(object -> object.key())
                .containsExactly("uploads/" + id + ".mp4");
        assertThat(s3.listMultipartUploads(l -> l.bucket(bucket)).uploads()).isEmpty();
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                Statement query = database.createStatement();
                ResultSet status = query.executeQuery("SELECT string_agg(status, ',') FROM videos")) {
            status.next();
            assertThat(status.getString(1)).isEqualTo("uploaded");
        }
    }
}
