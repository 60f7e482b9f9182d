package caravana.system.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.SampleVideo;
import caravana.system.UpCommand;
import caravana.system.Videos;
import caravana.system.Videos.Pixel;
import caravana.system.browser.Chromium;
import caravana.system.browser.Page;
import caravana.test.Sample;
import caravana.test.SampledClass;
import caravana.test.Waits;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.Callable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.openqa.selenium.WebElement;

/** {@code ./caravana up --watch}: routes are edited while the system runs. */
@SampledClass(turn = 5)
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
        up = new UpCommand(Files.createDirectories(folder.resolve("data")))
                .with("CARAVANA_ROUTES", routes.setting())
                .with("CARAVANA_RECONCILER_PERIOD", "1s");
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
                    () -> routes.edit("job/claim-job.sql", "-- Claims the unit", "-- Edited. Claims the unit"),
                    () -> up.printed().contains("routes-worker: Reloaded [job/claim-job.sql]"));

            routes.edit(RECEIVE, "routeConfigurationId: upload-failures", "routeConfigurationId: upload-failure");
            await().atMost(SOON).until(() -> up.printed().contains("[error-handling-unknown]"));
            assertThat(answer()).contains("Edited once");
            routes.edit(RECEIVE, "routeConfigurationId: upload-failure\n", "routeConfigurationId: upload-failures\n");

            // The bean exists, and the checks do not know that it is none of the kind.
            String good = "    id: receive-upload\n";
            String noPolicy = good + "    routePolicy: s3Client\n";
            routes.edit(RECEIVE, good, noPolicy);
            await().atMost(SOON)
                    .until(() ->
                            up.printed().matches("(?s).*routes-web: " + RECEIVE + ":\\d+: Camel does not start .*"));
            // Those before the edit are started again right after it is said.
            await().atMost(SOON).until(() -> answer().contains("Edited once"));

            routes.edit(RECEIVE, noPolicy, good);
            routes.edit(ACCEPTED, "Edited once", "Edited twice");
            await().atMost(SOON).until(() -> answer().contains("Edited twice"));
            await().atMost(SOON).until(() -> up.printed().contains("routes-web: The routes are valid again"));

            statementsAreRefused();

            jobsThatFailAreTold();

            callsThatFailAreTold();

            timersThatFailAreTold();

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

    /** The column exists, in another table. */
    private void statementsAreRefused() throws Exception {
        String right = "poster_key = :?poster_key";
        routes.edit("job/commit-result.sql", right, "city = :?poster_key");
        await().atMost(SOON)
                .until(() -> up.printed()
                        .matches(
                                "(?s).*routes-worker: job/commit-result\\.sql:\\d+: The table videos has no column city[.]"
                                        + "[^\n]*\\[sql-refused].*"));
        routes.edit("job/commit-result.sql", "city = :?poster_key", right);
        await().atMost(SOON).until(() -> up.printed().contains("routes-worker: The routes are valid again"));

        // Nor does the database know what a bean returns.
        String number = "{{caravana.job.max-attempts}} as integer";
        String name = "{{bean:workerName.get}} as integer";
        routes.edit("job/claim-job.sql", number, name);
        await().atMost(SOON)
                .until(() -> up.printed()
                        .matches("(?s).*routes-worker: job/claim-job\\.sql:\\d+: Camel does not start these routes:"
                                + " the default of :\\?max_attempts cannot be used: .*"));
        routes.edit("job/claim-job.sql", name, number);
    }

    /** Statements that the database prepares, and that fail when they run. */
    private void jobsThatFailAreTold() throws Exception {
        String right = "poster_key = :?poster_key";
        String wrong = "poster_key = (SELECT CAST(:?poster_key AS text) FROM generate_series(1, 2))";
        int before = reloads();
        routes.edit("job/commit-result.sql", right, wrong);
        await().atMost(SOON).until(() -> reloads() > before);
        Path video = SampleVideo.make(folder.resolve("video.mp4"), "64x48", 1);
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
        await().atMost(SOON).until(() -> listed() == 500);
        await().atMost(SOON)
                .until(() -> up.printed()
                        .matches("(?s).*routes-web: GET /api/videos, step select-videos: [^\n]*subquery.*"));

        routes.edit("videos/list-videos.sql", wrong, "       title,");
        await().atMost(SOON).until(() -> listed() == 200);

        await().atMost(SOON).until(() -> up.printed().contains("routes-web: Calls are answered again"));
    }

    /** Nobody calls a timer's routes, and no job fails in them. */
    private void timersThatFailAreTold() throws Exception {
        String right = "LIMIT 100";
        String wrong = "LIMIT (SELECT 100 FROM generate_series(1, 2))";
        routes.edit("reconcile/send-unpublished.sql", right, wrong);
        await().atMost(SOON)
                .until(() -> up.printed()
                        .matches("(?s).*routes-web: Timer reconcile-jobs, step update-unpublished: [^\n]*subquery.*"));

        routes.edit("reconcile/send-unpublished.sql", wrong, right);

        await().atMost(SOON).until(() -> up.printed().contains("routes-web: Timers run without failures again"));
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
        Pixel colour = new Pixel(40, 120, 200);
        Path original = Videos.plain(folder.resolve("plain.mp4"), colour, "320x180", 1);
        if (Chromium.missing() == null) {
            assertIsSepia(chosenOnThePage(original), colour, 0.8);
        } else {
            Sample.leave("the form of a new transformation: " + Chromium.missing());
            HttpResponse<String> accepted =
                    client.send(client.request(up.web().resolve("/api/videos?title=a&preset=antiguo"))
                            .header("Content-Type", "video/mp4")
                            .POST(BodyPublishers.ofFile(original))
                            .build());
            assertThat(accepted.statusCode()).as(accepted.body()).isEqualTo(201);
            assertIsSepia(client, colour, 0.5);
        }

        routes.delete("catalogue/presets/antiguo.yaml");
        await().atMost(SOON).until(() -> !got("presets").contains("\"antiguo\""));
    }

    /** The page knows nothing of the entry but what the catalogue has. */
    private ApiClient chosenOnThePage(Path original) throws Exception {
        try (Page page = Page.open(up.web(), "es", folder)) {
            String email = page.signUp();
            page.click("#transformations summary");
            page.see("label[for=transformation-sepia]", "Da a la imagen un tono sepia.", SOON);
            page.see("#preset");
            page.choose("preset", "antiguo");
            page.see("label[for=parameter-sepia-intensidad]", "Intensidad", SOON);
            WebElement intensity = page.see("#parameter-sepia-intensidad");
            assertThat(intensity.getAttribute("value")).isEqualTo("0.5");
            assertThat(intensity.getAttribute("max")).isEqualTo("1");
            page.type("#parameter-sepia-intensidad", "0.8");
            page.upload(original, "Antiguo");
            page.see(".video[data-status=processed]");
            return ApiClient.logIn(up.web(), email, Page.PASSWORD);
        }
    }

    /** The owner's newest video becomes one whose colour is that which the entry's matrix makes. */
    private void assertIsSepia(ApiClient owner, Pixel colour, double intensity) throws Exception {
        String list = owner.get(up.web().resolve("/api/videos?limit=1")).body();
        String video = "/api/videos/" + list.replaceFirst("(?s).*?\"video_id\":\"([^\"]+)\".*", "$1");
        await().atMost(SOON)
                .until(() -> owner.get(up.web().resolve(video)).body().contains("\"status\":\"processed\""));
        String link = owner.get(up.web().resolve(video + "/processed"))
                .headers()
                .firstValue("Location")
                .orElseThrow();
        Path clip = folder.resolve("sepia.mp4");
        HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofFile(clip));
        Pixel sepia = new Pixel(
                mixed(colour, 1 - 0.607 * intensity, 0.769 * intensity, 0.189 * intensity),
                mixed(colour, 0.349 * intensity, 1 - 0.314 * intensity, 0.168 * intensity),
                mixed(colour, 0.272 * intensity, 0.534 * intensity, 1 - 0.869 * intensity));
        assertThat(Videos.pixel(clip, 0, 160, 90)).matches(sepia::isCloseTo, "close to " + sepia);
    }

    private static int mixed(Pixel colour, double red, double green, double blue) {
        return (int) Math.round(red * colour.red() + green * colour.green() + blue * colour.blue());
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
