package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.camel.model.CatchDefinition;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.model.ProcessorDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.apache.camel.model.RouteConfigurationDefinition;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.test.spring.junit5.CamelSpringBootTest;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.annotation.DirtiesContext;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;

/** Web's routes as they ship, over HTTP and on the local stack; no worker runs. */
@ActiveProfiles("local")
@DirtiesContext
@CamelSpringBootTest
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {"caravana.upload.max-size=12MB", "management.server.port=0"})
class WebRoutesTest {

    private static final Duration SOON = Duration.ofSeconds(10);

    @LocalServerPort
    private int port;

    @Autowired
    private ModelCamelContext context;

    @Autowired
    private SqsClient sqs;

    @Autowired
    private S3Client s3;

    @Autowired
    private JdbcTemplate jdbc;

    @Autowired
    private StringRedisTemplate redis;

    private final HttpClient http = HttpClient.newHttpClient();
    private final ObjectMapper json = new ObjectMapper();

    @DynamicPropertySource
    static void localStack(DynamicPropertyRegistry registry) {
        Map<String, String> stack = WebFixture.STACK.environment();
        stack.forEach((name, value) -> registry.add(name, () -> value));
        System.setProperty("aws.accessKeyId", stack.get("AWS_ACCESS_KEY_ID"));
        System.setProperty("aws.secretAccessKey", stack.get("AWS_SECRET_ACCESS_KEY"));
    }

    @BeforeEach
    void empty() {
        jdbc.update("DELETE FROM videos");
        objects().forEach(key -> s3.deleteObject(d -> d.bucket(bucket()).key(key)));
        sqs.purgeQueue(p -> p.queueUrl(queue()));
    }

    /** The rules of the house for every route and step that this app loads. */
    @Test
    void everyRouteAndStepIsNamedAndEveryRouteSaysWhatBecomesOfItsFailures() {
        List<RouteDefinition> routes = context.getRouteDefinitions();
        assertThat(routes).isNotEmpty().allSatisfy(route -> {
            assertThat(route.hasCustomIdAssigned()).as(route.toString()).isTrue();
            assertThat(route.getDescriptionText()).as(route.getId()).isNotBlank();
            assertThat(route.getRouteConfigurationId()).as(route.getId()).isNotBlank();
            assertThat(ProcessorDefinitionHelper.filterTypeInOutputs(route.getOutputs(), ProcessorDefinition.class))
                    .filteredOn(step -> !(step instanceof CatchDefinition))
                    .as(route.getId())
                    .isNotEmpty()
                    .allSatisfy(step -> assertThat(step.hasCustomIdAssigned())
                            .as(step.toString())
                            .isTrue());
        });
        assertThat(routes)
                .extracting(RouteDefinition::getRouteConfigurationId)
                .isSubsetOf(context.getRouteConfigurationDefinitions().stream()
                        .map(RouteConfigurationDefinition::getId)
                        .toList());
    }

    @Test
    void healthIsExactlyThat() throws Exception {
        HttpResponse<String> answer = get("/api/health");

        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(answer.body()).isEqualTo("{\"status\":\"ok\"}");
    }

    @Test
    void anUploadIsARowAnObjectAndAMessage() throws Exception {
        byte[] content = bytes(6_000_000);

        HttpResponse<String> answer = upload(new Form()
                .field("title", "Città & 動画 \"x\"")
                .file("video_file", "../../etc/passwd; rm -rf.mp4", content)
                .field("transformaciones", "hd_720p, sin_audio"));

        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        JsonNode body = json.readTree(answer.body());
        String id = body.path("video_id").asText();
        assertThat(body.path("task_id").asText()).isEqualTo(id);
        assertThat(body.path("message").asText()).startsWith("Video subido correctamente");
        assertThat(objects()).containsExactly("uploads/" + id + ".mp4");
        assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket()).key("uploads/" + id + ".mp4"))
                        .asByteArray())
                .isEqualTo(content);
        assertThat(row(id))
                .containsEntry("status", "uploaded")
                .containsEntry("title", "Città & 動画 \"x\"")
                .containsEntry("original_bytes", 6_000_000L)
                .containsEntry("original_name", "../../etc/passwd; rm -rf.mp4");
        await().atMost(SOON).until(() -> row(id).get("published_at") != null);

        List<Message> messages = sqs.receiveMessage(r -> r.queueUrl(queue()).messageAttributeNames("All"))
                .messages();
        assertThat(messages).singleElement().satisfies(m -> {
            JsonNode job = json.readTree(m.body());
            assertThat(job.path("video_id").asText()).isEqualTo(id);
            assertThat(job.path("s3_key_original").asText()).isEqualTo("uploads/" + id + ".mp4");
            assertThat(job.path("transformaciones")).hasSize(2);
            assertThat(job.path("usuario_id").asText()).isEqualTo("00000000-0000-4000-8000-000000000001");
            assertThat(m.messageAttributes()).isEmpty();
        });
    }

    @Test
    void badFormsAreRefusedAndLeaveNothing() throws Exception {
        byte[] content = bytes(1000);
        assertRefused(new Form().field("title", "t"), 400, "file_required");
        assertRefused(new Form().field("title", "t").file("video_file", "a.mp4", new byte[0]), 400, "file_empty");
        assertRefused(new Form().file("video_file", "a.mp4", content), 400, "title_invalid");
        assertRefused(
                new Form().field("title", "x".repeat(201)).file("video_file", "a.mp4", content), 400, "title_invalid");
        assertRefused(
                new Form()
                        .field("title", "t")
                        .field("transformaciones", "sepia")
                        .file("video_file", "a.mp4", content),
                400,
                "unknown_transformation");
        assertRefused(
                new Form()
                        .field("title", "t")
                        .file("video_file", "a.mp4", content)
                        .file("video_file", "b.mp4", content),
                400,
                "too_many_files");
        assertRefused(
                new Form().field("title", "t").file("video_file", "a.mp4", bytes(12 * 1024 * 1024 + 1)),
                413,
                "too_large");
    }

    @Test
    void aBodyThatIsNoFormIsRefused() throws Exception {
        HttpRequest plain = request("/api/videos/upload")
                .header("Content-Type", "video/mp4")
                .POST(HttpRequest.BodyPublishers.ofByteArray(bytes(1000)))
                .build();

        HttpResponse<String> answer = http.send(plain, HttpResponse.BodyHandlers.ofString());

        assertProblem(answer, 415, "not_multipart");
        assertNothingLeft();
    }

    @Test
    void aClientThatGoesAwayLeavesNothing() throws Exception {
        byte[] form = new Form()
                .field("title", "t")
                .file("video_file", "a.mp4", bytes(11_000_000))
                .bytes();
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
            OutputStream out = socket.getOutputStream();
            out.write(("POST /api/videos/upload HTTP/1.1\r\nHost: localhost\r\nContent-Type: " + Form.contentType()
                            + "\r\nContent-Length: " + form.length + "\r\n\r\n")
                    .getBytes(StandardCharsets.US_ASCII));
            out.write(form, 0, 9_000_000);
            out.flush();
            await().atMost(SOON).until(() -> count("receiving") == 1);
        }

        await().atMost(SOON).untilAsserted(this::assertNothingLeft);
    }

    @Test
    void nothingOfTheRequestComesBackInAnAnswer() throws Exception {
        HttpRequest request = request("/api/videos/" + UUID.randomUUID() + "?CamelHttpResponseCode=299&trick=7")
                .header("X-Trick", "echo")
                .header("CamelFileName", "echo")
                .build();

        HttpResponse<String> answer = http.send(request, HttpResponse.BodyHandlers.ofString());

        assertProblem(answer, 404, "not_found");
        assertThat(answer.headers().map().keySet())
                .noneMatch(name -> name.equalsIgnoreCase("x-trick")
                        || name.equalsIgnoreCase("trick")
                        || name.toLowerCase().startsWith("camel"));
    }

    @Test
    void anUnknownVideoIsNotFound() throws Exception {
        assertProblem(get("/api/videos/" + UUID.randomUUID()), 404, "not_found");
        assertProblem(get("/api/videos/7"), 404, "not_found");
        assertProblem(get("/api/videos/' OR 1=1 --".replace(" ", "%20")), 404, "not_found");
    }

    @Test
    void anUnfinishedUploadAndADeletedVideoAreNotFound() throws Exception {
        String id = accepted();
        jdbc.update("UPDATE videos SET status = 'receiving' WHERE id = CAST(? AS uuid)", id);
        assertProblem(get("/api/videos/" + id), 404, "not_found");
        jdbc.update("UPDATE videos SET status = 'deleting' WHERE id = CAST(? AS uuid)", id);
        assertProblem(get("/api/videos/" + id), 404, "not_found");
    }

    @Test
    void theDetailTellsLiveProgressWhileAWorkerIsAtIt() throws Exception {
        String id = accepted();
        JsonNode waiting = json.readTree(get("/api/videos/" + id).body());
        assertThat(waiting.path("status").asText()).isEqualTo("uploaded");
        assertThat(waiting.path("progress").isNull()).isTrue();
        assertThat(waiting.path("original_url").asText()).contains("X-Amz-Signature");

        jdbc.update(
                "UPDATE videos SET status = 'processing', claim_token = gen_random_uuid(), lease_until = now()"
                        + " WHERE id = CAST(? AS uuid)",
                id);
        redis.opsForHash()
                .putAll("progress:" + id, Map.of("phase", "transcode", "percent", "42.5", "eta_seconds", "7"));

        JsonNode running = json.readTree(get("/api/videos/" + id).body());
        assertThat(running.path("phase").asText()).isEqualTo("transcode");
        assertThat(running.path("progress").asDouble()).isEqualTo(42.5);
        assertThat(running.path("eta_seconds").asInt()).isEqualTo(7);
    }

    @Test
    void linksLeadToTheObjectsThemselves() throws Exception {
        String id = accepted();
        String link = json.readTree(get("/api/videos/" + id).body())
                .path("original_url")
                .asText();

        HttpResponse<byte[]> original =
                http.send(HttpRequest.newBuilder(URI.create(link)).build(), HttpResponse.BodyHandlers.ofByteArray());

        assertThat(original.statusCode()).isEqualTo(200);
        assertThat(original.body()).hasSize(1000);
    }

    private String accepted() throws Exception {
        HttpResponse<String> answer = upload(new Form().field("title", "t").file("video_file", "a.mp4", bytes(1000)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return json.readTree(answer.body()).path("video_id").asText();
    }

    private void assertRefused(Form form, int status, String code) throws Exception {
        assertProblem(upload(form), status, code);
        assertNothingLeft();
    }

    private void assertProblem(HttpResponse<String> answer, int status, String code) throws IOException {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).hasValue("application/problem+json");
        JsonNode problem = json.readTree(answer.body());
        assertThat(problem.path("code").asText()).isEqualTo(code);
        assertThat(problem.path("status").asInt()).isEqualTo(status);
        assertThat(problem.path("detail").asText()).isNotBlank();
    }

    private void assertNothingLeft() {
        assertThat(jdbc.queryForObject("SELECT count(*) FROM videos", Integer.class))
                .isZero();
        assertThat(objects()).isEmpty();
        assertThat(s3.listMultipartUploads(l -> l.bucket(bucket())).uploads()).isEmpty();
    }

    private int count(String status) {
        return jdbc.queryForObject("SELECT count(*) FROM videos WHERE status = ?", Integer.class, status);
    }

    private HttpResponse<String> upload(Form form) throws IOException, InterruptedException {
        HttpRequest request = request("/api/videos/upload")
                .header("Content-Type", Form.contentType())
                .POST(HttpRequest.BodyPublishers.ofByteArray(form.bytes()))
                .build();
        return http.send(request, HttpResponse.BodyHandlers.ofString());
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return http.send(request(path).build(), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest.Builder request(String path) {
        return HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path));
    }

    private Map<String, Object> row(String id) {
        return jdbc.queryForMap("SELECT * FROM videos WHERE id = CAST(? AS uuid)", id);
    }

    private List<String> objects() {
        return s3.listObjectsV2(l -> l.bucket(bucket()).prefix("uploads/")).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static String bucket() {
        return WebFixture.STACK.environment().get("S3_BUCKET");
    }

    private static String queue() {
        return WebFixture.STACK.environment().get("SQS_QUEUE_URL");
    }
}
