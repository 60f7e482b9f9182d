package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/** One fault of each kind, and the code under which the worker counts it. */
class FailureCodesTest {

    private static final Duration SOON = Duration.ofMinutes(3);
    private static final Pattern COUNTER = Pattern.compile(
            "caravana_jobs_total\\{.*?code=\"(\\w+)\".*?last_code=\"(\\w+)\".*?outcome=\"(\\w+)\".*} (\\S+)");

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private final Uploads uploads = new Uploads();
    private StandIn standIn;
    private Cluster cluster;
    private FaultyWorker worker;

    @Test
    void eachKindOfFaultHasItsOwnCode() throws Exception {
        standIn = StandIn.in(folder.resolve("stand-in"));
        String settings = new Scale(0.2)
                .settings(Duration.ofSeconds(2))
                .replace(
                        "\"base-time-limit\": \"20m\"",
                        "\"base-time-limit\": \"6s\", \"time-limit-factor\": 0.001, \"stall-limit\": \"2s\"");
        assertThat(settings).contains("stall-limit");
        String path = standIn.folder() + ":" + System.getenv("PATH");
        try (Cluster running = new Cluster(folder, settings, path)) {
            cluster = running;
            cluster.startWeb();
            String invalid = ordered("wrong");
            String heavy = ordered("memory");
            ordered("signal");
            ordered("stall");
            ordered("full");
            ordered("error");
            upload(standIn.original(Map.of("seconds", "60")));
            upload("This is no video at all.".getBytes(StandardCharsets.UTF_8));
            update(ordered("signal"), "attempts = 4");
            update(ordered(""), "attempts = 5");
            update(ordered(""), "transformations = '[\"of_next_year\"]'");
            deleteOriginal(ordered(""));
            refuseCommit(ordered(""));
            String stolen = upload(standIn.original(Map.of("seconds", "5")));
            sendPoison();
            worker = cluster.addWorker(8);
            worker.awaitReady(SOON);

            await().atMost(SOON).until(() -> status(stolen), "processing"::equals);
            update(stolen, "claim_token = gen_random_uuid()");
            awaitCodes(
                    "killed",
                    "stalled",
                    "time_limit",
                    "disk_full",
                    "out_of_memory",
                    "media_too_heavy",
                    "undecodable",
                    "not_a_video",
                    "original_missing",
                    "output_invalid",
                    "unknown_transformation",
                    "poison_message",
                    "claim_lost",
                    "attempts_exhausted",
                    "database_unavailable");
            withoutStore();
            withoutTools();
            withDefect();
            String metrics = metrics();
            COUNTER.matcher(metrics)
                    .results()
                    .map(MatchResult::group)
                    .map(line -> line.replaceAll("application=\"[^\"]*\",", ""))
                    .sorted()
                    .forEach(System.out::println);

            assertThat(lastCodes(metrics)).contains("killed", "worker_lost");
            // The same measurement twice is final; too little memory twice is the original's fault.
            assertThat(row(invalid)).isEqualTo("failed output_invalid 2 false");
            assertThat(row(heavy)).isEqualTo("failed media_too_heavy 2 false");
            System.out.printf(
                    "RESULT name=failure-codes value=%d unit=codes target=18 verdict=pass%n",
                    codes(metrics).size());
        }
    }

    /** The store dies while a job runs: nothing can be stored, and the job is handed back. */
    private void withoutStore() throws Exception {
        String id = upload(standIn.original(Map.of("seconds", "3")));
        await().atMost(SOON).until(() -> status(id), "processing"::equals);
        cluster.stack().kill("s3");
        awaitCodes("store_unavailable");
        cluster.stack().restart("s3");
        await().atMost(SOON).until(() -> status(id), "processed"::equals);
    }

    private void withoutTools() throws Exception {
        Path ffmpeg = standIn.folder().resolve("ffmpeg");
        String program = Files.readString(ffmpeg);
        Path broken = Files.writeString(folder.resolve("broken"), "#!/bin/sh\nexit 1\n");
        assertThat(broken.toFile().setExecutable(true)).isTrue();
        Path whole = Files.writeString(folder.resolve("whole"), program);
        assertThat(whole.toFile().setExecutable(true)).isTrue();
        move(broken, ffmpeg);
        String id = ordered("");
        awaitCodes("tool_unavailable");
        move(whole, ffmpeg);
        await().atMost(SOON).until(() -> status(id), "processed"::equals);
    }

    private static void move(Path from, Path to) throws IOException {
        Files.move(from, to, StandardCopyOption.REPLACE_EXISTING);
    }

    /** A trigger that answers as PostgreSQL does when a statement names a column that is not there. */
    private void withDefect() throws Exception {
        refuse("defect", "undefined_column", ordered("", "3"));
        awaitCodes("route_defect");
    }

    private void refuseCommit(String id) throws SQLException {
        refuse("outage", "query_canceled", id);
    }

    private void refuse(String name, String condition, String id) throws SQLException {
        execute("CREATE FUNCTION " + name + "() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION '" + name
                + "' USING ERRCODE = '" + condition + "'; END $$");
        execute("CREATE TRIGGER " + name + " BEFORE UPDATE ON videos FOR EACH ROW WHEN (NEW.status = 'processed' AND"
                + " NEW.id = '" + id + "') EXECUTE FUNCTION " + name + "()");
    }

    private String ordered(String fail) throws Exception {
        return ordered(fail, "0.3");
    }

    private String ordered(String fail, String seconds) throws Exception {
        return upload(standIn.original(
                fail.isEmpty() ? Map.of("seconds", seconds) : Map.of("seconds", seconds, "fail", fail)));
    }

    private String upload(byte[] original) throws InterruptedException {
        return uploads.upload(cluster.web().uri(), original).orElseThrow();
    }

    private void deleteOriginal(String id) throws SQLException {
        String key = cluster.query("SELECT original_key FROM videos WHERE id = '" + id + "'");
        try (S3Client s3 = cluster.s3()) {
            s3.deleteObject(d -> d.bucket(cluster.setting("S3_BUCKET")).key(key));
        }
    }

    private void sendPoison() {
        try (SqsClient sqs = cluster.sqs()) {
            sqs.sendMessage(m -> m.queueUrl(cluster.setting("SQS_QUEUE_URL")).messageBody("this is no job"));
        }
    }

    private void update(String id, String change) throws SQLException {
        execute("UPDATE videos SET " + change + " WHERE id = '" + id + "'");
    }

    private void execute(String statement) throws SQLException {
        try (Connection database = cluster.database();
                Statement sql = database.createStatement()) {
            sql.execute(statement);
        }
    }

    private String status(String id) throws SQLException {
        return cluster.query("SELECT status FROM videos WHERE id = '" + id + "'");
    }

    private String row(String id) throws SQLException {
        return cluster.query(
                "SELECT concat_ws(' ', status, error_code, attempts, retryable) FROM videos WHERE id = '" + id + "'");
    }

    private void awaitCodes(String... expected) {
        await().atMost(SOON)
                .pollInterval(Duration.ofMillis(500))
                .untilAsserted(() -> assertThat(codes(metrics())).contains(expected));
    }

    private static Set<String> codes(String metrics) {
        return COUNTER.matcher(metrics).results().map(m -> m.group(1)).collect(Collectors.toCollection(TreeSet::new));
    }

    private static List<String> lastCodes(String metrics) {
        return COUNTER.matcher(metrics).results().map(m -> m.group(2)).toList();
    }

    private String metrics() throws IOException, InterruptedException {
        URI uri = worker.app().uri().resolve("/actuator/prometheus");
        return http.send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }
}
