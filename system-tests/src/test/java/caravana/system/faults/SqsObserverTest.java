package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravana.system.SharedStack;
import caravana.test.Waits;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Against the local stack's SQS server, with calls as the AWS SDK makes them. */
class SqsObserverTest {

    private static final String JOBS = "video-jobs";
    private static final String DEAD_LETTERS = "video-jobs-dlq";
    private static final int MANY = 60;
    private static final Duration LIMIT = Waits.LIMIT;

    private static URI sqs;

    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ObjectMapper json = new ObjectMapper();
    private final String videoId = UUID.randomUUID().toString();
    private final String body = "{\"video_id\":\"" + videoId + "\"}";
    private final Instant started = Instant.now();
    private Forwarder network;
    private SqsObserver observer;
    private URI observed;

    @BeforeAll
    static void startServers() {
        sqs = URI.create(SharedStack.cleared().environment().get("AWS_ENDPOINT_URL_SQS"));
    }

    @BeforeEach
    void observe() throws IOException {
        network = Forwarder.to(new InetSocketAddress("127.0.0.1", sqs.getPort()));
        observer = SqsObserver.to(URI.create("http://127.0.0.1:" + network.port()));
        observed = URI.create("http://127.0.0.1:" + observer.port() + sqs.getPath());
    }

    @AfterEach
    void endAndEmptyTheQueues() throws Exception {
        observer.close();
        network.close();
        for (String queue : List.of(JOBS, DEAD_LETTERS)) {
            call(sqs, "PurgeQueue", queue, Map.of());
        }
    }

    @Test
    void passesEverythingOnUnchanged() throws Exception {
        HttpResponse<String> direct = call(sqs, "GetQueueAttributes", JOBS, Map.of("AttributeNames", List.of("All")));
        HttpResponse<String> through =
                call(observed, "GetQueueAttributes", JOBS, Map.of("AttributeNames", List.of("All")));
        assertSame(through, direct);
        assertThat(through.statusCode()).isEqualTo(200);
    }

    @Test
    void passesRefusalsOnUnchanged() throws Exception {
        HttpResponse<String> through = call(observed, "SendMessage", "no-such-queue", Map.of("MessageBody", body));
        assertSame(through, call(sqs, "SendMessage", "no-such-queue", Map.of("MessageBody", body)));
        assertThat(through.statusCode()).isEqualTo(400);
        assertThat(observer.sentSince("no-such-queue", videoId, started)).isFalse();
        assertThat(observer.sentSince(body, started)).isFalse();
    }

    @Test
    void knowsWhatWasSentWhereAndWhen() throws Exception {
        send(JOBS, body);

        assertThat(observer.sentSince(JOBS, videoId, started)).isTrue();
        assertThat(observer.sentSince(body, started)).isTrue();
        assertThat(observer.sentSince(DEAD_LETTERS, videoId, started)).isFalse();
        assertThat(observer.sentSince(JOBS, UUID.randomUUID().toString(), started))
                .isFalse();
        assertThat(observer.sentSince(JOBS, videoId, Instant.now().plusMillis(1)))
                .isFalse();
    }

    @Test
    void ofABatchOnlyWhatWasTakenIsSent() throws Exception {
        String refused = body + "\u0001";
        HttpResponse<String> answer = call(
                observed,
                "SendMessageBatch",
                JOBS,
                Map.of(
                        "Entries",
                        List.of(
                                Map.of("Id", "good", "MessageBody", body),
                                Map.of("Id", "bad", "MessageBody", refused))));
        assertThat(answer.statusCode()).isEqualTo(200);
        assertThat(json.readTree(answer.body()).path("Failed")).hasSize(1);
        assertThat(observer.sentSince(JOBS, videoId, started)).isTrue();
        assertThat(observer.sentSince(refused, started)).isFalse();
    }

    @Test
    void tellsOfAnAcknowledgementBeforeTheServerHasIt() throws Exception {
        List<SqsObserver.Delivery> told = new ArrayList<>();
        List<String> hiddenThen = new ArrayList<>();
        observer.onDelete(delivery -> {
            told.add(delivery);
            hiddenThen.add(hidden());
        });
        send(JOBS, body);
        String handle = receive(JOBS);

        assertThat(call(observed, "DeleteMessage", JOBS, Map.of("ReceiptHandle", handle))
                        .statusCode())
                .isEqualTo(200);

        assertThat(told).singleElement().satisfies(delivery -> {
            assertThat(delivery.messageBody()).isEqualTo(body);
            assertThat(delivery.receiptHandle()).isEqualTo(handle);
            assertThat(delivery.receivedAt()).isBetween(started, Instant.now());
        });
        assertThat(hiddenThen).containsExactly("1");
        assertThat(hidden()).isEqualTo("0");
    }

    @Test
    void deadLettersThatAreTakenAwayAreNoAcknowledgements() throws Exception {
        List<SqsObserver.Delivery> told = new ArrayList<>();
        observer.onDelete(told::add);
        send(DEAD_LETTERS, body);
        String handle = receive(DEAD_LETTERS);
        assertThat(call(observed, "DeleteMessage", DEAD_LETTERS, Map.of("ReceiptHandle", handle))
                        .statusCode())
                .isEqualTo(200);
        assertThat(told).isEmpty();
    }

    @Test
    void aBlockedQueueTakesNothing() throws Exception {
        observer.blockQueue(DEAD_LETTERS, true);

        assertThatThrownBy(() -> send(DEAD_LETTERS, body)).isInstanceOf(IOException.class);
        send(JOBS, body);
        assertThat(observer.cut()).isEqualTo(1);
        assertThat(observer.sentSince(DEAD_LETTERS, videoId, started)).isFalse();

        observer.blockQueue(DEAD_LETTERS, false);
        send(DEAD_LETTERS, body);
        assertThat(observer.cut()).isEqualTo(1);
        assertThat(observer.refused()).isZero();
    }

    @Test
    void aServerThatDoesNotAnswerIsNoAnswerEither() throws Exception {
        CompletableFuture<?> poll = http.sendAsync(
                request(observed, "ReceiveMessage", JOBS, Map.of("WaitTimeSeconds", 20)),
                HttpResponse.BodyHandlers.ofString());
        await().atMost(LIMIT).until(() -> network.resetAll() == 1);
        await().atMost(LIMIT).until(poll::isCompletedExceptionally);

        network.block(true);
        assertThatThrownBy(() -> send(JOBS, body)).isInstanceOf(IOException.class);
        assertThat(observer.refused()).isEqualTo(2);
        assertThat(observer.sentSince(JOBS, videoId, started)).isFalse();

        network.block(false);
        send(JOBS, body);
        assertThat(observer.refused()).isEqualTo(2);
    }

    @Test
    void whatIsNotJsonIsTheServersToRefuse() throws Exception {
        assertThat(post(observed, "not JSON").statusCode())
                .isEqualTo(post(sqs, "not JSON").statusCode());
    }

    @Test
    void manyLongPollsKeepNobodyWaiting() throws Exception {
        List<CompletableFuture<HttpResponse<String>>> polls = IntStream.range(0, MANY)
                .mapToObj(i -> http.sendAsync(
                        request(observed, "ReceiveMessage", DEAD_LETTERS, Map.of("WaitTimeSeconds", 20)),
                        HttpResponse.BodyHandlers.ofString()))
                .toList();
        send(JOBS, body);
        assertThat(polls).noneMatch(CompletableFuture::isDone);

        for (int i = 0; i < MANY; i++) {
            send(DEAD_LETTERS, body);
        }
        assertThat(polls)
                .allSatisfy(poll -> assertThat(poll.join().statusCode()).isEqualTo(200));
    }

    private void send(String queue, String message) throws IOException, InterruptedException {
        assertThat(call(observed, "SendMessage", queue, Map.of("MessageBody", message))
                        .statusCode())
                .isEqualTo(200);
    }

    private String receive(String queue) throws IOException, InterruptedException {
        HttpResponse<String> answer = call(observed, "ReceiveMessage", queue, Map.of("WaitTimeSeconds", 5));
        JsonNode messages = json.readTree(answer.body()).path("Messages");
        assertThat(messages).hasSize(1);
        return messages.path(0).path("ReceiptHandle").asText();
    }

    /** How many messages the job queue holds hidden, which are those that were received and not acknowledged. */
    private String hidden() {
        String attribute = "ApproximateNumberOfMessagesNotVisible";
        try {
            String answer = call(sqs, "GetQueueAttributes", JOBS, Map.of("AttributeNames", List.of(attribute)))
                    .body();
            return json.readTree(answer).path("Attributes").path(attribute).asText();
        } catch (IOException | InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    private HttpResponse<String> call(URI endpoint, String action, String queue, Map<String, ?> parameters)
            throws IOException, InterruptedException {
        return http.send(request(endpoint, action, queue, parameters), HttpResponse.BodyHandlers.ofString());
    }

    private HttpRequest request(URI endpoint, String action, String queue, Map<String, ?> parameters) {
        String text = json.createObjectNode()
                .put("QueueUrl", endpoint + "/000000000000/" + queue)
                .setAll(json.<ObjectNode>valueToTree(parameters))
                .toString();
        return request(endpoint, action, text);
    }

    private HttpResponse<String> post(URI endpoint, String text) throws IOException, InterruptedException {
        return http.send(request(endpoint, "SendMessage", text), HttpResponse.BodyHandlers.ofString());
    }

    private static HttpRequest request(URI endpoint, String action, String text) {
        return HttpRequest.newBuilder(URI.create(endpoint + "/"))
                .timeout(LIMIT)
                .header("Content-Type", "application/x-amz-json-1.0")
                .header("X-Amz-Target", "AmazonSQS." + action)
                .POST(HttpRequest.BodyPublishers.ofString(text))
                .build();
    }

    private static void assertSame(HttpResponse<String> through, HttpResponse<String> direct) {
        assertThat(through.statusCode()).isEqualTo(direct.statusCode());
        assertThat(through.body()).isEqualTo(direct.body());
        assertThat(through.headers().firstValue("Content-Type"))
                .isEqualTo(direct.headers().firstValue("Content-Type"));
    }
}
