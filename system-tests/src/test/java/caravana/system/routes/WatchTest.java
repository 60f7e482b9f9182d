package caravana.system.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.system.UpCommand;
import caravana.system.Videos;
import caravana.test.Waits;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@code ./caravana up --watch}: routes are edited while the system runs. */
class WatchTest {

    private static final Duration SOON = Waits.LIMIT;
    private static final String RECEIVE = "upload/receive-upload.camel.yaml";
    private static final String ACCEPTED = "upload/answer-accepted.camel.yaml";

    private static final String GREETING = "api/greet-caller.camel.yaml";
    private static final String GREET = """
            - route:
                id: greet-caller
                description: Greets the caller.
                note: |-
                  Enters: GET /api/greeting.
                  Leaves: 200.
                  Fails: nothing.
                routeConfigurationId: web-failures
                from:
                  id: get-greeting
                  uri: platform-http:/api/greeting
                  parameters:
                    httpMethodRestrict: GET
                  steps:
                    - setBody:
                        id: greeting
                        expression:
                          constant:
                            expression: hello
            """;

    @TempDir
    Path folder;

    private RouteCopy routes;
    private UpCommand up;
    private ApiClient client;

    @Test
    void goodEditsAreTakenOverAndBadOnesAreTold() throws Exception {
        routes = RouteCopy.into(folder.resolve("camel"));
        up = new UpCommand(Files.createDirectories(folder.resolve("data"))).with("CARAVANA_ROUTES", routes.setting());
        Process process = up.start("--watch");
        try {
            client = ApiClient.signUp(up.web());
            assertThat(answer()).contains("Procesamiento en curso");

            Duration answered = timed(
                    () -> routes.edit(ACCEPTED, "Procesamiento en curso", "Edited once"),
                    () -> answer().contains("Edited once"));
            Duration handling = timed(
                    () -> routes.edit(
                            "failure/job-failures.camel.yaml", "backOffMultiplier: 3", "backOffMultiplier: 4"),
                    () -> up.printed()
                            .contains("routes-worker: Reloaded [failure/job-failures.camel.yaml, job/process-video"));
            Duration statement = timed(
                    () -> routes.edit("job/claim-job.sql", "-- Claims a video", "-- Edited. Claims a video"),
                    () -> up.printed().contains("routes-worker: Reloaded [job/claim-job.sql]"));

            routes.edit(RECEIVE, "routeConfigurationId: upload-failures", "routeConfigurationId: upload-failure");
            await().atMost(SOON).until(() -> up.printed().contains("[error-handling-unknown]"));
            assertThat(answer()).contains("Edited once");
            routes.edit(RECEIVE, "routeConfigurationId: upload-failure\n", "routeConfigurationId: upload-failures\n");

            // Nothing that the checks know is wrong with it.
            String good = "    id: receive-upload\n";
            String noPolicy = good + "    routePolicy: noSuchPolicy\n";
            routes.edit(RECEIVE, good, noPolicy);
            await().atMost(SOON)
                    .until(() ->
                            up.printed().matches("(?s).*routes-web: " + RECEIVE + ":\\d+: Camel does not start .*"));
            // Those before the edit are started again right after it is said.
            await().atMost(SOON).until(() -> answer().contains("Edited once"));

            routes.edit(RECEIVE, noPolicy, good);
            routes.edit(ACCEPTED, "Edited once", "Edited twice");
            await().atMost(SOON).until(() -> answer().contains("Edited twice"));
            await().atMost(SOON)
                    .until(() -> up.printed().contains("routes-web: Nothing is wrong with the routes any more"));

            statementsAreRefused();

            jobsThatFailAreTold();

            callsThatFailAreTold();

            transformationsAndPresetsAreTakenOver();

            // A route that was deleted is not being restarted for ever.
            routes.write(GREETING, GREET);
            await().atMost(SOON).until(() -> greeted() == 200);
            routes.delete(GREETING);
            await().atMost(SOON).until(() -> greeted() == 404);

            double slowest =
                    Math.max(answered.toMillis(), Math.max(handling.toMillis(), statement.toMillis())) / 1000.0;
            System.out.printf(
                    "RESULT name=route-reload value=%.2f unit=s web=%.2f worker-error-handling=%.2f worker-sql=%.2f target=<=2%n",
                    slowest, answered.toMillis() / 1000.0, handling.toMillis() / 1000.0, statement.toMillis() / 1000.0);
        } finally {
            System.out.println(up.printed());
            UpCommand.stop(process);
        }
    }

    /** What no check without a database knows to be wrong: the column exists, in another table. */
    private void statementsAreRefused() throws Exception {
        String right = "poster_key = :?poster_key";
        routes.edit("job/commit-result.sql", right, "city = :?poster_key");
        await().atMost(SOON)
                .until(() -> up.printed()
                        .matches("(?s).*routes-worker: job/commit-result\\.sql:\\d+: PostgreSQL refuses the statement:"
                                + " column \"city\"[^\n]*\\[sql-refused].*"));
        routes.edit("job/commit-result.sql", "city = :?poster_key", right);
        await().atMost(SOON)
                .until(() -> up.printed().contains("routes-worker: Nothing is wrong with the routes any more"));

        // Nor does the database know what a bean returns.
        String head = "-- :?worker = {{bean:workerName.get}}";
        routes.edit("job/claim-job.sql", head, head + " as integer");
        await().atMost(SOON)
                .until(() -> up.printed()
                        .matches("(?s).*routes-worker: job/claim-job\\.sql:\\d+: Camel does not start these routes:"
                                + " the default of :\\?worker cannot be used: .*"));
        routes.edit("job/claim-job.sql", head + " as integer", head);
    }

    /** Statements that the database prepares, and that fail when they run. */
    private void jobsThatFailAreTold() throws Exception {
        String right = "poster_key = :?poster_key";
        String wrong = "poster_key = (SELECT CAST(:?poster_key AS text) FROM generate_series(1, 2))";
        int before = reloads();
        routes.edit("job/commit-result.sql", right, wrong);
        await().atMost(SOON).until(() -> reloads() > before);
        Path video = Videos.make(folder.resolve("video.mp4"), "64x48", 1);
        HttpResponse<String> accepted = client.upload(up.web(), "Edited", BodyPublishers.ofFile(video));
        assertThat(accepted.statusCode()).isEqualTo(201);
        await().atMost(SOON)
                .until(
                        () -> up.printed()
                                .matches(
                                        "(?s).*routes-worker: Video \\S+, attempt 1, step commit-row: route_defect: .*subquery.*"));

        routes.edit("job/commit-result.sql", wrong, right);

        await().atMost(SOON).until(() -> up.printed().contains("routes-worker: Jobs are processed again"));
    }

    private int reloads() throws IOException {
        return up.printed().split("Reloaded \\[job/commit-result\\.sql]", -1).length;
    }

    private void callsThatFailAreTold() throws Exception {
        String wrong = "       (SELECT title FROM generate_series(1, 2)) AS title,";
        routes.edit(
                "videos/list-videos.sql",
                "       title,\n       status,\n       iso",
                wrong + "\n       status,\n       iso");
        await().atMost(SOON).until(() -> listed() == 503);
        await().atMost(SOON)
                .until(() -> up.printed()
                        .matches("(?s).*routes-web: GET /api/videos, step select-videos: [^\n]*subquery.*"));

        routes.edit("videos/list-videos.sql", wrong, "       title,");
        await().atMost(SOON).until(() -> listed() == 200);

        await().atMost(SOON).until(() -> up.printed().contains("routes-web: Calls are answered again"));
    }

    /** By web, which lists and accepts them, and by the worker, which knows what the job asks for. */
    private void transformationsAndPresetsAreTakenOver() throws Exception {
        routes.write("catalogue/sepia.yaml", Guide.sepia());
        await().atMost(SOON).until(() -> got("transformations").contains("\"sepia\""));
        routes.write("catalogue/presets/antiguo.yaml", """
                nombre: antiguo
                description: {es: Como una foto antigua., en: Like an old photo.}
                transformaciones:
                  - {nombre: sepia, intensidad: 0.5}
                  - transcodificacion
                """);
        await().atMost(SOON).until(() -> got("presets").contains("\"antiguo\""));
        HttpResponse<String> accepted =
                client.send(client.request(up.web().resolve("/api/videos?title=a&preset=antiguo"))
                        .header("Content-Type", "video/mp4")
                        .POST(BodyPublishers.ofFile(folder.resolve("video.mp4")))
                        .build());
        assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
        String video = accepted.headers().firstValue("Location").orElseThrow().replace("/api/", "");
        await().atMost(SOON).until(() -> got(video).contains("\"status\":\"processed\""));

        routes.delete("catalogue/presets/antiguo.yaml");
        await().atMost(SOON).until(() -> !got("presets").contains("\"antiguo\""));
    }

    private String got(String path) throws IOException, InterruptedException {
        return client.get(up.web().resolve("/api/" + path)).body();
    }

    private interface Edit {
        void make() throws IOException;
    }

    private static Duration timed(Edit edit, Callable<Boolean> seen) throws IOException {
        edit.make();
        long start = System.nanoTime();
        await().atMost(SOON)
                .pollDelay(Duration.ZERO)
                .pollInterval(Duration.ofMillis(50))
                .until(seen);
        return Duration.ofNanos(System.nanoTime() - start);
    }

    /** What an upload is answered; always the same one, so that no jobs queue up for the worker that is to reload. */
    private String answer() throws IOException, InterruptedException {
        return client.send(client.request(up.web().resolve("/api/videos?title=edited"))
                        .header("Content-Type", "application/octet-stream")
                        .header("Idempotency-Key", "edited")
                        .POST(BodyPublishers.ofString("no\0video"))
                        .build())
                .body();
    }

    private int listed() throws IOException, InterruptedException {
        return client.get(up.web().resolve("/api/videos")).statusCode();
    }

    private int greeted() throws IOException, InterruptedException {
        return client.get(up.web().resolve("/api/greeting")).statusCode();
    }
}
