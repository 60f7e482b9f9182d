package caravana.system.ops;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.AppProcess;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;

/** Every query of the dashboards and of the alerts, compared with what web and a worker expose after real jobs. */
@SampledClass(turn = 1)
class DashboardsTest {

    private static final Duration SOON = Waits.LIMIT;
    private static final String METRICS = "caravana-prometheus";

    /** One line of a scrape: a series' name, and its labels. */
    private static final Pattern SAMPLE = Pattern.compile("(?m)^([a-z_][a-z0-9_]*)(?:\\{([^}]*)})? ");

    private static final Set<String> SAYS_LITTLE = Set.of("0", "NaN");

    private static final Pattern LABEL = Pattern.compile("([a-z_]+)=\"");

    @TempDir
    static Path folder;

    private static OperatedStack stack;
    private static AppProcess worker;
    private static String failed;

    @BeforeAll
    static void runJobs() throws Exception {
        stack = new OperatedStack(folder.resolve("system"));
        worker = stack.addWorker(1, Map.of());
        worker.awaitReady();
        String video = stack.upload();
        failed = stack.uploadText();
        await().atMost(SOON).until(() -> stack.status(video), "processed"::equals);
        await().atMost(SOON).until(() -> stack.status(failed), "failed"::equals);
        assertThat(stack.list()).isEqualTo(200);
        // What is counted only when it happens: a claim that is refused, and a repair.
        try (Connection database = stack.database();
                Statement statement = database.createStatement();
                ResultSet row =
                        statement.executeQuery("SELECT job_message(v) FROM videos v WHERE id = '" + video + "'");
                SqsClient sqs = stack.sqs()) {
            row.next();
            String again = row.getString(1);
            sqs.sendMessage(m -> m.queueUrl(stack.queueUrl()).messageBody(again));
        }
        stack.delete(stack.uploadText());
        await().atMost(SOON)
                .until(() -> exposed()
                        .keySet()
                        .containsAll(Set.of("caravana_claims_refused_total", "caravana_repairs_total")));
    }

    @AfterAll
    static void stop() {
        stack.close();
    }

    @Test
    void everyMetricAndLabelExists() throws Exception {
        Map<String, Set<String>> exposed = exposed();
        // Prometheus' own, as are two labels below.
        exposed.put("up", Set.of());
        List<String> missing = new ArrayList<>();
        List<Dashboards.Query> queries = new ArrayList<>(Dashboards.queries());
        Alerts.rules().forEach(r -> queries.add(new Dashboards.Query("alerts", r.name(), METRICS, r.query())));
        for (Dashboards.Query query : queries) {
            if (!query.source().equals(METRICS)) {
                continue;
            }
            PromQl names = PromQl.of(query.query());
            assertThat(names.metrics()).as(query.toString()).isNotEmpty();
            // These two Prometheus adds itself.
            Set<String> labels = new TreeSet<>(Set.of("instance", "job"));
            names.metrics().stream().map(m -> exposed.getOrDefault(m, Set.of())).forEach(labels::addAll);
            Stream.concat(
                            names.metrics().stream().filter(m -> !exposed.containsKey(m)),
                            names.labels().stream().filter(l -> !labels.contains(l)))
                    .forEach(name -> missing.add(query.dashboard() + ", " + query.panel() + ": " + name));
        }
        System.out.printf(
                "RESULT name=dashboard-queries value=%d unit=names-missing target=0 queries=%d verdict=%s%n",
                missing.size(), queries.size(), missing.isEmpty() ? "pass" : "fail");
        assertThat(missing).isEmpty();
    }

    /** The labels of every series of web and worker. */
    private static Map<String, Set<String>> exposed() throws IOException, InterruptedException {
        Map<String, Set<String>> exposed = new TreeMap<>();
        URI web = URI.create("http://127.0.0.1:" + stack.webManagementPort());
        for (URI app : List.of(web, worker.uri())) {
            HttpResponse<String> scrape = HttpClient.newHttpClient()
                    .send(
                            HttpRequest.newBuilder(app.resolve("/actuator/prometheus"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString());
            assertThat(scrape.statusCode()).isEqualTo(200);
            Matcher samples = SAMPLE.matcher(scrape.body());
            while (samples.find()) {
                Set<String> labels = exposed.computeIfAbsent(samples.group(1), first -> new TreeSet<>());
                if (samples.group(2) != null) {
                    LABEL.matcher(samples.group(2)).results().forEach(m -> labels.add(m.group(1)));
                }
            }
        }
        return exposed;
    }

    @Test
    void theListOfErrorsNamesTheVideoAndItsCode() throws Exception {
        List<Dashboards.Query> sql = Dashboards.queries().stream()
                .filter(q -> !q.source().equals(METRICS))
                .toList();
        assertThat(sql).hasSize(1);
        try (Connection database = stack.database();
                Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery(sql.get(0).query())) {
            assertThat(row.next()).isTrue();
            assertThat(row.getString("video_id")).isEqualTo(failed);
            assertThat(row.getString("code")).isEqualTo("not_a_video");
        }
    }

    @Test
    void prometheusEvaluatesEveryPanel() throws Exception {
        Shell.need("prometheus", "dashboard-panels");
        int answered = 0;
        int all = 0;
        try (Prometheus prometheus = new Prometheus(
                folder.resolve("prometheus"),
                stack.webManagementPort(),
                worker.uri().getPort())) {
            // Rates need two scrapes with something between them.
            String video = stack.upload();
            await().atMost(SOON).until(() -> stack.status(video), "processed"::equals);
            await().atMost(SOON)
                    .until(() -> !prometheus
                            .query("rate(caravana_jobs_total{result=\"processed\"}[30s]) > 0")
                            .isEmpty());
            System.out.println("| dashboard | panel | query | sample |");
            System.out.println("| --- | --- | --- | --- |");
            for (Dashboards.Query query : Dashboards.queries()) {
                if (query.source().equals(METRICS)) {
                    JsonNode series = prometheus.query(query.query().replace("$__rate_interval", "30s"));
                    String sample = series.isEmpty() ? "none: nothing of it has happened" : sample(series);
                    System.out.printf(
                            "| %s | %s | `%s` | %s |%n", query.dashboard(), query.panel(), query.query(), sample);
                    all++;
                    answered += series.isEmpty() ? 0 : 1;
                } else {
                    System.out.printf(
                            "| %s | %s | `%s` | %s |%n",
                            query.dashboard(), query.panel(), query.query(), firstRow(query.query()));
                }
            }
        }
        System.out.printf(
                "RESULT name=dashboard-panels value=%d unit=queries-with-values of=%d verdict=%s%n",
                answered, all, answered > all / 2 ? "pass" : "fail");
        assertThat(answered).isGreaterThan(all / 2);
    }

    /** A series with a meaningful value, if there is one. */
    private static String sample(JsonNode result) {
        JsonNode series = result.get(0);
        for (JsonNode other : result) {
            if (!SAYS_LITTLE.contains(other.at("/value/1").asText())) {
                series = other;
                break;
            }
        }
        StringBuilder labels = new StringBuilder();
        series.path("metric").properties().forEach(label -> {
            if (!label.getKey().equals("instance")) {
                labels.append(label.getKey())
                        .append('=')
                        .append(label.getValue().asText())
                        .append(' ');
            }
        });
        return labels + series.at("/value/1").asText();
    }

    private static String firstRow(String sql) throws SQLException {
        try (Connection database = stack.database();
                Statement statement = database.createStatement();
                ResultSet row = statement.executeQuery(sql)) {
            row.next();
            return row.getString("video_id") + " " + row.getString("code");
        }
    }
}
