package caravana.system.faults;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * Stands in front of the SQS server, passes everything on unchanged, and knows what was received, sent and acknowledged.
 * It reads SQS's JSON protocol, which the AWS SDK for Java speaks.
 */
final class SqsObserver implements AutoCloseable {

    /**
     * A message that is being acknowledged.
     *
     * @param receivedAt when it was received
     */
    record Delivery(String messageBody, String receiptHandle, Instant receivedAt) {}

    private record VideoInQueue(String queue, String videoId) {}

    /** Only its acknowledgements are reported; operators read the dead letters by hand. */
    private static final String JOB_QUEUE = "video-jobs";

    private static final String TARGET = "X-Amz-Target";
    /** Above the longest poll that the apps ask for. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final Set<String> HOP_BY_HOP =
            Set.of("host", "connection", "keep-alive", "content-length", "transfer-encoding", "expect", "upgrade");

    static {
        // Read once, by the first server of this JVM. Without it each answer waits 40 ms for an acknowledgement by TCP.
        System.setProperty("sun.net.httpserver.nodelay", "true");
    }

    private final URI upstream;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool(work -> {
        Thread thread = new Thread(work, "sqs-observer");
        thread.setDaemon(true);
        return thread;
    });
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();
    private final ObjectMapper json = new ObjectMapper();
    private final Map<String, Delivery> byReceiptHandle = new ConcurrentHashMap<>();
    private final Map<String, Queue<Instant>> sent = new ConcurrentHashMap<>();
    private final Map<VideoInQueue, Instant> lastSentOfVideo = new ConcurrentHashMap<>();
    private final Set<String> blocked = ConcurrentHashMap.newKeySet();
    private final AtomicLong cut = new AtomicLong();
    private final AtomicLong refused = new AtomicLong();
    private volatile Consumer<Delivery> onDelete = delivery -> {};

    private SqsObserver(URI upstream) throws IOException {
        this.upstream = upstream;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
    }

    /** Listens on a free port and forwards to the server, which may be unavailable for a time. */
    static SqsObserver to(URI upstream) throws IOException {
        SqsObserver observer = new SqsObserver(upstream);
        observer.server.createContext("/", observer::answer);
        observer.server.setExecutor(observer.threads);
        observer.server.start();
        return observer;
    }

    int port() {
        return server.getAddress().getPort();
    }

    /** Receives every acknowledgement of a job before the server does. */
    void onDelete(Consumer<Delivery> listener) {
        onDelete = listener;
    }

    /** Whether a message with that body was sent, to whichever queue, since then. */
    boolean sentSince(String body, Instant since) {
        return sentBetween(body, since, Instant.MAX);
    }

    /** Whether a message with that body was sent, to whichever queue, from then until then. */
    boolean sentBetween(String body, Instant from, Instant until) {
        return sent.getOrDefault(body, new ConcurrentLinkedQueue<>()).stream()
                .anyMatch(at -> !at.isBefore(from) && !at.isAfter(until));
    }

    /** Whether a message about that video was sent to that queue since then. */
    boolean sentSince(String queueName, String videoId, Instant since) {
        return isSince(lastSentOfVideo.get(new VideoInQueue(queueName, videoId)), since);
    }

    private static boolean isSince(Instant last, Instant since) {
        return last != null && !last.isBefore(since);
    }

    /** Cuts every attempt to send to that queue, as long as it is blocked. */
    void blockQueue(String name, boolean block) {
        if (block) {
            blocked.add(name);
        } else {
            blocked.remove(name);
        }
    }

    /** How many attempts to send were cut. */
    long cut() {
        return cut.get();
    }

    /** How many calls the server did not answer. */
    long refused() {
        return refused.get();
    }

    private void answer(HttpExchange exchange) throws IOException {
        byte[] request = exchange.getRequestBody().readAllBytes();
        String target = String.valueOf(exchange.getRequestHeaders().getFirst(TARGET));
        String action = target.substring(target.indexOf('.') + 1);
        JsonNode asked = target.startsWith("AmazonSQS.") ? parsed(request) : json.missingNode();
        String queue = queue(asked);
        if (action.startsWith("SendMessage") && blocked.contains(queue)) {
            cut.incrementAndGet();
            exchange.close();
            return;
        }
        if (action.equals("DeleteMessage") && queue.equals(JOB_QUEUE)) {
            Delivery delivery = byReceiptHandle.get(asked.path("ReceiptHandle").asText());
            if (delivery != null) {
                onDelete.accept(delivery);
            }
        }
        HttpResponse<byte[]> answer;
        try {
            answer = http.send(forwarded(exchange, request), HttpResponse.BodyHandlers.ofByteArray());
        } catch (IOException away) {
            // As the server itself would: no answer at all.
            refused.incrementAndGet();
            exchange.close();
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            exchange.close();
            return;
        }
        if (answer.statusCode() == 200) {
            remember(action, asked, parsed(answer.body()));
        }
        answer.headers().map().forEach((name, values) -> {
            if (!HOP_BY_HOP.contains(name.toLowerCase())) {
                exchange.getResponseHeaders().put(name, values);
            }
        });
        exchange.sendResponseHeaders(answer.statusCode(), answer.body().length == 0 ? -1 : answer.body().length);
        exchange.getResponseBody().write(answer.body());
        exchange.close();
    }

    private static String queue(JsonNode asked) {
        String url = asked.path("QueueUrl").asText();
        return url.substring(url.lastIndexOf('/') + 1);
    }

    private HttpRequest forwarded(HttpExchange exchange, byte[] body) {
        HttpRequest.Builder request = HttpRequest.newBuilder(upstream.resolve(exchange.getRequestURI()))
                .timeout(PATIENCE)
                .method(exchange.getRequestMethod(), HttpRequest.BodyPublishers.ofByteArray(body));
        exchange.getRequestHeaders().forEach((name, values) -> {
            if (!HOP_BY_HOP.contains(name.toLowerCase())) {
                values.forEach(value -> request.header(name, value));
            }
        });
        return request.build();
    }

    /** What is not JSON is not for us to refuse: it is passed on like anything else. */
    private JsonNode parsed(byte[] text) throws IOException {
        try {
            return json.readTree(text);
        } catch (JsonProcessingException notJson) {
            return json.missingNode();
        }
    }

    private void remember(String action, JsonNode asked, JsonNode answer) throws IOException {
        switch (action) {
            case "SendMessage" -> rememberSent(asked, asked);
            case "SendMessageBatch" -> rememberBatch(asked, answer);
            case "ReceiveMessage" -> rememberReceived(answer);
            default -> {
                // Reports nothing about a message's content.
            }
        }
    }

    /** A batch is answered with 200 even when some of its messages were not taken. */
    private void rememberBatch(JsonNode asked, JsonNode answer) throws IOException {
        List<String> taken = answer.path("Successful").findValuesAsText("Id");
        for (JsonNode entry : asked.path("Entries")) {
            if (taken.contains(entry.path("Id").asText())) {
                rememberSent(asked, entry);
            }
        }
    }

    private void rememberSent(JsonNode asked, JsonNode message) throws IOException {
        Instant now = Instant.now();
        String body = message.path("MessageBody").asText();
        sent.computeIfAbsent(body, none -> new ConcurrentLinkedQueue<>()).add(now);
        String videoId =
                parsed(body.getBytes(StandardCharsets.UTF_8)).path("video_id").asText();
        lastSentOfVideo.put(new VideoInQueue(queue(asked), videoId), now);
    }

    private void rememberReceived(JsonNode answer) {
        Instant now = Instant.now();
        for (JsonNode message : answer.path("Messages")) {
            String handle = message.path("ReceiptHandle").asText();
            byReceiptHandle.put(handle, new Delivery(message.path("Body").asText(), handle, now));
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
