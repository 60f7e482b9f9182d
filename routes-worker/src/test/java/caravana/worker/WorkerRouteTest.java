package caravana.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Queues;
import caravana.test.Samples;
import caravana.test.Waits;
import caravana.transformation.TransformationCatalogue;
import caravana.worker.intake.Intake;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.model.ModelCamelContext;
import org.apache.camel.test.spring.junit5.CamelSpringBootTest;
import org.apache.camel.test.spring.junit5.DisableJmx;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.SqsClient;
import software.amazon.awssdk.services.sqs.model.Message;
import software.amazon.awssdk.services.sqs.model.MessageAttributeValue;

/** The worker as it ships, on the local stack and with the real ffmpeg: what tests of its flow have in common. */
@ActiveProfiles("local")
@CamelSpringBootTest
@DisableJmx(false)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT)
@Tag("slow")
public abstract class WorkerRouteTest {

    protected static final Duration JOB = Waits.LIMIT;
    private static final String OWNER = "00000000-0000-4000-8000-000000000001";

    /** How long each card stands, for less to encode. */
    protected static final Duration CARD = Duration.ofMillis(500);

    protected static final Path WORK = WorkerFixture.FOLDER.resolve("work");

    @Autowired
    protected ModelCamelContext context;

    @Autowired
    protected SqsClient sqs;

    @Autowired
    protected S3Client s3;

    @Autowired
    protected JdbcTemplate jdbc;

    @Autowired
    protected Intake intake;

    @Autowired
    private TransformationCatalogue catalogue;

    @DynamicPropertySource
    static void localStack(DynamicPropertyRegistry registry) {
        Map<String, String> stack = WorkerFixture.STACK.environment();
        stack.forEach((name, value) -> registry.add(name, () -> value));
        registry.add("caravana.worker.slots", () -> "2");
        registry.add("caravana.worker.heartbeat", () -> "2s");
        registry.add("caravana.worker.probe", () -> "1s");
        registry.add("caravana.sqs.call-timeout", () -> "1900ms");
        registry.add("caravana.worker.backoff", () -> "4s");
        registry.add("caravana.worker.route-defect-pause", () -> "3s");
        registry.add("caravana.media.cards.opening-for", () -> CARD.toMillis() + "ms");
        registry.add("caravana.media.cards.closing-for", () -> CARD.toMillis() + "ms");
        registry.add("caravana.worker.work-dir", WORK::toString);
        System.setProperty("aws.accessKeyId", stack.get("AWS_ACCESS_KEY_ID"));
        System.setProperty("aws.secretAccessKey", stack.get("AWS_SECRET_ACCESS_KEY"));
    }

    @BeforeEach
    void emptyDeadLetters() {
        deadLetters();
    }

    /** A message serves whatever is next, also a video that an earlier test has left. */
    @BeforeEach
    void onlyTheTestsOwnVideosWait() {
        jdbc.update("DELETE FROM videos WHERE status IN ('uploaded', 'processing')");
    }

    protected static ProcessHandle transcoding() {
        return ProcessHandle.current()
                .descendants()
                .filter(p ->
                        p.info().command().filter(c -> c.endsWith("/ffmpeg")).isPresent())
                .filter(p -> p.info()
                        .arguments()
                        .filter(a -> Arrays.asList(a).contains("-progress"))
                        .isPresent())
                .findFirst()
                .orElse(null);
    }

    /** Halts the process as it stands, until {@link #thaw}: what a test looks at cannot be over before. */
    protected static void freeze(ProcessHandle process) throws IOException, InterruptedException {
        signal("STOP", process);
    }

    protected static void thaw(ProcessHandle process) throws IOException, InterruptedException {
        signal("CONT", process);
    }

    private static void signal(String name, ProcessHandle process) throws IOException, InterruptedException {
        Process kill = new ProcessBuilder("kill", "-" + name, String.valueOf(process.pid()))
                .inheritIO()
                .start();
        assertThat(kill.waitFor()).isZero();
    }

    protected static byte[] video(String size, int seconds) throws IOException, InterruptedException {
        Path file = Files.createTempFile(WorkerFixture.FOLDER, "sample", ".mp4");
        Samples.make(
                file,
                "-f lavfi -i testsrc2=size=" + size + ":rate=30:duration=" + seconds
                        + " -c:v libx264 -preset ultrafast -pix_fmt yuv420p");
        byte[] bytes = Files.readAllBytes(file);
        Files.delete(file);
        return bytes;
    }

    protected String upload(byte[] original) {
        return upload(original, catalogue.defaultSet());
    }

    protected String upload(byte[] original, List<String> transformations) {
        String id = UUID.randomUUID().toString();
        String key = "uploads/" + id + ".mp4";
        s3.putObject(p -> p.bucket(bucket()).key(key), RequestBody.fromBytes(original));
        jdbc.update(
                "INSERT INTO videos (id, owner_id, status, title, original_key, transformations, expires_at, uploaded_at)"
                        + " VALUES (CAST(? AS uuid), CAST(? AS uuid), 'uploaded', 't', ?,"
                        + " CAST(? AS jsonb), now() + interval '1 hour', now())",
                id,
                OWNER,
                key,
                "[\"" + String.join("\",\"", transformations) + "\"]");
        return id;
    }

    protected static String message(String id) {
        return "{\"video_id\":\"" + id + "\",\"s3_key_original\":\"uploads/" + id
                + ".mp4\",\"transformaciones\":[\"hd_720p\"],\"usuario_id\":\"" + OWNER + "\",\"extra\":1}";
    }

    protected void send(String body) {
        sqs.sendMessage(m -> m.queueUrl(queue()).messageBody(body));
    }

    protected Map<String, Object> row(String id) {
        return jdbc.queryForMap(
                "SELECT *, phase_ms::text AS phases, not_before <= now() AS due FROM videos WHERE id = CAST(? AS uuid)",
                id);
    }

    protected List<String> objects(String prefix) {
        return s3.listObjectsV2(l -> l.bucket(bucket()).prefix(prefix)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    /** Receives and deletes what is in the dead-letter queue. */
    protected List<Message> deadLetters() {
        List<Message> all = Queues.receiveAll(sqs, deadLetterQueue());
        all.forEach(m -> sqs.deleteMessage(d -> d.queueUrl(deadLetterQueue()).receiptHandle(m.receiptHandle())));
        return all;
    }

    protected void assertQueueIsQuiet() {
        await().atMost(JOB)
                .untilAsserted(() -> assertThat(Queues.count(sqs, queue())).isZero());
    }

    protected static void assertNothingLeftOnDisk() {
        await().atMost(JOB).untilAsserted(() -> assertThat(WORK).isDirectoryNotContaining("glob:**/*-*-*-*-*"));
    }

    protected static MessageAttributeValue text(String value) {
        return MessageAttributeValue.builder()
                .dataType("String")
                .stringValue(value)
                .build();
    }

    protected static String bucket() {
        return WorkerFixture.STACK.environment().get("S3_BUCKET");
    }

    protected static String queue() {
        return WorkerFixture.STACK.environment().get("SQS_QUEUE_URL");
    }

    private static String deadLetterQueue() {
        return WorkerFixture.STACK.environment().get("SQS_DLQ_URL");
    }
}
