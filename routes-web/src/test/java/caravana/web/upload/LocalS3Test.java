package caravana.web.upload;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.aws.AwsConfiguration;
import caravana.aws.WriteOnceClient;
import caravana.web.WebFixture;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import software.amazon.awssdk.auth.credentials.AwsBasicCredentials;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.http.SdkHttpMethod;
import software.amazon.awssdk.http.SdkHttpRequest;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4FamilyHttpSigner.AuthLocation;
import software.amazon.awssdk.http.auth.aws.signer.AwsV4HttpSigner;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.DeletedObject;
import software.amazon.awssdk.services.s3.model.ObjectIdentifier;
import software.amazon.awssdk.services.s3.model.S3Object;

/** The local S3 answers browsers, and programs that hold a presigned link, as AWS does. */
@Tag("slow")
class LocalS3Test {

    private static final String CONTENT = "the content";
    private static final String RIGHT = crc32c(CONTENT);
    private static final String WRONG = crc32c("other content");
    private static final String CHECKSUM = "x-amz-checksum-crc32c";
    private static final String PAGE = "http://localhost:8080";
    private static final String ELSEWHERE = "https://elsewhere.example.org";
    private static final Duration VALID = Duration.ofMinutes(15);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Map<String, String> stack = WebFixture.STACK.environment();
    private final String bucket = stack.get("S3_BUCKET");
    private final String key = "uploads/" + UUID.randomUUID();
    private S3Client s3;

    @BeforeEach
    void connect() {
        System.setProperty("aws.accessKeyId", stack.get("AWS_ACCESS_KEY_ID"));
        System.setProperty("aws.secretAccessKey", stack.get("AWS_SECRET_ACCESS_KEY"));
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "test",
                        Map.of(
                                "caravana.aws.region",
                                "us-east-1",
                                "caravana.aws.s3-endpoint",
                                stack.get("AWS_ENDPOINT_URL_S3"))));
        s3 = new WriteOnceClient(AwsConfiguration.s3Client(environment));
    }

    @AfterEach
    void disconnect() {
        keys().forEach(left -> s3.deleteObject(d -> d.bucket(bucket).key(left)));
        s3.close();
    }

    @Test
    void aPresignedGetHasTheChecksumOfTheObjectWhenItIsRequested() throws Exception {
        s3.putObject(p -> p.bucket(bucket).key(key), RequestBody.fromString(CONTENT));

        HttpResponse<String> with = send(object("GET", Map.of("x-amz-checksum-mode", "ENABLED")), "");
        HttpResponse<String> without = send(object("GET", Map.of()), "");

        assertThat(List.of(with.statusCode(), without.statusCode())).containsOnly(200);
        assertThat(List.of(with.body(), without.body())).containsOnly(CONTENT);
        assertThat(with.headers().firstValue(CHECKSUM)).hasValue(RIGHT);
        assertThat(without.headers().firstValue(CHECKSUM)).isEmpty();
    }

    @Test
    void aPresignedRequestIsRefusedForAnotherObjectAnotherMethodAndLater() throws Exception {
        s3.putObject(p -> p.bucket(bucket).key(key), RequestBody.fromString(CONTENT));
        s3.putObject(p -> p.bucket(bucket).key(key + "2"), RequestBody.fromString("private"));
        Presigned get = object("GET", Map.of());

        Presigned changed = new Presigned("GET", get.address().replace(key, key + "2"), Map.of());

        assertRefused(send(changed, ""), 403, "SignatureDoesNotMatch");
        Presigned delete = new Presigned("DELETE", get.address(), Map.of());
        assertRefused(send(delete, ""), 403, "SignatureDoesNotMatch");
        Clock past = Clock.offset(Clock.systemUTC(), VALID.plusMinutes(1).negated());
        assertRefused(send(presigned("GET", bucket + "/" + key, Map.of(), past), ""), 403, "AccessDenied");
    }

    @Test
    void aPresignedPutIsStoredUnlessItsChecksumIsWrong() throws Exception {
        assertRefused(send(object("PUT", Map.of(CHECKSUM, WRONG)), CONTENT), 400, "BadDigest");
        assertThat(keys()).isEmpty();

        for (Map<String, String> headers : List.of(Map.<String, String>of(), Map.of(CHECKSUM, RIGHT))) {
            HttpResponse<String> stored = send(object("PUT", headers), CONTENT);

            assertThat(stored.statusCode()).as(stored.body()).isEqualTo(200);
            assertThat(stored.headers().firstValue(CHECKSUM).orElse("none"))
                    .isEqualTo(headers.getOrDefault(CHECKSUM, "none"));
            assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket).key(key)).asUtf8String())
                    .isEqualTo(CONTENT);
            s3.deleteObject(d -> d.bucket(bucket).key(key));
        }
    }

    @Test
    void aPresignedPartIsTakenUnlessItsChecksumIsWrong() throws Exception {
        String upload = s3.createMultipartUpload(c -> c.bucket(bucket).key(key)).uploadId();

        assertRefused(send(part(upload, 1, Map.of(CHECKSUM, WRONG)), CONTENT), 400, "BadDigest");
        HttpResponse<String> without = send(part(upload, 2, Map.of()), CONTENT);
        HttpResponse<String> with = send(part(upload, 3, Map.of(CHECKSUM, RIGHT)), CONTENT);

        assertThat(List.of(without.statusCode(), with.statusCode())).containsOnly(200);
        assertThat(s3.listParts(l -> l.bucket(bucket).key(key).uploadId(upload)).parts())
                .extracting(taken -> taken.partNumber())
                .containsExactly(2, 3);
        s3.abortMultipartUpload(a -> a.bucket(bucket).key(key).uploadId(upload));
    }

    @Test
    void aPresignedLengthIsTheOnlyOne() throws Exception {
        Presigned put = object("PUT", Map.of("Content-Length", String.valueOf(CONTENT.length())));
        Presigned plain = new Presigned("PUT", put.address(), Map.of());

        assertRefused(send(plain, CONTENT + "!"), 403, "SignatureDoesNotMatch");
        assertThat(keys()).isEmpty();
        assertThat(send(plain, CONTENT).statusCode()).isEqualTo(200);
    }

    @Test
    void aPreflightIsAnsweredByTheRulesForOtherOrigins() throws Exception {
        HttpResponse<String> allowed = preflight(PAGE, "PUT", "content-type,if-none-match," + CHECKSUM);

        assertThat(allowed.statusCode()).as(allowed.body()).isEqualTo(200);
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Origin")).hasValue(PAGE);
        assertThat(allowed.headers().firstValue("Access-Control-Allow-Methods").orElseThrow())
                .contains("PUT");
        assertThat(allowed.headers()
                        .firstValue("Access-Control-Allow-Headers")
                        .orElseThrow()
                        .split(", ?"))
                .contains("content-type", "if-none-match", CHECKSUM);

        for (HttpResponse<String> refused : List.of(
                preflight(ELSEWHERE, "PUT", "content-type"),
                preflight(PAGE, "DELETE", "content-type"),
                preflight(PAGE, "PUT", "x-amz-acl"))) {
            assertThat(refused.statusCode()).as(refused.body()).isBetween(400, 403);
            assertThat(refused.headers().firstValue("Access-Control-Allow-Origin"))
                    .isEmpty();
        }
    }

    @Test
    void aPageOfAnotherOriginReadsTagAndChecksum() throws Exception {
        Presigned put = object("PUT", Map.of(CHECKSUM, RIGHT));
        Presigned get = object("GET", Map.of("x-amz-checksum-mode", "ENABLED"));

        for (HttpResponse<String> answer :
                List.of(send(put.with("Origin", PAGE), CONTENT), send(get.with("Origin", PAGE), ""))) {
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(answer.headers().firstValue("Access-Control-Allow-Origin"))
                    .hasValue(PAGE);
            assertThat(answer.headers()
                            .firstValue("Access-Control-Expose-Headers")
                            .orElseThrow()
                            .split(", ?"))
                    .contains("ETag", CHECKSUM);
            assertThat(answer.headers().firstValue("ETag")).isPresent();
            assertThat(answer.headers().firstValue(CHECKSUM)).hasValue(RIGHT);
        }
        assertThat(send(get.with("Origin", ELSEWHERE), "").headers().firstValue("Access-Control-Allow-Origin"))
                .isEmpty();
    }

    @Test
    void manyObjectsAreDeletedAtOnceAlsoThoseThatAreMissing() {
        List<String> stored = List.of(key + "1", key + "2", key + "3");
        stored.forEach(one -> s3.putObject(p -> p.bucket(bucket).key(one), RequestBody.fromString(CONTENT)));
        List<String> deleted = List.of(key + "1", key + "missing", key + "3");

        var answer = s3.deleteObjects(d -> d.bucket(bucket)
                .delete(many -> many.objects(deleted.stream()
                        .map(one -> ObjectIdentifier.builder().key(one).build())
                        .toList())));

        assertThat(answer.errors()).isEmpty();
        assertThat(answer.deleted()).extracting(DeletedObject::key).containsExactlyInAnyOrderElementsOf(deleted);
        assertThat(keys()).containsExactly(key + "2");
    }

    @Test
    void aListOfObjectsToDeleteNeedsARightChecksum() throws Exception {
        s3.putObject(p -> p.bucket(bucket).key(key), RequestBody.fromString(CONTENT));
        String list = "<Delete><Object><Key>" + key + "</Key></Object></Delete>";
        Presigned plain = deletion(Map.of());

        assertRefused(send(plain, list), 400, "InvalidRequest");
        assertRefused(send(plain.with("Content-MD5", md5("another list")), list), 400, "BadDigest");
        assertRefused(send(deletion(Map.of(CHECKSUM, crc32c("another list"))), list), 400, "BadDigest");
        assertThat(keys()).containsExactly(key);

        for (Presigned right :
                List.of(plain.with("Content-MD5", md5(list)), deletion(Map.of(CHECKSUM, crc32c(list))))) {
            HttpResponse<String> answer = send(right, list);
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(200);
            assertThat(keys()).isEmpty();
            s3.putObject(p -> p.bucket(bucket).key(key), RequestBody.fromString(CONTENT));
        }
    }

    private record Presigned(String method, String address, Map<String, String> headers) {

        /** With another header, which is not signed. */
        Presigned with(String name, String value) {
            Map<String, String> all = new HashMap<>(headers);
            all.put(name, value);
            return new Presigned(method, address, all);
        }
    }

    private Presigned object(String method, Map<String, String> headers) {
        return presigned(method, bucket + "/" + key, headers);
    }

    private Presigned part(String upload, int number, Map<String, String> headers) {
        return presigned("PUT", bucket + "/" + key + "?uploadId=" + upload + "&partNumber=" + number, headers);
    }

    private Presigned deletion(Map<String, String> headers) {
        return presigned("POST", bucket + "?delete", headers);
    }

    private Presigned presigned(String method, String path, Map<String, String> headers) {
        return presigned(method, path, headers, Clock.systemUTC());
    }

    /** Signed as web signs its links. */
    private Presigned presigned(String method, String path, Map<String, String> headers, Clock clock) {
        SdkHttpRequest.Builder request = SdkHttpRequest.builder()
                .method(SdkHttpMethod.fromValue(method))
                .uri(URI.create(stack.get("AWS_ENDPOINT_URL_S3") + "/" + path));
        headers.forEach(request::putHeader);
        String address = AwsV4HttpSigner.create()
                .sign(r -> r.request(request.build())
                        .identity(AwsBasicCredentials.create(
                                stack.get("AWS_ACCESS_KEY_ID"), stack.get("AWS_SECRET_ACCESS_KEY")))
                        .putProperty(AwsV4HttpSigner.SERVICE_SIGNING_NAME, "s3")
                        .putProperty(AwsV4HttpSigner.REGION_NAME, "us-east-1")
                        .putProperty(AwsV4HttpSigner.AUTH_LOCATION, AuthLocation.QUERY_STRING)
                        .putProperty(AwsV4HttpSigner.EXPIRATION_DURATION, VALID)
                        .putProperty(AwsV4HttpSigner.SIGNING_CLOCK, clock)
                        .putProperty(AwsV4HttpSigner.PAYLOAD_SIGNING_ENABLED, false)
                        .putProperty(AwsV4HttpSigner.DOUBLE_URL_ENCODE, false)
                        .putProperty(AwsV4HttpSigner.NORMALIZE_PATH, false))
                .request()
                .getUri()
                .toString();
        return new Presigned(method, address, headers);
    }

    /** What a browser asks before it lets a page send the request. */
    private HttpResponse<String> preflight(String origin, String method, String headers) throws Exception {
        Presigned put = object("PUT", Map.of());
        return send(
                new Presigned(
                        "OPTIONS",
                        put.address(),
                        Map.of(
                                "Origin",
                                origin,
                                "Access-Control-Request-Method",
                                method,
                                "Access-Control-Request-Headers",
                                headers)),
                "");
    }

    private static HttpResponse<String> send(Presigned presigned, String body) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(presigned.address()))
                .method(presigned.method(), body.isEmpty() ? BodyPublishers.noBody() : BodyPublishers.ofString(body));
        presigned.headers().forEach(request::header);
        return HTTP.send(request.build(), BodyHandlers.ofString());
    }

    private static void assertRefused(HttpResponse<String> answer, int status, String code) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.body()).contains("<Code>" + code + "</Code>");
    }

    private List<String> keys() {
        return s3.listObjectsV2(l -> l.bucket(bucket).prefix(key)).contents().stream()
                .map(S3Object::key)
                .toList();
    }

    private static String crc32c(String content) {
        CRC32C sum = new CRC32C();
        sum.update(content.getBytes(StandardCharsets.UTF_8));
        return WriteOnceClient.text(sum);
    }

    private static String md5(String content) throws NoSuchAlgorithmException {
        return Base64.getEncoder()
                .encodeToString(MessageDigest.getInstance("MD5").digest(content.getBytes(StandardCharsets.UTF_8)));
    }
}
