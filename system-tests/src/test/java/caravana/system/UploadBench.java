package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What uploads cost web, as a process with a heap of 256 MB. */
class UploadBench {

    private static final long MB = 1024 * 1024;
    private static final long GROWTH_MB = 64;
    private static final int SLOW_CLIENTS = 50;
    private static final int HEALTH_CALLS = 500;
    private static final double HEALTH_MILLIS = 50;

    @TempDir
    Path folder;

    private LocalStack stack;
    private AppProcess web;
    private ApiClient client;

    @BeforeEach
    void start() throws Exception {
        stack = LocalStack.start(folder.resolve("stack"));
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.put("CARAVANA_UPLOAD_MAX_SIZE", "2GB");
        web = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
        web.awaitReady(java.time.Duration.ofSeconds(90));
        client = ApiClient.signUp(web.uri());
    }

    @AfterEach
    void stop() {
        web.close();
        stack.close();
    }

    /** Growth of the resident set during one upload of 1 GB, after one of 100 MB that brought web to its working size. */
    @Test
    void memoryOfOneUpload() throws Exception {
        upload(100 * MB);
        long before = residentBytes();
        AtomicBoolean done = new AtomicBoolean();
        ExecutorService sampler = Executors.newSingleThreadExecutor();
        Future<Long> peak = sampler.submit(() -> {
            long most = 0;
            while (!done.get()) {
                most = Math.max(most, residentBytes());
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
            }
            return most;
        });
        long started = System.nanoTime();
        upload(1024 * MB);
        double seconds = (System.nanoTime() - started) / 1e9;
        done.set(true);
        long growth = (peak.get() - before) / MB;
        sampler.shutdown();

        System.out.printf(
                Locale.ROOT,
                "1 GB in %.1f s (%.0f MB/s); resident before %d MB, peak %d MB%n",
                seconds,
                1024 / seconds,
                before / MB,
                peak.get() / MB);
        report("upload-memory", growth, "MB", GROWTH_MB);
    }

    /** Health while 50 clients upload a few bytes a second; those over the limit of 16 are refused, and come again. */
    @Test
    void healthUnderSlowUploads() throws Exception {
        AtomicBoolean done = new AtomicBoolean();
        AtomicInteger refused = new AtomicInteger();
        ExecutorService clients = Executors.newFixedThreadPool(SLOW_CLIENTS);
        for (int i = 0; i < SLOW_CLIENTS; i++) {
            clients.submit(() -> {
                while (!done.get()) {
                    refused.addAndGet(uploadSlowly(done) ? 0 : 1);
                }
                return null;
            });
        }
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest health =
                HttpRequest.newBuilder(web.uri().resolve("/api/health")).build();
        while (refused.get() < SLOW_CLIENTS) {
            LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(20));
        }
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < HEALTH_CALLS; i++) {
            long asked = System.nanoTime();
            int status =
                    http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode();
            millis.add((System.nanoTime() - asked) / 1e6);
            assertThat(status).isEqualTo(200);
        }
        done.set(true);
        clients.shutdown();
        assertThat(clients.awaitTermination(60, TimeUnit.SECONDS)).isTrue();

        List<Double> sorted = millis.stream().sorted().toList();
        System.out.printf(
                Locale.ROOT,
                "health: median %.1f ms, p95 %.1f ms, most %.1f ms of %d calls; %d uploads were refused meanwhile%n",
                sorted.get(HEALTH_CALLS / 2),
                sorted.get(HEALTH_CALLS * 95 / 100),
                sorted.get(HEALTH_CALLS - 1),
                HEALTH_CALLS,
                refused.get());
        report("health-under-load", sorted.get(HEALTH_CALLS * 95 / 100), "ms", HEALTH_MILLIS);
    }

    private static void report(String name, double value, String unit, double target) {
        System.out.printf(
                Locale.ROOT,
                "RESULT name=%s value=%.1f unit=%s target=<=%.0f verdict=%s%n",
                name,
                value,
                unit,
                target,
                value <= target ? "pass" : "fail");
        assertThat(value).isLessThanOrEqualTo(target);
    }

    private void upload(long bytes) throws Exception {
        HttpResponse<String> answer = client.upload(
                web.uri(),
                "Large",
                BodyPublishers.fromPublisher(BodyPublishers.ofInputStream(() -> new Zeros(bytes)), bytes));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    }

    /** Whether the upload was taken, until it is enough. */
    private boolean uploadSlowly(AtomicBoolean done) throws Exception {
        try (Socket socket = new Socket(web.uri().getHost(), web.uri().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /api/videos?title=slow HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                            + client.token()
                            + "\r\nContent-Type: video/mp4\r\nContent-Length: 100000000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            while (!done.get()) {
                if (in.available() > 0) {
                    return false;
                }
                out.write(new byte[2048]);
                out.flush();
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(100));
            }
            return true;
        } catch (java.io.IOException refusedMeanwhile) {
            return false;
        }
    }

    private long residentBytes() throws Exception {
        for (String line : Files.readAllLines(Path.of("/proc/" + web.pid() + "/status"))) {
            if (line.startsWith("VmRSS:")) {
                return Long.parseLong(line.replaceAll("\\D", "")) * 1024;
            }
        }
        throw new IllegalStateException("There is no process " + web.pid());
    }

    /** That many bytes, from nowhere. */
    private static final class Zeros extends InputStream {

        private long left;

        Zeros(long bytes) {
            this.left = bytes;
        }

        @Override
        public int read() {
            return left-- > 0 ? 0 : -1;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            if (left <= 0) {
                return -1;
            }
            int count = (int) Math.min(left, length);
            left -= count;
            return count;
        }
    }
}
