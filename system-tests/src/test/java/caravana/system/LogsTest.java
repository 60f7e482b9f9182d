package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.SampleVideo;
import caravana.test.SampledClass;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a deployment's logs say about a job, and what they never say. */
@SampledClass(turn = 5)
class LogsTest {

    private static final Duration JOB = Waits.LIMIT;
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir
    Path folder;

    @Test
    void aJobIsFollowedFromUploadToCommitAndNoSecretIsTold() throws Exception {
        Path webLog = folder.resolve("web.log");
        Path workerLog = folder.resolve("worker.log");
        String token;
        String id;
        String failed;
        Map<String, String> settings = new HashMap<>(SharedStack.cleared().environment());
        settings.put("CARAVANA_LOG_FORMAT", "logstash");
        settings.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
        try (AppProcess web = AppProcess.start(AppProcess.WEB, settings, webLog);
                AppProcess worker = AppProcess.start(AppProcess.WORKER, settings, workerLog)) {
            web.awaitReady();
            worker.awaitReady();
            ApiClient client = ApiClient.signUp(web.uri());
            token = client.token();
            id = upload(client, web, SampleVideo.make(folder.resolve("a.mp4"), "640x360", 3));
            failed = upload(client, web, Files.writeString(folder.resolve("b.mp4"), "no\0video"));
            for (String video : List.of(id, failed)) {
                await().atMost(JOB)
                        .pollInterval(200, TimeUnit.MILLISECONDS)
                        .until(() -> JSON.readTree(client.get(web.uri().resolve("/api/videos/" + video))
                                        .body())
                                .path("status")
                                .asText()
                                .matches("processed|failed"));
            }
            client.get(web.uri().resolve("/api/videos/" + id + "/processed"));
            JsonNode build = JSON.readTree(
                            client.get(worker.uri().resolve("/actuator/info")).body())
                    .path("build");
            assertThat(build.path("version").asText()).isNotEmpty();
            assertThat(build.path("commit").asText()).matches("[0-9a-f]{7,}|unknown");
            assertThat(Instant.parse(build.path("time").asText())).isBefore(Instant.now());
        }
        List<JsonNode> web = lines(webLog);
        List<JsonNode> worker = lines(workerLog);
        List<JsonNode> job = new ArrayList<>(of(web, id));
        job.addAll(of(worker, id));
        for (List<JsonNode> log : List.of(web, worker)) {
            assertThat(log.get(0).path("message").asText()).matches("caravana \\S+, commit \\w+, built \\S+Z");
        }
        job.forEach(line -> System.out.println("line of the job: " + line));

        assertThat(of(web, id)).anyMatch(line -> line.path("route").asText().equals("accept-upload"));
        assertThat(of(worker, id)).isNotEmpty().allSatisfy(line -> {
            assertThat(line.path("message_id").asText()).isNotEmpty();
            assertThat(line.path("attempt").asText()).isEqualTo("1");
            assertThat(line.path("route").asText()).isNotEmpty();
        });
        assertThat(of(worker, id)).anyMatch(line -> line.path("route").asText().equals("commit-result"));
        assertThat(job.stream().map(line -> line.path("trace_id").asText()).distinct())
                .as("one trace from the upload to the commit")
                .singleElement()
                .asString()
                .hasSize(32);
        assertThat(of(worker, failed))
                .anyMatch(line -> line.path("message").asText().contains("not_a_video"));

        List<String> everything = new ArrayList<>(Files.readAllLines(webLog));
        everything.addAll(Files.readAllLines(workerLog));
        assertThat(everything)
                .allSatisfy(line -> assertThat(line)
                        .doesNotContain(token, "X-Amz-Signature", "X-Amz-Credential", "Bearer ", "\"password")
                        .doesNotContainPattern("[\\w.+-]+@[\\w-]+\\.[a-z]+"));
    }

    private static String upload(ApiClient client, AppProcess web, Path video)
            throws IOException, InterruptedException {
        var answer = client.upload(web.uri(), "logged", BodyPublishers.ofFile(video));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return JSON.readTree(answer.body()).path("video_id").asText();
    }

    /** Every line but those of the JVM itself is an object. */
    private static List<JsonNode> lines(Path log) throws IOException {
        List<JsonNode> lines = new ArrayList<>();
        for (String line : Files.readAllLines(log)) {
            if (line.startsWith("{")) {
                lines.add(JSON.readTree(line));
            }
        }
        assertThat(lines).hasSizeGreaterThan(5);
        return lines;
    }

    private static List<JsonNode> of(List<JsonNode> lines, String video) {
        return lines.stream()
                .filter(line -> line.path("video_id").asText().equals(video))
                .toList();
    }
}
