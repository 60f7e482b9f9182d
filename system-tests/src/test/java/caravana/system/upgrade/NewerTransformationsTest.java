package caravana.system.upgrade;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.SampleVideo;
import caravana.system.Clients;
import caravana.system.faults.Cluster;
import caravana.system.faults.FaultyWorker;
import caravana.system.faults.History;
import caravana.system.faults.Scale;
import caravana.system.routes.RouteCopy;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.sql.Connection;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.QueueAttributeName;

/**
 * A web node of this build, with a catalogue that has more than that of the last release, beside a worker of the release: what
 * only a newer worker knows waits for one, and no attempt is counted.
 */
@EnabledIfSystemProperty(
        named = UpgradeTest.RELEASE,
        matches = ".+",
        disabledReason = "./caravana test upgrade builds the last release and runs this")
class NewerTransformationsTest {

    private static final Duration GRACE = Duration.ofSeconds(2);
    private static final String CLAIMS = "SELECT sum(claims) FROM videos";
    private static final String REQUEUED = "old_status = 'processing' AND new_status = 'uploaded'";

    /** What each asks for, by what the release does not know of it. */
    private static final Map<String, String> ASKED = Map.of(
            "name", "[\"negativo\", \"transcodificacion\"]",
            "parameter", "[{\"nombre\": \"recorte_30s\", \"segundos\": 1}, \"transcodificacion\"]",
            "value", "[{\"nombre\": \"girar\", \"giro\": \"diagonal\"}, \"transcodificacion\"]",
            "combination", "[\"escalar\", \"hd_720p\", \"transcodificacion\"]");

    @TempDir
    Path folder;

    private Cluster cluster;

    @Test
    void whatOnlyTheNewerVersionKnowsWaitsForItsWorkersUncounted() throws Exception {
        Build from = Build.in(
                Path.of(System.getProperty(UpgradeTest.RELEASE)),
                Map.of("CARAVANA_ROUTES", impatient().setting()));
        Build to = Build.present(Map.of("CARAVANA_ROUTES", newer().setting()));
        try (Cluster started = new Cluster(folder, new Scale(0.5).settings(GRACE), System.getenv("PATH"));
                AppProcess web =
                        AppProcess.start(to.root(), AppProcess.WEB, settings(started, to), folder.resolve("web.log"))) {
            cluster = started;
            web.awaitReady();
            FaultyWorker older = worker(from);
            try (Connection database = cluster.database()) {
                History.install(database);
            }
            ApiClient client = ApiClient.signUp(web.uri());
            Map<String, String> videos = new LinkedHashMap<>();
            for (Map.Entry<String, String> asked : ASKED.entrySet()) {
                videos.put(asked.getKey(), accepted(client, web.uri(), asked.getValue()));
            }

            await("all are requeued by the worker of " + from.version())
                    .atMost(Waits.LIMIT)
                    .until(() ->
                            count("SELECT count(DISTINCT id) FROM fault_history WHERE " + REQUEUED) == ASKED.size());
            FaultyWorker newer = worker(to);
            int before = count(CLAIMS);
            await("all are processed")
                    .atMost(Waits.LIMIT)
                    .until(() -> count("SELECT count(*) FROM videos WHERE status NOT IN ('uploaded', 'processing')")
                            == ASKED.size());

            System.out.println("Requeued by the worker of " + from.version() + ": " + before + " times alone, "
                    + (count(CLAIMS) - before - ASKED.size()) + " times beside that of " + to.version());
            assertThat(count(
                            "SELECT count(*) FROM videos WHERE status = 'processed' AND attempts = 1 AND worker LIKE '%:"
                                    + newer.app().pid() + "'"))
                    .as("processed by the newer worker, as the first attempt")
                    .isEqualTo(ASKED.size());
            assertThat(count(
                            "SELECT count(*) FROM fault_history WHERE old_status = 'processing' AND new_status <> 'processed'"
                                    + " AND NOT (" + REQUEUED + " AND old_attempts = 1 AND new_attempts = 0)"))
                    .as("attempts that the older worker counted")
                    .isZero();
            assertThat(deadLetters()).isZero();
            assertThat(older.app().handle().isAlive()).isTrue();
            assertThat(clip(client, web.uri(), videos.get("parameter"))
                            .path("seconds")
                            .asDouble())
                    .isEqualTo(1);
            assertThat(clip(client, web.uri(), videos.get("value"))
                            .path("width")
                            .asInt())
                    .isEqualTo(180);
        }
    }

    /** The release's own, but that a job is due again after three seconds instead of five minutes. */
    private RouteCopy impatient() throws IOException {
        RouteCopy routes = RouteCopy.into(
                folder.resolve("release-camel"),
                Path.of(System.getProperty(UpgradeTest.RELEASE), "src/main/resources/camel"));
        routes.edit("failure/job-failures.camel.yaml", "expression: \"300\"", "expression: \"3\"");
        return routes;
    }

    /** This build's, and an entry, a parameter, a value and a combination more. */
    private RouteCopy newer() throws IOException {
        RouteCopy routes = RouteCopy.into(folder.resolve("newer-camel"));
        routes.write("catalogue/negativo.yaml", """
                nombre: negativo
                description: {es: Invierte los colores., en: Inverts the colours.}
                order: 46
                parts: exact
                filter: negate
                """);
        routes.edit("catalogue/recorte_30s.yaml", "trim:\n  keep: 30", """
                parameters:
                  segundos: {type: integer, minimum: 1, maximum: 30, default: 30, title: {es: Segundos, en: Seconds}}
                trim:
                  keep: "{segundos}"\
                """);
        routes.edit("catalogue/girar.yaml", "espejo_vertical]", "espejo_vertical, diagonal]");
        routes.edit(
                "catalogue/girar.yaml", "vertical: vflip\n", "vertical: vflip\n  diagonal: transpose=cclock_flip\n");
        routes.edit("catalogue/girar.yaml", "    izquierda: open", "    izquierda: open\n    diagonal: open");
        routes.edit("catalogue/escalar.yaml", "excludes: [hd_720p]\n", "");
        return routes;
    }

    private static Map<String, String> settings(Cluster cluster, Build build) {
        Map<String, String> settings = new LinkedHashMap<>(cluster.environment());
        settings.putAll(build.settings());
        return settings;
    }

    private FaultyWorker worker(Build build) {
        FaultyWorker worker = cluster.newWorker(1);
        worker.use(build.root(), build.settings());
        worker.start();
        worker.awaitReady();
        return worker;
    }

    private String accepted(ApiClient client, URI web, String asked) throws Exception {
        Path video = SampleVideo.make(folder.resolve("video.mp4"), "320x180", 2);
        String query = "?title=a&transformaciones=" + URLEncoder.encode(asked, StandardCharsets.UTF_8);
        HttpResponse<String> answer = client.send(client.request(web.resolve("/api/videos" + query))
                .header("Content-Type", "video/mp4")
                .POST(BodyPublishers.ofFile(video))
                .build());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new ObjectMapper().readTree(answer.body()).path("video_id").asText();
    }

    /** The main file of a result. */
    private static JsonNode clip(ApiClient client, URI web, String id) throws Exception {
        JsonNode outputs = new ObjectMapper()
                .readTree(client.get(web.resolve("/api/videos/" + id)).body())
                .path("outputs");
        assertThat(outputs.at("/0/role").asText()).isEqualTo("video");
        return outputs.get(0);
    }

    private int count(String query) throws Exception {
        return Integer.parseInt(cluster.query(query));
    }

    private int deadLetters() {
        Map<String, String> settings = cluster.stack().environment();
        try (SqsClient sqs = Clients.sqs(settings)) {
            return sqs
                    .getQueueAttributes(q -> q.queueUrl(settings.get("SQS_DLQ_URL"))
                            .attributeNames(List.of(QueueAttributeName.APPROXIMATE_NUMBER_OF_MESSAGES)))
                    .attributes()
                    .values()
                    .stream()
                    .mapToInt(Integer::parseInt)
                    .sum();
        }
    }
}
