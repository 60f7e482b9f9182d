package caravana.bench;

import caravana.bench.plain.PlainStatus;
import caravana.measure.MeasurementException;
import caravana.measure.Project;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.net.URI;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;

/**
 * Measures how many status requests web answers in a second, compared with a plain Spring MVC app with the same
 * answers.
 */
final class StatusThroughput implements Benchmark {

    private static final String MEDIA_INFO = """
            {"container": "mov,mp4,m4a,3gp,3g2,mj2", "bytes": 9000000, "duration_seconds": 35, "audio": null,
             "video": {"codec": "h264", "width": 1280, "height": 720, "frame_rate": 30, "pixel_format": "yuv420p", "hdr": null,
                       "color": {"range": "tv", "matrix": "bt709", "transfer": "bt709", "primaries": "bt709"},
                       "interlaced": false, "rotation": 0}}""";

    private static final int CONNECTIONS = 16;
    private static final long SECONDS = 5;
    private static final int PAIRS = 5;
    private static final double TARGET = 0.8;

    /** Both sides have been compiled by then, and their rates are level. */
    private static final int WARM_UPS = 3;

    private static final String STATEMENT = "src/main/resources/camel/videos/find-own-video.sql";

    @Override
    public List<String> names() {
        return List.of("status-throughput");
    }

    @Override
    public void run(Setting setting) throws Exception {
        compare(setting.folder(), (system, ours, theirs) -> {
            for (int i = 0; i < WARM_UPS; i++) {
                rate(system, ours);
                rate(system, theirs);
            }
            Pairs pairs = Pairs.measure(
                    PAIRS,
                    "requests/s",
                    "web ÷ plain Spring MVC",
                    () -> rate(system, ours),
                    () -> rate(system, theirs));
            setting.results().atLeast("status-throughput", pairs.ratio(), "ratio", TARGET, pairs.detail());
        });
    }

    @FunctionalInterface
    interface Comparison {
        void of(WebOnStack system, URI ours, URI theirs) throws Exception;
    }

    /** Starts both sides, and compares them once they have given the same answer. */
    static void compare(Path folder, Comparison comparison) throws Exception {
        try (WebOnStack system = WebOnStack.start(folder, Map.of())) {
            Map<String, String> environment = new HashMap<>(system.environment());
            URI database = URI.create(environment.get("DATABASE_URL"));
            String[] login = database.getUserInfo().split(":", 2);
            String jdbc = "jdbc:postgresql://" + database.getHost() + ":" + database.getPort() + database.getPath();
            environment.put("SPRING_DATASOURCE_URL", jdbc);
            environment.put("SPRING_DATASOURCE_USERNAME", login[0]);
            environment.put("SPRING_DATASOURCE_PASSWORD", login[1]);
            environment.put("STATEMENT", Project.root().resolve(STATEMENT).toString());
            String path;
            try (Connection connection = DriverManager.getConnection(jdbc, login[0], login[1])) {
                path = "/api/videos/" + processedVideo(system, connection);
            }
            try (PlainProgram plain = PlainProgram.start(PlainStatus.class, environment, folder.resolve("plain.log"))) {
                URI ours = system.web().uri().resolve(path);
                URI theirs = URI.create(plain.greeting()).resolve(path);
                checkSame(system, ours, theirs);
                comparison.of(system, ours, theirs);
            }
        }
    }

    /** Uploads something, and has its row say what a worker would have made of it. */
    private static String processedVideo(WebOnStack system, Connection database) throws Exception {
        HttpResponse<String> uploaded =
                system.client().upload(system.web().uri(), "Status", BodyPublishers.ofByteArray(new byte[1000]));
        String id =
                new ObjectMapper().readTree(uploaded.body()).path("video_id").asText();
        String folder = "processed/" + id + "/" + UUID.randomUUID();
        try (PreparedStatement processed = database.prepareStatement("""
                UPDATE videos
                SET status = 'processed', processed_at = now(), attempts = 1, claims = 1,
                    processed_key = ?, poster_key = ?, facts = '{"truncated": false}', warnings = '[]',
                    media_info = '{"source": %1$s, "result": %1$s}',
                    phase_ms = '{"download": 120, "probe": 80, "transcode": 9500, "check": 90, "publish": 110}'
                WHERE id = CAST(? AS uuid)
                """.formatted(MEDIA_INFO))) {
            processed.setString(1, folder + "/video.mp4");
            processed.setString(2, folder + "/poster.jpg");
            processed.setString(3, id);
            if (processed.executeUpdate() != 1) {
                throw new MeasurementException(
                        "The upload was answered " + uploaded.statusCode() + ": " + uploaded.body());
            }
        }
        return id;
    }

    /** Otherwise it would be no comparison. */
    private static void checkSame(WebOnStack system, URI ours, URI theirs) throws Exception {
        HttpResponse<String> one = system.client().get(ours);
        HttpResponse<String> other = system.client().get(theirs);
        if (!timeless(one).equals(timeless(other))
                || !one.headers().firstValue("ETag").equals(other.headers().firstValue("ETag"))) {
            throw new MeasurementException("The answers differ:\n" + one.headers() + "\n" + one.body() + "\n"
                    + other.headers() + "\n" + other.body());
        }
    }

    /** An answer's document, without the moment of its links and what follows from it. */
    private static JsonNode timeless(HttpResponse<String> answer) throws Exception {
        JsonNode document = new ObjectMapper().readTree(answer.body());
        if (answer.statusCode() != 200) {
            throw new MeasurementException(
                    "A status request was answered " + answer.statusCode() + ": " + answer.body());
        }
        timeless((ObjectNode) document);
        document.path("outputs").forEach(output -> timeless((ObjectNode) output));
        return document;
    }

    private static void timeless(ObjectNode document) {
        List<String> links = new ArrayList<>();
        document.fieldNames().forEachRemaining(field -> {
            if (field.endsWith("url")) {
                links.add(field);
            }
        });
        for (String link : links) {
            String address = document.path(link).asText();
            document.put(link, address.replaceAll("(X-Amz-(Date|Signature))=[0-9A-Za-z]+", "$1"));
        }
    }

    /** Requests a second. */
    private static double rate(WebOnStack system, URI address) throws Exception {
        byte[] request = ("GET " + address.getPath() + " HTTP/1.1\r\nHost: " + address.getAuthority()
                        + "\r\nAuthorization: Bearer " + system.client().token()
                        + "\r\nAccept: application/json\r\n\r\n")
                .getBytes(StandardCharsets.US_ASCII);
        ExecutorService clients = Executors.newFixedThreadPool(CONNECTIONS);
        try {
            long started = System.nanoTime();
            long end = started + TimeUnit.SECONDS.toNanos(SECONDS);
            List<Future<Long>> counts = new ArrayList<>();
            for (int i = 0; i < CONNECTIONS; i++) {
                counts.add(clients.submit(() -> {
                    long count = 0;
                    try (KeptConnection connection = new KeptConnection(address)) {
                        for (; System.nanoTime() < end; count++) {
                            int status = connection.ask(request).status();
                            if (status != 200) {
                                throw new MeasurementException("A status request was answered " + status);
                            }
                        }
                    }
                    return count;
                }));
            }
            long all = 0;
            for (Future<Long> count : counts) {
                all += count.get();
            }
            return all / ((System.nanoTime() - started) / 1e9);
        } finally {
            clients.shutdownNow();
        }
    }
}
