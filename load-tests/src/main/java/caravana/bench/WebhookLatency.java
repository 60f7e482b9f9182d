package caravana.bench;

import caravana.local.ApiClient;
import caravana.measure.Figures;
import caravana.measure.MeasurementException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/**
 * Measures how soon after the commit of a change a receiver gets its event, on an idle system. Both clocks are those of
 * this machine.
 */
final class WebhookLatency implements Benchmark {

    private static final int EVENTS = 100;
    private static final int WARM_UP = 20;
    private static final double LATE_MILLIS = 250;

    /** Between two changes, so that they come at any time between two looks of web. */
    private static final int PAUSE_MILLIS = 300;

    private static final long PATIENCE_SECONDS = 60;

    private static final String CHANGE = """
            UPDATE videos
            SET status = CASE status WHEN 'uploaded' THEN 'cancelled' ELSE 'uploaded' END,
                cancelled_at = CASE status WHEN 'uploaded' THEN now() END,
                updated_at = now()
            """;

    @Override
    public List<String> names() {
        return List.of("webhook-latency");
    }

    @Override
    public void run(Setting setting) throws Exception {
        BlockingQueue<Instant> arrivals = new LinkedBlockingQueue<>();
        HttpServer receiver = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        receiver.createContext("/", call -> {
            arrivals.add(Instant.now());
            call.sendResponseHeaders(204, -1);
            call.close();
        });
        receiver.start();
        // Receivers on this machine are called there.
        Map<String, String> local = Map.of("SPRING_PROFILES_ACTIVE", "local");
        try (WebOnStack system = WebOnStack.start(setting.folder(), local)) {
            prepare(system, receiver.getAddress().getPort());
            List<Double> late = measure(system, arrivals);
            setting.results()
                    .atMost(
                            "webhook-latency",
                            Figures.percentile(late, 95),
                            "ms",
                            LATE_MILLIS,
                            "p95-of=" + late.size() + " median=" + Figures.text(Figures.median(late)) + "ms most="
                                    + Figures.text(Figures.percentile(late, 100)) + "ms");
        } finally {
            receiver.stop(0);
        }
    }

    /** One video, and then a webhook that gets its events. */
    private static void prepare(WebOnStack system, int port) throws Exception {
        URI web = system.web().uri();
        ApiClient client = system.client();
        client.upload(web, "Changing", BodyPublishers.ofByteArray(new byte[1000]));
        HttpResponse<String> created = client.send(client.request(web.resolve("/api/webhooks"))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(new ObjectMapper()
                        .createObjectNode()
                        .put("url", "http://127.0.0.1:" + port + "/")
                        .toString()))
                .build());
        if (created.statusCode() != 201) {
            throw new MeasurementException("The webhook was answered " + created.statusCode() + ": " + created.body());
        }
    }

    private static List<Double> measure(WebOnStack system, BlockingQueue<Instant> arrivals)
            throws SQLException, InterruptedException {
        List<Double> late = new ArrayList<>();
        Random random = new Random(1);
        try (Connection database = system.database();
                PreparedStatement change = database.prepareStatement(CHANGE)) {
            for (int i = 0; i < WARM_UP + EVENTS; i++) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(random.nextInt(PAUSE_MILLIS)));
                if (change.executeUpdate() != 1) {
                    throw new MeasurementException("There is not one video");
                }
                Instant committed = Instant.now();
                Instant arrived = arrivals.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
                if (arrived == null) {
                    throw new MeasurementException("An event did not arrive within " + PATIENCE_SECONDS + " s");
                }
                if (i >= WARM_UP) {
                    // It may arrive before this has read that it is committed.
                    late.add(Math.max(0, Duration.between(committed, arrived).toNanos() / 1e6));
                }
            }
        }
        return late;
    }
}
