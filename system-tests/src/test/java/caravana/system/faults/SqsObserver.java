package caravana.system.faults;

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
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
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
    record Delivery(String messageBody, Instant receivedAt) {}

    private static final String TARGET = "X-Amz-Target";
    /** Above the longest poll that the apps ask for. */
    private static final Duration PATIENCE = Duration.ofSeconds(40);

    private static final Set<String> HOP_BY_HOP =
            Set.of("host", "connection", "content-length", "transfer-encoding", "expect", "upgrade");

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
    private final Map<String, Instant> lastSent = new ConcurrentHashMap<>();
    private final Set<String> blocked = ConcurrentHashMap.newKeySet();
    private final AtomicLong cut = new AtomicLong();
    private volatile Consumer<Delivery> onDelete = delivery -> {};

    private SqsObserver(URI upstream) throws IOException {
        this.upstream = upstream;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 200);
    }

    /** Listens on a free port and forwards to the server, which may be away for a time. */
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

    /** Who is told of every acknowledgement before the server is. */
    void onDelete(Consumer<Delivery> listener) {
        onDelete = listener;
    }

    /** Whether a message with that body was sent, to whichever queue, since then. */
    boolean sentSince(String body, Instant since) {
        Instant last = lastSent.get(body);
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

    private void answer(HttpExchange exchange) throws IOException {
        byte[] request = exchange.getRequestBody().readAllBytes();
        String target = String.valueOf(exchange.getRequestHeaders().getFirst(TARGET));
        String action = target.substring(target.indexOf('.') + 1);
        JsonNode asked = target.startsWith("AmazonSQS.") ? json.readTree(request) : json.missingNode();
        String queue = queue(asked);
        if (action.startsWith("SendMessage") && blocked.contains(queue)) {
            cut.incrementAndGet();
            exchange.close();
            return;
        }
        if (action.equals("DeleteMessage")) {
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
            exchange.close();
            return;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            exchange.close();
            return;
        }
        if (answer.statusCode() == 200) {
            remember(action, asked, answer.body());
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

    private void remember(String action, JsonNode asked, byte[] answer) throws IOException {
        Instant now = Instant.now();
        if (action.equals("SendMessage")) {
            lastSent.put(asked.path("MessageBody").asText(), now);
        } else if (action.equals("ReceiveMessage")) {
            for (JsonNode message : json.readTree(answer).path("Messages")) {
                byReceiptHandle.put(
                        message.path("ReceiptHandle").asText(),
                        new Delivery(message.path("Body").asText(), now));
            }
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
