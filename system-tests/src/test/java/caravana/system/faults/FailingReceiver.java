package caravana.system.faults;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A receiver of webhooks that fails three calls of ten in several ways, and notes what came, in its order. */
final class FailingReceiver implements AutoCloseable {

    /**
     * A call.
     *
     * @param taken whether it was answered 2xx, as far as the receiver knows
     */
    record Call(String id, String subject, int sequence, boolean taken) {}

    private static final double FAILURES = 0.3;

    /** Of one event: so many failures one after the other never use up its tries. */
    private static final int MOST = 6;

    /** Longer than web waits in these tests. */
    private static final long HANG_SECONDS = 2;

    private static final ObjectMapper JSON = new ObjectMapper();

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final CountDownLatch closed = new CountDownLatch(1);
    private final Random random;
    private final List<Call> calls = new ArrayList<>();
    private final Map<String, Integer> failed = new HashMap<>();

    FailingReceiver(long seed) throws IOException {
        random = new Random(seed);
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
    }

    /** All so far. */
    synchronized List<Call> calls() {
        return List.copyOf(calls);
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode event = JSON.readTree(exchange.getRequestBody());
            String id = exchange.getRequestHeaders().getFirst("webhook-id");
            int way = note(id, event);
            switch (way) {
                case 0 -> exchange.sendResponseHeaders(500, -1);
                case 1 -> {
                    exchange.getResponseHeaders().set("Retry-After", "0");
                    exchange.sendResponseHeaders(503, -1);
                }
                // Its connection is closed without an answer.
                case 2 -> {}
                case 3 -> closed.await(HANG_SECONDS, TimeUnit.SECONDS);
                default -> exchange.sendResponseHeaders(204, -1);
            }
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
        }
    }

    /** Which way to fail, or a negative number to succeed. What is not yet answered is noted: what comes next is behind it. */
    private synchronized int note(String id, JsonNode event) {
        boolean fails = random.nextDouble() < FAILURES && failed.getOrDefault(id, 0) < MOST;
        // An id that the body does not have would be one that no event has.
        String named = event.path("id").asText().equals(id) ? id : "differs:" + id;
        calls.add(new Call(
                named,
                event.path("subject").asText(),
                Integer.parseInt(event.path("sequence").asText()),
                !fails));
        if (!fails) {
            return -1;
        }
        failed.merge(id, 1, Integer::sum);
        // A call that hangs takes so long that there are few of them.
        return random.nextInt(20) == 0 ? 3 : random.nextInt(3);
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
