package caravana.system.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.checks.RouteFiles;
import caravana.checks.StatementSchema;
import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.local.SampleVideo;
import caravana.system.Clients;
import caravana.system.SharedStack;
import caravana.test.SampledClass;
import caravana.test.SampledTests;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** Tasks of docs/editing-routes.md, each applied to a copy of the routes and run end to end. */
@SampledTests(name = "changes of routes in the guide", size = 1)
@SampledClass(turn = 2)
class WorkedChangesTest {

    private static final Duration JOB = Waits.LIMIT;

    /** By which every scanner can be tested, and which harms nobody. */
    private static final String EICAR = "X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*";

    @TempDir
    static Path folder;

    private static LocalStack stack;
    private static AppProcess web;
    private static ApiClient client;
    private static Path sample;

    private final Map<String, String> settings = new HashMap<>(stack.environment());

    @BeforeAll
    static void start() throws Exception {
        stack = SharedStack.cleared();
        web = AppProcess.start(AppProcess.WEB, stack.environment(), folder.resolve("web.log"))
                .awaitReady();
        client = ApiClient.signUp(web.uri());
        sample = SampleVideo.make(folder.resolve("sample.mp4"), "640x360", 4);
        checkStatements();
    }

    /** Of every task, by the database whose schema web has migrated. */
    private static void checkStatements() throws Exception {
        Map<String, String> shipped = RouteFiles.read(Path.of("../src/main/resources/camel"));
        int checked = 0;
        for (String task : Guide.tasks()) {
            RouteCopy routes = RouteCopy.into(folder.resolve("statements-" + task));
            Guide.apply(task, routes);
            Map<String, String> edited = new TreeMap<>(RouteFiles.read(routes.folder()));
            edited.entrySet().removeAll(shipped.entrySet());
            edited.keySet().removeIf(file -> !file.endsWith(".sql"));
            try (Connection database = DriverManager.getConnection(stack.jdbcUrl())) {
                assertThat(StatementSchema.check(edited, database)).as(task).isEmpty();
            }
            checked += edited.size();
        }
        assertThat(checked).as("statements that tasks add or change").isGreaterThanOrEqualTo(2);
    }

    @AfterAll
    static void stop() {
        web.close();
    }

    @Test
    void aVirusScanBeforeTheOriginalIsDecoded() throws Exception {
        putScannerOnThePath();
        Path infected = Files.copy(sample, folder.resolve("infected.mp4"));
        Files.writeString(infected, EICAR, StandardOpenOption.APPEND);
        try (AppProcess worker = workerWith("A new step in the job")) {
            JsonNode clean = finished(worker, upload(sample));
            JsonNode refused = finished(worker, upload(infected));

            assertThat(clean.path("status").asText()).as(clean.toString()).isEqualTo("processed");
            assertThat(refused.path("status").asText()).isEqualTo("failed");
            assertThat(refused.at("/error/code").asText()).isEqualTo("infected");
            assertThat(refused.at("/error/detail").asText()).isEqualTo("The file carries a virus.");
            shown("virus scan: clean original " + clean.path("status") + ", infected one " + refused.path("error"));
        }
    }

    @Test
    void resultsAreAnnouncedInASecondQueue() throws Exception {
        try (SqsClient sqs = Clients.sqs(stack.environment())) {
            String queue = sqs.createQueue(c -> c.queueName("announcements")).queueUrl();
            settings.put("CARAVANA_ANNOUNCEMENTS_QUEUE", "announcements");
            settings.put("CARAVANA_ANNOUNCEMENTS_URL", queue);
            try (AppProcess worker = workerWith("A second queue")) {
                String id = upload(sample);
                JsonNode video = finished(worker, id);
                assertThat(video.path("status").asText()).as(video.toString()).isEqualTo("processed");

                List<Message> announced = new ArrayList<>();
                await().atMost(JOB)
                        .until(() -> announced.addAll(sqs.receiveMessage(r ->
                                        r.queueUrl(queue).waitTimeSeconds(1).messageAttributeNames("All"))
                                .messages()));

                assertThat(announced).singleElement().satisfies(message -> {
                    assertThat(message.body()).isEqualTo("{\"video_id\": \"" + id + "\", \"status\": \"processed\"}");
                    assertThat(message.messageAttributes()).isEmpty();
                });
                shown("second queue: " + announced.get(0).body());
            }
        }
    }

    @Test
    void aNewCallAnswersItsCaller() throws Exception {
        try (AppProcess changed = appWith(AppProcess.WEB, "A new call")) {
            upload(sample);

            HttpResponse<String> answer = client.get(changed.uri().resolve("/api/statistics"));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode numbers = new ObjectMapper().readTree(answer.body());
            assertThat(numbers.properties())
                    .extracting(Map.Entry::getKey)
                    .containsExactly("waiting", "processed", "failed");
            assertThat(numbers.path("waiting").asInt()
                            + numbers.path("processed").asInt())
                    .isPositive();
            shown("new call: " + answer.body());
        }
    }

    @Test
    void anOutageOfTheStoreIsWaitedOut() throws Exception {
        settings.put("CARAVANA_WORKER_SLOTS", "1");
        // Long enough that the intake's own probe does not hand the job back first.
        settings.put("CARAVANA_WORKER_PROBE", "60s");
        Path log = folder.resolve("worker-Another retry policy.log");
        try (AppProcess worker = workerWith("Another retry policy")) {
            String id = upload(SampleVideo.make(folder.resolve("long.mp4"), "1280x720", 12));
            await().atMost(JOB)
                    .pollInterval(Duration.ofMillis(50))
                    .until(() -> show(id).path("phase").asText().equals("transcode"));
            stack.kill("s3");
            // The policy that ships gives a step up after two more tries.
            await().atMost(JOB).until(() -> Files.readString(log).contains("On delivery attempt: 3"));
            stack.restart("s3");
            JsonNode video = finished(worker, id);

            assertThat(video.path("status").asText()).as(video.toString()).isEqualTo("processed");
            assertThat(video.path("attempts").asInt()).isEqualTo(1);
            shown("retry policy: the object store was unavailable for more than three tries, " + video.path("status")
                    + " at attempt " + video.path("attempts"));
        }
    }

    @Test
    void anotherColumnIsInTheAnswer() throws Exception {
        try (AppProcess changed = appWith(AppProcess.WEB, "Another column in the answer")) {
            String id = upload(sample);
            HttpResponse<String> video = client.get(changed.uri().resolve("/api/videos/" + id));
            assertThat(new ObjectMapper()
                            .readTree(video.body())
                            .path("original_bytes")
                            .asLong())
                    .as(video.body())
                    .isEqualTo(Files.size(sample));
            fail(id);
            ApiClient operator = ApiClient.logIn(
                    changed.uri(),
                    stack.environment().get("CARAVANA_OPERATOR_EMAIL"),
                    stack.environment().get("CARAVANA_OPERATOR_PASSWORD"));

            HttpResponse<String> answer = operator.get(changed.uri().resolve("/api/ops/failures"));

            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            JsonNode failure = new ObjectMapper().readTree(answer.body()).at("/items/0");
            assertThat(failure.has("original_name")).as(answer.body()).isTrue();
            assertThat(failure.path("attempts").isInt()).as(answer.body()).isTrue();
            shown("another column: " + failure);
        }
    }

    /** As a worker leaves it, of which this task needs none. */
    private static void fail(String id) throws SQLException {
        try (Connection database = DriverManager.getConnection(stack.jdbcUrl());
                PreparedStatement update = database.prepareStatement(
                        "UPDATE videos SET status = 'failed', failed_at = now(), error_code = 'killed',"
                                + " error_detail = 'by the test' WHERE id = CAST(? AS uuid)")) {
            update.setString(1, id);
            assertThat(update.executeUpdate()).isOne();
        }
    }

    @Test
    void resultsLieByAttempt() throws Exception {
        try (AppProcess worker = workerWith("A new bucket layout");
                S3Client s3 = Clients.s3(stack)) {
            String id = upload(sample);
            JsonNode video = finished(worker, id);
            assertThat(video.path("status").asText()).as(video.toString()).isEqualTo("processed");

            List<String> keys = s3
                    .listObjectsV2(
                            l -> l.bucket(stack.environment().get("S3_BUCKET")).prefix("processed/" + id + "/"))
                    .contents()
                    .stream()
                    .map(S3Object::key)
                    .toList();

            assertThat(keys).isNotEmpty().allMatch(key -> key.startsWith("processed/" + id + "/attempt-1/"));
            assertThat(client.get(web.uri().resolve("/api/videos/" + id + "/processed"))
                            .statusCode())
                    .isEqualTo(302);
            shown("bucket layout: " + keys);
        }
    }

    private AppProcess workerWith(String change) throws IOException, InterruptedException {
        return appWith(AppProcess.WORKER, change);
    }

    private AppProcess appWith(String app, String change) throws IOException, InterruptedException {
        RouteCopy routes = RouteCopy.into(folder.resolve("camel-" + change));
        Guide.apply(change, routes);
        settings.put("CARAVANA_ROUTES", routes.setting());
        settings.put("CARAVANA_WORK_DIR", folder.resolve("work-" + change).toString());
        return AppProcess.start(app, settings, folder.resolve("worker-" + change + ".log"))
                .awaitReady();
    }

    /** ClamAV's own signatures cannot be had everywhere; this one stub knows the signature that every scanner knows. */
    private void putScannerOnThePath() throws IOException {
        Path scanner = Files.createDirectories(folder.resolve("bin")).resolve("clamdscan");
        Files.writeString(
                scanner,
                "#!/bin/sh\nfor file; do :; done\ngrep -q EICAR-STANDARD-ANTIVIRUS \"$file\" && exit 1 || exit 0\n");
        Files.setPosixFilePermissions(scanner, PosixFilePermissions.fromString("rwxr-xr-x"));
        settings.put("PATH", scanner.getParent() + ":" + System.getenv("PATH"));
    }

    private static String upload(Path video) throws IOException, InterruptedException {
        var answer = client.upload(web.uri(), "changed", BodyPublishers.ofFile(video));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return new ObjectMapper().readTree(answer.body()).path("video_id").asText();
    }

    private static JsonNode finished(AppProcess worker, String id) {
        return await().atMost(JOB)
                .pollInterval(200, TimeUnit.MILLISECONDS)
                .failFast("the worker has ended", () -> !worker.handle().isAlive())
                .until(() -> show(id), video -> video.path("status").asText().matches("processed|failed"));
    }

    private static JsonNode show(String id) throws IOException, InterruptedException {
        return new ObjectMapper()
                .readTree(client.get(web.uri().resolve("/api/videos/" + id)).body());
    }

    private static void shown(String what) {
        System.out.println("worked change, " + what);
    }
}
