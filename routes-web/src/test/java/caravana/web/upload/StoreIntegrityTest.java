package caravana.web.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import caravana.aws.AwsConfiguration;
import caravana.aws.BucketProperties;
import caravana.aws.WriteOnceClient;
import caravana.media.MediaLimits;
import caravana.web.WebFixture;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import org.springframework.util.unit.DataSize;
import software.amazon.awssdk.core.exception.SdkException;
import software.amazon.awssdk.core.sync.RequestBody;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.ChecksumMode;
import software.amazon.awssdk.services.s3.model.CompletedPart;
import software.amazon.awssdk.services.s3.model.HeadObjectResponse;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** What becomes of an upload whose bytes change on the way to S3, and of one whose answer is lost. */
@Tag("slow")
class StoreIntegrityTest {

    private static final byte[] CONTENT = "caravana-content".getBytes(StandardCharsets.US_ASCII);
    private static final int SMALL = 1024;
    /** Three parts. */
    private static final int LARGE = 11 * 1024 * 1024;

    private static final String LOST = "";
    private static final String EXISTS = refusal("412 Precondition Failed", "PreconditionFailed");
    private static final String NO_SUCH_UPLOAD = refusal("404 Not Found", "NoSuchUpload");

    private final String bucket = WebFixture.STACK.environment().get("S3_BUCKET");
    private final String key = "uploads/" + UUID.randomUUID();
    private DamagingProxy proxy;
    private int refusalsUntilUndamaged;
    private S3Client s3;

    @BeforeEach
    void connect() throws IOException {
        Map<String, String> stack = WebFixture.STACK.environment();
        System.setProperty("aws.accessKeyId", stack.get("AWS_ACCESS_KEY_ID"));
        System.setProperty("aws.secretAccessKey", stack.get("AWS_SECRET_ACCESS_KEY"));
        proxy = new DamagingProxy(URI.create(stack.get("AWS_ENDPOINT_URL_S3")), CONTENT);
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "test",
                        Map.of("caravana.aws.region", "us-east-1", "caravana.aws.s3-endpoint", proxy.address())));
        s3 = new WriteOnceClient(new DamagingClient(
                AwsConfiguration.s3Client(environment), () -> proxy.refusals() < refusalsUntilUndamaged));
    }

    @AfterEach
    void disconnect() throws IOException {
        s3.deleteObject(d -> d.bucket(bucket).key(key));
        s3.close();
        proxy.close();
    }

    @Test
    void bytesThatChangeOnTheWayAreSentAgain() throws Exception {
        for (int length : List.of(SMALL, LARGE)) {
            refusalsUntilUndamaged = proxy.refusals() + 1;

            upload(content(length));

            assertThat(proxy.refusals()).as("refused first").isEqualTo(refusalsUntilUndamaged);
            assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket).key(key)).asByteArray())
                    .isEqualTo(content(length));
            s3.deleteObject(d -> d.bucket(bucket).key(key));
        }
    }

    @Test
    void whatChangesAgainAndAgainIsRefusedAndNothingIsLeft() {
        for (int length : List.of(SMALL, LARGE)) {
            refusalsUntilUndamaged = Integer.MAX_VALUE;

            S3Exception refusal = catchThrowableOfType(S3Exception.class, () -> upload(content(length)));

            assertThat(refusal.statusCode()).isEqualTo(400);
            assertThat(s3.listObjectsV2(l -> l.bucket(bucket).prefix(key)).contents())
                    .isEmpty();
            assertThat(s3.listMultipartUploads(l -> l.bucket(bucket).prefix(key))
                            .uploads())
                    .isEmpty();
        }
    }

    @Test
    void everyObjectHasAChecksumOfTheWholeAndADownloadIsValidatedByIt() throws Exception {
        for (int length : List.of(SMALL, LARGE)) {
            upload(content(length));
            HeadObjectResponse object =
                    s3.headObject(h -> h.bucket(bucket).key(key).checksumMode(ChecksumMode.ENABLED));
            assertThat(object.checksumCRC32C()).as("CRC-32C").isNotNull().doesNotContain("-");
            proxy.damageAnswers(1);

            assertThatThrownBy(
                            () -> s3.getObject(g -> g.bucket(bucket).key(key)).readAllBytes())
                    .isInstanceOf(SdkException.class)
                    .hasMessageContaining("checksum");

            s3.deleteObject(d -> d.bucket(bucket).key(key));
        }
    }

    @Test
    void anObjectThatExistsIsNotOverwritten() throws Exception {
        for (int length : List.of(SMALL, LARGE)) {
            s3.putObject(p -> p.bucket(bucket).key(key), RequestBody.fromString("the first"));

            S3Exception refusal = catchThrowableOfType(S3Exception.class, () -> upload(content(length)));

            assertThat(refusal.statusCode()).isEqualTo(412);
            assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket).key(key)).asUtf8String())
                    .isEqualTo("the first");
            s3.deleteObject(d -> d.bucket(bucket).key(key));
        }
    }

    @Test
    void aWriteWhoseAnswerIsLostHasSucceeded() throws Exception {
        for (int length : List.of(SMALL, LARGE)) {
            proxy.replaceAnswersTo(length == SMALL ? "PUT /" + bucket + "/" + key + " " : completion(), LOST);

            upload(content(length));

            assertStored(content(length));
        }
    }

    /** The local S3 answers a repeated completion as it did the first; AWS may refuse it in these two ways. */
    @Test
    void aCompletionWhoseRepetitionIsRefusedHasSucceeded() throws Exception {
        for (String refusal : List.of(EXISTS, NO_SUCH_UPLOAD)) {
            proxy.replaceAnswersTo(completion(), LOST, refusal);

            upload(content(LARGE));

            assertStored(content(LARGE));
        }
    }

    @Test
    void aCompletionOfNoUploadIsRefusedWhenItsObjectIsNotThere() {
        s3.putObject(p -> p.bucket(bucket).key(key), RequestBody.fromString("another"));
        proxy.replaceAnswersTo(completion(), NO_SUCH_UPLOAD);
        assertThat(catchThrowableOfType(S3Exception.class, () -> upload(content(LARGE)))
                        .awsErrorDetails()
                        .errorCode())
                .as("another object")
                .isEqualTo("NoSuchUpload");
        s3.deleteObject(d -> d.bucket(bucket).key(key));

        String upload = s3.createMultipartUpload(c -> c.bucket(bucket).key(key)).uploadId();
        s3.abortMultipartUpload(a -> a.bucket(bucket).key(key).uploadId(upload));
        S3Exception refusal = catchThrowableOfType(
                S3Exception.class,
                () -> s3.completeMultipartUpload(c -> c.bucket(bucket)
                        .key(key)
                        .uploadId(upload)
                        .checksumCRC32C("AAAAAA==")
                        .multipartUpload(m -> m.parts(CompletedPart.builder()
                                .partNumber(1)
                                .eTag("none")
                                .build()))));
        assertThat(refusal.awsErrorDetails().errorCode()).as("no object").isEqualTo("NoSuchUpload");
    }

    /** How the request line of a completion starts. */
    private String completion() {
        return "POST /" + bucket + "/" + key + "?uploadId";
    }

    private void assertStored(byte[] content) {
        assertThat(proxy.answersToReplace()).as("answers that were passed on").isZero();
        assertThat(s3.getObjectAsBytes(g -> g.bucket(bucket).key(key)).asByteArray())
                .isEqualTo(content);
        s3.deleteObject(d -> d.bucket(bucket).key(key));
    }

    private static String refusal(String status, String code) {
        String body = "<Error><Code>" + code + "</Code><Message>refused</Message></Error>";
        return "HTTP/1.1 " + status + "\r\nContent-Type: application/xml\r\nContent-Length: " + body.length()
                + "\r\nConnection: close\r\n\r\n" + body;
    }

    private void upload(byte[] content) throws IOException {
        MediaLimits limits = new MediaLimits(
                DataSize.ofMegabytes(100),
                Duration.ofMinutes(10),
                4096,
                2304,
                60,
                8,
                List.of("mov"),
                List.of("h264"),
                MediaLimits.Rules.NONE);
        new ObjectWriter(new PartStore(s3, new BucketProperties(bucket)), limits)
                .take(new ByteArrayInputStream(content), new Opening(key, Map.of()));
    }

    private static byte[] content(int length) {
        byte[] bytes = new byte[length];
        for (int at = 0; at < length; at++) {
            bytes[at] = CONTENT[at % CONTENT.length];
        }
        // As a video's first bytes.
        System.arraycopy("\0\0\0\30ftypisom".getBytes(StandardCharsets.ISO_8859_1), 0, bytes, 0, 12);
        return bytes;
    }
}
