package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import org.apache.camel.test.spring.junit5.CamelSpringBootTest;
import org.apache.camel.test.spring.junit5.DisableJmx;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.boot.test.web.server.LocalServerPort;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.test.context.ActiveProfiles;
import org.springframework.test.context.DynamicPropertyRegistry;
import org.springframework.test.context.DynamicPropertySource;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.MultipartUpload;
import software.amazon.awssdk.services.s3.model.NoSuchUploadException;
import software.amazon.awssdk.services.s3.model.S3Object;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Web as it ships, over HTTP and on the local stack; no worker runs. Classes with the same settings share one web, which is
 * why they run one after the other, see {@link caravana.test.BySharedContext}.
 */
@ActiveProfiles("local")
@CamelSpringBootTest
@DisableJmx(false)
@SpringBootTest(webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT, properties = "management.server.port=0")
@Tag("slow")
abstract class WebTest {

    /** Of {@link Api#PASSWORD}, with 8 KiB and one pass. */
    private static final String CHEAP_HASH =
            "$argon2id$v=19$m=8,t=1,p=1$c9Uau9icuBlvDvtokvlNaA$qQn4dshKbcvRwdQoOoLPADP+QUAe2exkIGTpc2lZmbk";

    @LocalServerPort
    int port;

    @Autowired
    SqsClient sqs;

    @Autowired
    S3Client s3;

    @Autowired
    JdbcTemplate jdbc;

    @Autowired
    StringRedisTemplate redis;

    @DynamicPropertySource
    static void localStack(DynamicPropertyRegistry registry) {
        Map<String, String> stack = WebFixture.STACK.environment();
        stack.forEach((name, value) -> registry.add(name, () -> value));
        System.setProperty("aws.accessKeyId", stack.get("AWS_ACCESS_KEY_ID"));
        System.setProperty("aws.secretAccessKey", stack.get("AWS_SECRET_ACCESS_KEY"));
    }

    @BeforeEach
    void empty() {
        jdbc.update("DELETE FROM renditions");
        jdbc.update("DELETE FROM videos");
        redis.delete(redis.keys("log-in-failures:*"));
        redis.delete(redis.keys("sign-ups:*"));
        redis.delete(redis.keys("mails:*"));
        objects().forEach(key -> s3.deleteObject(d -> d.bucket(bucket()).key(key)));
        s3.listMultipartUploads(l -> l.bucket(bucket())).uploads().forEach(this::abort);
        sqs.purgeQueue(p -> p.queueUrl(queue()));
        sqs.purgeQueue(p -> p.queueUrl(setting("SQS_DLQ_URL")));
    }

    private void abort(MultipartUpload open) {
        try {
            s3.abortMultipartUpload(a -> a.bucket(bucket()).key(open.key()).uploadId(open.uploadId()));
        } catch (NoSuchUploadException swept) {
            // The app was quicker.
        }
    }

    /** A client without a token. */
    Api api() {
        return Api.anonymous(port);
    }

    /**
     * A client with an account of its own. Its row has a hash that costs next to nothing: to sign up and log in by a real one
     * takes a quarter of a second of a processor, in nearly every test.
     */
    Api user() throws Exception {
        String email = "user-" + UUID.randomUUID() + "@example.org";
        jdbc.update(
                "INSERT INTO users (email, password_hash, first_name, last_name, city, country)"
                        + " VALUES (?, ?, 'Ana', 'Núñez', 'Bogotá', 'Colombia')",
                email,
                CHEAP_HASH);
        return api().loggedIn(email, Api.PASSWORD);
    }

    /** Uploads a small video. */
    static String uploaded(Api user) throws Exception {
        var answer = user.upload(new Form().field("title", "t").file("video_file", "a.mp4", bytes(1000)));
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
        return Api.json(answer).path("video_id").asText();
    }

    void set(String id, String assignments) {
        jdbc.update("UPDATE videos SET " + assignments + " WHERE id = CAST(? AS uuid)", id);
    }

    Map<String, Object> row(String id) {
        return jdbc.queryForMap("SELECT * FROM videos WHERE id = CAST(? AS uuid)", id);
    }

    int count(String status) {
        return jdbc.queryForObject("SELECT count(*) FROM videos WHERE status = ?", Integer.class, status);
    }

    void assertNothingLeft() {
        assertThat(jdbc.queryForObject("SELECT count(*) FROM videos", Integer.class))
                .isZero();
        assertThat(jdbc.queryForObject("SELECT count(*) FROM upload_keys", Integer.class))
                .isZero();
        assertThat(objects()).isEmpty();
        assertThat(s3.listMultipartUploads(l -> l.bucket(bucket())).uploads()).isEmpty();
    }

    /** No upload is open, and the bucket has the originals that the rows name, and no others. */
    void assertBucketIsAsTheRowsSay() {
        assertThat(count("receiving")).isZero();
        assertThat(s3.listMultipartUploads(l -> l.bucket(bucket())).uploads()).isEmpty();
        assertThat(objects())
                .containsExactlyInAnyOrderElementsOf(jdbc.queryForList(
                        "SELECT original_key FROM videos WHERE status NOT IN ('receiving', 'deleting')", String.class));
    }

    /** That an upload has arrived as a video {@code t}, and nothing else is there. */
    void assertStored(String id, byte[] file) {
        assertThat(row(id))
                .containsEntry("status", "uploaded")
                .containsEntry("title", "t")
                .containsEntry("original_bytes", (long) file.length);
        assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket()).key("uploads/" + id + ".mp4"))
                        .asByteArray())
                .isEqualTo(file);
        assertBucketIsAsTheRowsSay();
    }

    List<String> objects() {
        return s3.listObjectsV2Paginator(l -> l.bucket(bucket()).prefix("uploads/")).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    /** Starts Redis again, and waits until web counts attempts there, and no longer by its own. */
    void restartRedis() {
        WebFixture.STACK.restart("redis");
        awaitCountsInRedis();
    }

    /** After Redis has failed, web counts alone for a second, and what it counts then does not add up with what Redis has. */
    void awaitCountsInRedis() {
        await().atMost(Waits.LIMIT).ignoreExceptions().until(() -> {
            int counted = redis.keys("log-in-failures:*").size();
            api().logIn(UUID.randomUUID() + "@example.org", "a wrong guess");
            return redis.keys("log-in-failures:*").size() > counted;
        });
    }

    static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    static String setting(String name) {
        return WebFixture.STACK.environment().get(name);
    }

    static String bucket() {
        return setting("S3_BUCKET");
    }

    static String queue() {
        return setting("SQS_QUEUE_URL");
    }

    /**
     * What a worker leaves that has made renditions: {@code 240p}, {@code 360p} and {@code sound}, of three segments each.
     *
     * @return the claim's token
     */
    final String processInRenditions(String video, String content) {
        String token = UUID.randomUUID().toString();
        String folder = "processed/" + video + "/" + token + "/";
        jdbc.update("DELETE FROM outputs WHERE video_id = CAST(? AS uuid)", video);
        for (String output : List.of(
                "'video.mp4', 'video', 'video/mp4', '" + folder + "video.mp4'",
                "'hls.m3u8', 'stream', 'application/vnd.apple.mpegurl', '" + folder + "hls/'")) {
            jdbc.update(
                    "INSERT INTO outputs SELECT CAST(? AS uuid), CAST(? AS uuid), " + output
                            + ", 9, '', 640, 360, 9, NULL, NULL, 'codec'",
                    video,
                    token);
        }
        for (String rendition : List.of(
                "'240p', 'avc1.64000d', 426, 240, 25, 500000, 400000",
                "'360p', 'avc1.64001e', 640, 360, 25, 900000, 700000",
                "'sound', 'mp4a.40.2', NULL, NULL, NULL, 130000, 128000")) {
            jdbc.update("INSERT INTO renditions SELECT CAST(? AS uuid), CAST(? AS uuid), " + rendition, video, token);
        }
        jdbc.update(
                "INSERT INTO segments SELECT video_id, claim_token, name, number, CASE number WHEN 0 THEN 0 WHEN 3 THEN 1.5"
                        + " ELSE 4.004 END, 9 FROM renditions, generate_series(0, 3) number WHERE claim_token = CAST(? AS uuid)",
                token);
        for (String object : List.of("video.mp4", "hls/240p/0.mp4", "hls/240p/1.mp4", "hls/sound/1.mp4")) {
            s3.putObject(p -> p.bucket(bucket()).key(folder + object), RequestBody.fromString(content + object));
        }
        set(
                video,
                "status = 'processed', processed_at = now(), playable_at = now(), claims = claims + 1, processed_key = '"
                        + folder + "video.mp4'");
        return token;
    }
}
