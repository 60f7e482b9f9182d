package caravana.bench;

import caravana.measure.MeasurementException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Measures how much web's resident set grows while ten uploads of 1 GB arrive concurrently by tus, after ten of 50 MB
 * that brought web to its working size. The local object store keeps the files: the disk needs 21 GB.
 */
final class PiecesMemory implements Benchmark {

    private static final int UPLOADS = 10;
    private static final int PART_MB = 5;
    private static final double GROWTH_MB = 64;

    @Override
    public List<String> names() {
        return List.of("upload-memory-pieces");
    }

    @Override
    public void run(Setting setting) throws Exception {
        try (WebOnStack system = WebOnStack.start(
                setting.folder(), Map.of("CARAVANA_UPLOAD_AT_ONCE_PER_ACCOUNT", String.valueOf(UPLOADS)))) {
            uploadAll(system, 50L * Growth.MB);
            double growth = Growth.during(
                    () -> uploadAll(system, 1024L * Growth.MB),
                    UPLOADS,
                    system.web().pid());
            setting.results().atMost("upload-memory-pieces", growth, "MB", GROWTH_MB + UPLOADS * PART_MB);
        }
    }

    private static void uploadAll(WebOnStack system, long bytes) throws Exception {
        ExecutorService clients = Executors.newFixedThreadPool(UPLOADS);
        try {
            List<Callable<Void>> uploads = new ArrayList<>();
            for (int i = 0; i < UPLOADS; i++) {
                uploads.add(() -> upload(system, bytes));
            }
            for (Future<Void> upload : clients.invokeAll(uploads)) {
                upload.get();
            }
        } finally {
            clients.shutdownNow();
        }
    }

    private static Void upload(WebOnStack system, long bytes) throws Exception {
        URI web = system.web().uri();
        HttpResponse<String> created = system.client()
                .send(system.client()
                        .request(web.resolve("/api/uploads"))
                        .header("Tus-Resumable", "1.0.0")
                        .header("Upload-Length", String.valueOf(bytes))
                        // "a.mp4"
                        .header("Upload-Metadata", "filename YS5tcDQ=")
                        .POST(BodyPublishers.noBody())
                        .build());
        if (created.statusCode() != 201) {
            throw new MeasurementException("The creation was answered " + created.statusCode() + ": " + created.body());
        }
        String path = created.headers().firstValue("Location").orElseThrow();
        try (Socket socket = new Socket(web.getHost(), web.getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("PATCH " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                            + system.client().token()
                            + "\r\nTus-Resumable: 1.0.0\r\nContent-Type: application/offset+octet-stream"
                            + "\r\nUpload-Offset: 0\r\nContent-Length: " + bytes + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            byte[] block = new byte[Growth.MB];
            for (long sent = 0; sent < bytes; sent += Growth.MB) {
                out.write(block);
            }
            out.flush();
            check(socket.getInputStream());
        }
        return null;
    }

    private static void check(InputStream answer) throws IOException {
        String text = new String(answer.readAllBytes(), StandardCharsets.UTF_8);
        if (!text.startsWith("HTTP/1.1 204 ")) {
            throw new MeasurementException("An upload was answered:\n" + text);
        }
    }
}
