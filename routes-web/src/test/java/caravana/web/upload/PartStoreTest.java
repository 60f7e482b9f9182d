package caravana.web.upload;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import caravana.aws.AwsConfiguration;
import caravana.aws.BucketProperties;
import caravana.aws.WriteOnceClient;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.core.env.MapPropertySource;
import org.springframework.core.env.StandardEnvironment;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.s3.model.S3Exception;

/** Where S3 servers differ: the one of the local stack accepts more than AWS does, and others answer less. */
class PartStoreTest {

    private static final String KEY = "uploads/1.mp4";
    private static final List<PartStore.Part> PARTS = List.of(new PartStore.Part(1, 10, "\"tag\"", null));

    private static final List<String> CREDENTIALS = List.of("aws.accessKeyId", "aws.secretAccessKey");

    /** Those of the local stack, which other tests of this JVM use. */
    private final Map<String, String> before = new HashMap<>();

    private final Queue<String> requests = new ConcurrentLinkedQueue<>();
    private HttpServer server;
    private S3Client s3;
    private PartStore store;
    private String refusal = "NoSuchUpload";
    private boolean made;

    @BeforeEach
    void start() throws IOException {
        CREDENTIALS.forEach(name -> before.put(name, System.getProperty(name)));
        CREDENTIALS.forEach(name -> System.setProperty(name, "test"));
        server = HttpServer.create(new InetSocketAddress("127.0.0.1", 0), 0);
        server.createContext("/", this::answer);
        server.start();
        StandardEnvironment environment = new StandardEnvironment();
        environment
                .getPropertySources()
                .addFirst(new MapPropertySource(
                        "test",
                        Map.of(
                                "caravana.aws.region",
                                "us-east-1",
                                "caravana.aws.s3-endpoint",
                                "http://127.0.0.1:" + server.getAddress().getPort())));
        s3 = new WriteOnceClient(AwsConfiguration.s3Client(environment));
        store = new PartStore(s3, new BucketProperties("bucket"));
    }

    @AfterEach
    void stop() {
        s3.close();
        server.stop(0);
        CREDENTIALS.forEach(System::clearProperty);
        before.values().removeIf(Objects::isNull);
        before.forEach(System::setProperty);
    }

    private void answer(HttpExchange exchange) throws IOException {
        exchange.getRequestBody().readAllBytes();
        String query = String.valueOf(exchange.getRequestURI().getQuery());
        String checksums = String.join(
                ",",
                exchange.getRequestHeaders().keySet().stream()
                        .filter(name -> name.toLowerCase(Locale.ROOT).contains("checksum"))
                        .toList());
        requests.add(exchange.getRequestMethod() + " " + query + " " + checksums);
        boolean head = exchange.getRequestMethod().equals("HEAD");
        boolean creation = query.startsWith("uploads");
        boolean part = exchange.getRequestMethod().equals("PUT");
        byte[] body = (creation
                        ? "<InitiateMultipartUploadResult><UploadId>u</UploadId></InitiateMultipartUploadResult>"
                        : "<Error><Code>" + refusal + "</Code></Error>")
                .getBytes(StandardCharsets.UTF_8);
        int status = creation || part || head && made ? 200 : refusal.equals("InvalidPart") ? 400 : 404;
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
        exchange.close();
    }

    /** AWS refuses parts without the checksum that their upload was begun for, and clients send none. */
    @Test
    void anUploadOfClientsPartsIsForNoCertainChecksum() {
        assertThat(store.createDirect(KEY)).isEqualTo("u");
        store.create(KEY);

        assertThat(requests).element(0).isEqualTo("POST uploads ");
        assertThat(requests.stream().skip(1).findFirst().orElseThrow().toLowerCase(Locale.ROOT))
                .as("the others'")
                .contains("x-amz-checksum-algorithm");
    }

    @Test
    void aCompletionWhoseAnswerWasLostHasHappened() {
        made = true;

        assertThat(store.completeDirect(KEY, "u", PARTS)).isTrue();

        assertThat(requests).element(0).isEqualTo("POST uploadId=u ");
        made = false;
        assertThatThrownBy(() -> store.completeDirect(KEY, "u", PARTS))
                .isInstanceOfSatisfying(
                        S3Exception.class, e -> assertThat(e.statusCode()).isEqualTo(404));
    }

    @Test
    void partsThatOthersHaveTakenThePlaceOfMakeNoObject() {
        refusal = "InvalidPart";

        assertThat(store.completeDirect(KEY, "u", PARTS)).isFalse();
    }

    /** Some S3 servers leave it out of their answer, and the object's checksum is made of those of its parts. */
    @Test
    void aPartHasTheChecksumThatWasSentWithIt() throws IOException {
        PartBuffer content = new PartBuffer();
        content.fill(new ByteArrayInputStream("123456789".getBytes(StandardCharsets.US_ASCII)), 9, null);

        PartStore.Part sent = store.send(KEY, "u", 1, content);

        assertThat(sent.crc32c()).as("CRC-32C's check value, e3069283").isEqualTo("4waSgw==");
    }
}
