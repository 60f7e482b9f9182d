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
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
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

    private static final String RENDITIONS = "[\"transcodificacion\", \"hls\"]";
    private static final int PARTS = 3;
    private static final int PART_SECONDS = 4;

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

    /**
     * A video with renditions that a worker of this build encodes in parts, until it is killed. The worker of the release claims and
     * requeues it. The next worker of this build continues with the parts that are done, and players keep what was listed.
     */
    @Test
    void partsOfRenditionsOutliveAClaimOfTheRelease() throws Exception {
        Build from = Build.in(
                Path.of(System.getProperty(UpgradeTest.RELEASE)),
                Map.of("CARAVANA_ROUTES", impatient().setting()));
        Build to = Build.present(
                Map.of("CARAVANA_MEDIA_PARTS_FROM", "1s", "CARAVANA_MEDIA_PART_SECONDS", String.valueOf(PART_SECONDS)));
        Path tools = holding();
        try (Cluster started =
                        new Cluster(folder, new Scale(0.5).settings(GRACE), tools + ":" + System.getenv("PATH"));
                AppProcess web =
                        AppProcess.start(to.root(), AppProcess.WEB, settings(started, to), folder.resolve("web.log"))) {
            cluster = started;
            web.awaitReady();
            worker(from);
            FaultyWorker newer = worker(to);
            try (Connection database = cluster.database()) {
                History.install(database);
            }
            ApiClient client = ApiClient.signUp(web.uri());
            String id = accepted(client, web.uri(), RENDITIONS, PARTS * PART_SECONDS, "-g", "30");
            await("the first part is done, and the next one has begun")
                    .atMost(Waits.LIMIT)
                    .until(() -> count("SELECT count(*) FROM parts WHERE number = 0 AND part_state = 'done'") == 1
                            && Files.readAllLines(tools.resolve("runs")).size() == 2
                            // The first part's two segments, and the whole sound but for its last segment.
                            && listed().size() == 2 + PARTS);
            List<String> before = listed();

            newer.app().kill();
            int requeued = count("SELECT count(*) FROM fault_history WHERE " + REQUEUED);
            await("the worker of " + from.version() + " requeues it")
                    .atMost(Waits.LIMIT)
                    .until(() -> count("SELECT count(*) FROM fault_history WHERE " + REQUEUED) > requeued);
            assertThat(listed()).isEqualTo(before);
            Files.createFile(tools.resolve("released"));
            FaultyWorker next = worker(to);
            await("it is processed")
                    .atMost(Waits.LIMIT)
                    .until(() ->
                            count("SELECT count(*) FROM videos WHERE status NOT IN ('uploaded', 'processing')") == 1);

            assertThat(cluster.query(
                            "SELECT concat_ws(' ', status, attempts, in_parts) FROM videos WHERE worker LIKE '%:"
                                    + next.app().pid() + "'"))
                    .isEqualTo("processed 2 t");
            assertThat(Files.readAllLines(tools.resolve("runs"))).hasSize(PARTS + 1);
            assertThat(listed()).containsAll(before).hasSizeGreaterThan(before.size());
        }
    }

    /** An ffmpeg whose runs for other parts than the first one wait until a file {@code released} exists. */
    private Path holding() throws IOException {
        Path tools = Files.createDirectories(folder.resolve("tools")).toAbsolutePath();
        Path script = tools.resolve("ffmpeg");
        Files.writeString(script, """
                #!/bin/sh
                for output in "$@"; do :; done
                case "${output##*/}" in
                  part-0[-.]*) echo "$output" >>"%1$s/runs" ;;
                  part-*.mp4)
                    echo "$output" >>"%1$s/runs"
                    while [ ! -e "%1$s/released" ]; do sleep 0.05; done
                    ;;
                esac
                PATH="%2$s" exec ffmpeg "$@"
                """.formatted(tools, System.getenv("PATH")));
        Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwxr-xr-x"));
        // The apps may run as another user than the test.
        Files.setPosixFilePermissions(
                Files.createFile(tools.resolve("runs")), PosixFilePermissions.fromString("rw-rw-rw-"));
        return tools;
    }

    /** The segments of the only video that players get now. */
    private List<String> listed() throws Exception {
        String all = cluster.query("SELECT coalesce(string_agg(DISTINCT concat_ws('/', made.stream_id, made.name,"
                + " segment.number), ',' ORDER BY concat_ws('/', made.stream_id, made.name, segment.number)), '')"
                + " FROM videos CROSS JOIN played_renditions(videos.id) made JOIN segments segment"
                + " ON segment.video_id = made.video_id AND segment.claim_token = made.claim_token"
                + " AND segment.rendition = made.name WHERE made.current AND segment.number > 0");
        return all.isEmpty() ? List.of() : List.of(all.split(","));
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
        return accepted(client, web, asked, 2);
    }

    private String accepted(ApiClient client, URI web, String asked, int seconds, String... options) throws Exception {
        Path video = SampleVideo.make(folder.resolve("video.mp4"), "320x180", seconds, options);
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
