package caravana.system.ops;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.FreePort;
import caravana.local.LocalStack;
import caravana.test.Samples;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.auth.credentials.StaticCredentialsProvider;
import software.amazon.awssdk.regions.Region;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * The local stack with web and workers as processes, as an operator meets it: with an operator's account, an owner who
 * uploads, and an ffmpeg that fails or takes its time when a test says so.
 */
final class OperatedStack implements AutoCloseable {

    /** A tenth of the product's times, so that a lease runs out within seconds; and little to encode. */
    private static final String WORKER_TIMES = """
        {"caravana": {
          "worker": {"heartbeat": "1200ms", "lease": "3600ms", "backoff": "100ms", "probe": "1s", "grace": "2s",
                     "route-defect-pause": "2s"},
          "media": {"cards": {"opening-for": "500ms", "closing-for": "500ms"}},
          "sqs": {"visibility-seconds": 6, "call-timeout": "800ms", "long-poll-seconds": 2}},
         "spring": {"datasource": {"hikari": {"connection-timeout": 500, "validation-timeout": 250,
          "data-source-properties": {"socketTimeout": "1"}}}}}
        """;

    private static final String WEB_TIMES = """
        {"caravana": {
          "sqs": {"visibility-seconds": 6},
          "reconciler": {"period": "1s", "unpublished": "1s", "resend": "3s"}}}
        """;

    private static final String FFMPEG = """
        #!/bin/sh
        # The real ffmpeg, but as the test orders by a file: without one of its libraries; killed at once, or waiting until
        # it may continue, for jobs alone.
        [ -e "%1$s/crippled" ] && echo "ffmpeg: error while loading shared libraries: libx264.so.164" >&2 && exit 127
        case " $* " in *" -progress "*) ;; *) exec "%2$s" "$@" ;; esac
        [ -e "%1$s/broken" ] && kill -9 $$
        while [ -e "%1$s/waiting" ]; do sleep 0.1; done
        exec "%2$s" "$@"
        """;

    private final Path folder;
    private final LocalStack stack;
    private final Path tools;
    private final byte[] video;
    private final List<AppProcess> workers = new ArrayList<>();
    private final int webManagementPort = FreePort.next();
    private final ObjectMapper json = new ObjectMapper();
    private final AppProcess web;
    private final ApiClient owner;
    private final ApiClient operator;

    /** Starts the servers and web, without a worker. */
    OperatedStack(Path folder) throws IOException, InterruptedException {
        this.folder = folder;
        tools = Files.createDirectories(folder.resolve("tools"));
        Path ffmpeg = tools.resolve("ffmpeg");
        Files.writeString(ffmpeg, FFMPEG.formatted(tools, Shell.find("ffmpeg").orElseThrow()));
        Files.setPosixFilePermissions(ffmpeg, PosixFilePermissions.fromString("rwxr-xr-x"));
        video = Files.readAllBytes(Samples.make(
                folder.resolve("video.mp4"), "-f lavfi -i testsrc2=size=320x240:rate=10:duration=1 -pix_fmt yuv420p"));
        stack = LocalStack.start(data());
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.put("CARAVANA_WEB_MANAGEMENT_PORT", String.valueOf(webManagementPort));
        settings.put("SPRING_APPLICATION_JSON", WEB_TIMES);
        web = AppProcess.start(AppProcess.WEB, settings, folder.resolve("web.log"));
        web.awaitReady();
        owner = ApiClient.signUp(web.uri());
        operator = ApiClient.logIn(
                web.uri(),
                stack.environment().get("CARAVANA_OPERATOR_EMAIL"),
                stack.environment().get("CARAVANA_OPERATOR_PASSWORD"));
    }

    private Path data() {
        return folder.resolve("stack");
    }

    /**
     * Starts one more worker; see {@link AppProcess#awaitReady}.
     *
     * @param slots its jobs at once
     * @param settings further settings
     */
    AppProcess addWorker(int slots, Map<String, String> settings) {
        String name = "worker-" + workers.size();
        Map<String, String> environment = new HashMap<>(stack.environment());
        environment.put("SPRING_APPLICATION_JSON", WORKER_TIMES);
        environment.put("PATH", tools + ":" + System.getenv("PATH"));
        environment.put("CARAVANA_WORK_DIR", workFolder(workers.size()).toString());
        environment.put("CARAVANA_WORKER_SLOTS", String.valueOf(slots));
        environment.put("CARAVANA_WORKER_DISK_RESERVE", "50MB");
        environment.putAll(settings);
        AppProcess worker = AppProcess.start(AppProcess.WORKER, environment, folder.resolve(name + ".log"));
        workers.add(worker);
        return worker;
    }

    /** Where a worker keeps the files of its jobs. */
    Path workFolder(AppProcess worker) {
        return workFolder(workers.indexOf(worker));
    }

    private Path workFolder(int worker) {
        return folder.resolve("worker-" + worker).resolve("work");
    }

    /** What an operator's shell has. */
    Map<String, String> operatorsVariables() {
        Map<String, String> variables = new HashMap<>();
        variables.put("CARAVANA_URL", web.uri().toString());
        variables.put("CARAVANA_DATA", data().toString());
        variables.put("CARAVANA_WEB_MANAGEMENT_PORT", String.valueOf(webManagementPort));
        variables.put("DATABASE_URL", stack.environment().get("DATABASE_URL"));
        return variables;
    }

    LocalStack stack() {
        return stack;
    }

    int webManagementPort() {
        return webManagementPort;
    }

    AppProcess web() {
        return web;
    }

    /** From now on each ffmpeg is killed, or no longer. */
    void breakFfmpeg(boolean broken) throws IOException {
        order("broken", broken);
    }

    /** From now on each ffmpeg waits, or those that do continue. */
    void holdFfmpeg(boolean waiting) throws IOException {
        order("waiting", waiting);
    }

    /** From now on ffmpeg cannot be run, or it can again. */
    void crippleFfmpeg(boolean crippled) throws IOException {
        order("crippled", crippled);
    }

    private void order(String name, boolean given) throws IOException {
        if (given) {
            Files.createFile(tools.resolve(name));
        } else {
            Files.delete(tools.resolve(name));
        }
    }

    /** The owner uploads a video. */
    String upload() throws IOException, InterruptedException {
        HttpResponse<String> answer = tryUpload();
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json.readTree(answer.body()).path("video_id").asText();
    }

    /** The owner tries to upload a video. */
    HttpResponse<String> tryUpload() throws IOException, InterruptedException {
        return owner.upload(web.uri(), "Runbook", BodyPublishers.ofByteArray(video));
    }

    /** The owner uploads what is no video. */
    String uploadText() throws IOException, InterruptedException {
        HttpResponse<String> answer = owner.upload(web.uri(), "Text", BodyPublishers.ofString("no video\0at all"));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json.readTree(answer.body()).path("video_id").asText();
    }

    /** The owner asks for the list of videos. */
    int list() throws IOException, InterruptedException {
        return owner.get(web.uri().resolve("/api/videos")).statusCode();
    }

    /** A video's status, as its owner sees it. */
    String status(String videoId) throws IOException, InterruptedException {
        return json.readTree(
                        owner.get(web.uri().resolve("/api/videos/" + videoId)).body())
                .path("status")
                .asText();
    }

    /** The owner deletes a video. */
    void delete(String videoId) throws IOException, InterruptedException {
        HttpRequest request = owner.request(web.uri().resolve("/api/videos/" + videoId))
                .DELETE()
                .build();
        HttpResponse<String> answer = HttpClient.newHttpClient().send(request, HttpResponse.BodyHandlers.ofString());
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
    }

    /** What the operator API answers to a GET. */
    JsonNode operations(String what) throws IOException, InterruptedException {
        HttpResponse<String> answer = operator.get(web.uri().resolve("/api/ops/" + what));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
        return json.readTree(answer.body());
    }

    /** The operator API's entry about a worker; missing when it is not listed. */
    JsonNode worker(AppProcess worker) throws IOException, InterruptedException {
        for (JsonNode listed : operations("queue").path("workers")) {
            if (listed.path("worker").asText().endsWith(":" + worker.pid())) {
                return listed;
            }
        }
        return json.missingNode();
    }

    /** A connection to the database, of the test's own. */
    Connection database() throws SQLException {
        return DriverManager.getConnection(stack.jdbcUrl());
    }

    /** A client of the queue, of the test's own. */
    SqsClient sqs() {
        Map<String, String> environment = stack.environment();
        return SqsClient.builder()
                .region(Region.US_EAST_1)
                .credentialsProvider(StaticCredentialsProvider.create(AwsBasicCredentials.create(
                        environment.get("AWS_ACCESS_KEY_ID"), environment.get("AWS_SECRET_ACCESS_KEY"))))
                .endpointOverride(URI.create(environment.get("AWS_ENDPOINT_URL_SQS")))
                .build();
    }

    String queueUrl() {
        return stack.environment().get("SQS_QUEUE_URL");
    }

    @Override
    public void close() {
        workers.forEach(AppProcess::close);
        web.close();
        stack.close();
    }
}
