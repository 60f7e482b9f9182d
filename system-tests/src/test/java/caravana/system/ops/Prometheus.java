package caravana.system.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.FreePort;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/** A Prometheus of Debian's package that scrapes web and a worker once a second. */
final class Prometheus implements AutoCloseable {

    private static final String CONFIGURATION = """
        global: {scrape_interval: 1s}
        scrape_configs:
          - {job_name: web, metrics_path: /actuator/prometheus, static_configs: [{targets: ["127.0.0.1:%d"]}]}
          - {job_name: worker, metrics_path: /actuator/prometheus, static_configs: [{targets: ["127.0.0.1:%d"]}]}
        """;

    private static final Duration START = Waits.LIMIT;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();
    private final URI address;
    private final Process process;

    Prometheus(Path folder, int webPort, int workerPort) throws IOException {
        int port = FreePort.next();
        address = URI.create("http://127.0.0.1:" + port);
        Path configuration = Files.createDirectories(folder).resolve("prometheus.yaml");
        Files.writeString(configuration, CONFIGURATION.formatted(webPort, workerPort));
        process = new ProcessBuilder(
                        "prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + folder.resolve("data"),
                        "--web.listen-address=127.0.0.1:" + port)
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("prometheus.log").toFile())
                .start();
        await().atMost(START)
                .ignoreExceptions()
                .until(() -> query("sum(up)").at("/0/value/1").asText(), "2"::equals);
    }

    /** What a query gives now: a list of series, each with its {@code metric} and {@code value}. */
    JsonNode query(String query) throws IOException, InterruptedException {
        String encoded = URLEncoder.encode(query, StandardCharsets.UTF_8);
        HttpResponse<String> answer = http.send(
                HttpRequest.newBuilder(address.resolve("/api/v1/query?query=" + encoded))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(query + ": " + answer.body()).isEqualTo(200);
        return json.readTree(answer.body()).at("/data/result");
    }

    @Override
    public void close() {
        process.destroy();
        process.onExit().join();
    }
}
