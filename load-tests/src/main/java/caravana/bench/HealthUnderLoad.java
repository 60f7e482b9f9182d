package caravana.bench;

import caravana.measure.Figures;
import caravana.measure.MeasurementException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures the health check while 50 clients upload a few bytes a second; those above the limit of 16 are refused, and
 * try again.
 */
final class HealthUnderLoad implements Benchmark {

    private static final int SLOW_CLIENTS = 50;
    private static final int HEALTH_CALLS = 500;
    private static final double HEALTH_MILLIS = 50;

    @Override
    public List<String> names() {
        return List.of("health-under-load");
    }

    @Override
    public void run(Setting setting) throws Exception {
        try (WebOnStack system = WebOnStack.start(setting.folder(), Map.of())) {
            AtomicBoolean done = new AtomicBoolean();
            AtomicInteger refused = new AtomicInteger();
            ExecutorService clients = Executors.newFixedThreadPool(SLOW_CLIENTS);
            try {
                for (int i = 0; i < SLOW_CLIENTS; i++) {
                    clients.submit(() -> {
                        while (!done.get()) {
                            refused.addAndGet(uploadSlowly(system, done) ? 0 : 1);
                        }
                    });
                }
                while (refused.get() < SLOW_CLIENTS) {
                    pause(20);
                }
                List<Double> millis = healthCalls(system);
                System.out.println("health: median " + Figures.text(Figures.median(millis)) + " ms, most "
                        + Figures.text(Figures.percentile(millis, 100)) + " ms of " + HEALTH_CALLS + " calls; "
                        + refused.get() + " uploads were refused meanwhile");
                setting.results().atMost("health-under-load", Figures.percentile(millis, 95), "ms", HEALTH_MILLIS);
            } finally {
                done.set(true);
                clients.shutdown();
                clients.awaitTermination(60, TimeUnit.SECONDS);
            }
        }
    }

    private static List<Double> healthCalls(WebOnStack system) throws IOException, InterruptedException {
        HttpClient http = HttpClient.newHttpClient();
        HttpRequest health = HttpRequest.newBuilder(system.web().uri().resolve("/api/health"))
                .build();
        List<Double> millis = new ArrayList<>();
        for (int i = 0; i < HEALTH_CALLS; i++) {
            long asked = System.nanoTime();
            int status =
                    http.send(health, HttpResponse.BodyHandlers.discarding()).statusCode();
            millis.add((System.nanoTime() - asked) / 1e6);
            if (status != 200) {
                throw new MeasurementException("Health was answered " + status);
            }
        }
        return millis;
    }

    /** Whether the upload was taken, until it is enough. */
    private static boolean uploadSlowly(WebOnStack system, AtomicBoolean done) {
        try (Socket socket =
                new Socket(system.web().uri().getHost(), system.web().uri().getPort())) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /api/videos?title=slow HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer "
                            + system.client().token()
                            + "\r\nContent-Type: video/mp4\r\nContent-Length: 100000000\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            InputStream in = socket.getInputStream();
            while (!done.get()) {
                if (in.available() > 0) {
                    return false;
                }
                out.write(new byte[2048]);
                out.flush();
                pause(100);
            }
            return true;
        } catch (IOException refusedMeanwhile) {
            return false;
        }
    }

    private static void pause(long millis) {
        LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(millis));
    }
}
