package caravana.bench;

import caravana.bench.plain.PlainUploads;
import caravana.measure.MeasurementException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;

/** Measures the cost of an upload through web, compared with storing the same file in S3 directly with the AWS SDK. */
final class UploadSpeed implements Benchmark {

    private static final int MB = 1024 * 1024;

    private static final int FILE_BYTES = 100 * MB;

    private static final int PAIRS = 5;
    private static final double TARGET = 0.8;
    private static final String BOUNDARY = "caravana-bench";
    private static final String FORM_END = "\r\n--" + BOUNDARY + "--\r\n";

    @Override
    public List<String> names() {
        return List.of("upload-raw", "upload-multipart");
    }

    @Override
    public void run(Setting setting) throws Exception {
        Path file = file(setting.folder());
        try (WebOnStack system = WebOnStack.start(setting.folder(), Map.of());
                PlainProgram sdk = PlainProgram.start(
                        PlainUploads.class,
                        system.environment(),
                        setting.folder().resolve("sdk.log"))) {
            Pairs.Side plain = () -> speed(() -> sdk.order("uploads/" + UUID.randomUUID() + " " + file));
            Pairs.Side raw = () -> speed(() -> upload(system, rawHead(system), file, ""));
            Pairs.Side form = () -> speed(() -> upload(system, formHead(system), file, FORM_END));
            plain.measure();
            raw.measure();
            form.measure();
            Pairs pairs = Pairs.measure(PAIRS, "MB/s", "raw upload ÷ AWS SDK", raw, plain);
            setting.results().atLeast("upload-raw", pairs.ratio(), "ratio", TARGET, pairs.detail());
            pairs = Pairs.measure(PAIRS, "MB/s", "form ÷ AWS SDK", form, plain);
            setting.results().atLeast("upload-multipart", pairs.ratio(), "ratio", TARGET, pairs.detail());
        }
    }

    /** Bytes that nothing can make smaller, the same each time. */
    private static Path file(Path folder) throws IOException {
        return file(folder, FILE_BYTES);
    }

    /** The same, of any whole number of megabytes. */
    static Path file(Path folder, long length) throws IOException {
        Path file = folder.resolve("video.mp4");
        Random random = new Random(1);
        byte[] block = new byte[MB];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int i = 0; i < length / MB; i++) {
                random.nextBytes(block);
                out.write(block);
            }
        }
        return file;
    }

    private interface Action {
        void run() throws Exception;
    }

    /** Megabytes a second. */
    private static double speed(Action upload) throws Exception {
        long started = System.nanoTime();
        upload.run();
        return FILE_BYTES / (double) MB / ((System.nanoTime() - started) / 1e9);
    }

    private static String rawHead(WebOnStack system) {
        return head(system, "/api/videos?title=bench", "video/mp4", FILE_BYTES);
    }

    private static String formHead(WebOnStack system) {
        String fields =
                "--" + BOUNDARY + "\r\nContent-Disposition: form-data; name=\"title\"\r\n\r\nbench\r\n--" + BOUNDARY
                        + "\r\nContent-Disposition: form-data; name=\"video_file\"; filename=\"video.mp4\"\r\n"
                        + "Content-Type: video/mp4\r\n\r\n";
        long length = fields.length() + (long) FILE_BYTES + FORM_END.length();
        return head(system, "/api/videos/upload", "multipart/form-data; boundary=" + BOUNDARY, length) + fields;
    }

    private static String head(WebOnStack system, String path, String type, long length) {
        return "POST " + path + " HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer "
                + system.client().token() + "\r\nContent-Type: " + type + "\r\nContent-Length: " + length + "\r\n\r\n";
    }

    /** The kernel sends the file without the process, so that the client takes as little of the processors as it can. */
    private static void upload(WebOnStack system, String head, Path file, String end) throws IOException {
        URI web = system.web().uri();
        try (SocketChannel socket = SocketChannel.open(new InetSocketAddress(web.getHost(), web.getPort()));
                FileChannel content = FileChannel.open(file)) {
            write(socket, head);
            for (long sent = 0; sent < FILE_BYTES; ) {
                sent += content.transferTo(sent, FILE_BYTES - sent, socket);
            }
            write(socket, end);
            String answer = new String(Channels.newInputStream(socket).readAllBytes(), StandardCharsets.UTF_8);
            if (!answer.startsWith("HTTP/1.1 201 ")) {
                throw new MeasurementException("An upload was answered:\n" + answer);
            }
        }
    }

    private static void write(SocketChannel socket, String text) throws IOException {
        ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(StandardCharsets.US_ASCII));
        while (bytes.hasRemaining()) {
            socket.write(bytes);
        }
    }
}
