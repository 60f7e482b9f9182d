package caravana.system.upgrade;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;

/**
 * Sends each request to the next web node, as a load balancer does, and counts what comes back. A 503 with {@code Retry-After}
 * is tried again on another node, since clients do so; nothing else is.
 */
final class Balancer {

    /** A web node that takes requests. */
    static final class Node {

        private final String version;
        private final URI uri;
        private int underway;

        Node(String version, URI uri) {
            this.version = version;
            this.uri = uri;
        }

        String version() {
            return version;
        }

        URI uri() {
            return uri;
        }
    }

    /**
     * An answer, and who gave it.
     *
     * @param <T> of its body
     */
    record Answer<T>(HttpResponse<T> response, Node node) {

        int status() {
            return response.statusCode();
        }

        T body() {
            return response.body();
        }

        String header(String name) {
            return response.headers().firstValue(name).orElse("");
        }
    }

    /** How many nodes in a row may refuse a request for the moment. */
    private static final int TRIES = 20;

    private static final int UNAVAILABLE = 503;

    private final HttpClient http = HttpClient.newBuilder()
            .version(HttpClient.Version.HTTP_1_1)
            .connectTimeout(Duration.ofSeconds(10))
            .build();
    private final List<Node> nodes = new ArrayList<>();
    private final AtomicInteger requests = new AtomicInteger();
    private final AtomicInteger busy = new AtomicInteger();
    private final Queue<String> failures = new ConcurrentLinkedQueue<>();
    private int turn;

    synchronized void add(Node node) {
        nodes.add(node);
    }

    /**
     * From now on the node gets no requests. Returns when those that it has are answered, as a load balancer waits for them;
     * what was sent without the balancer continues.
     */
    synchronized void remove(Node node) throws InterruptedException {
        nodes.remove(node);
        while (node.underway > 0) {
            wait();
        }
    }

    private synchronized Node next() {
        turn = (turn + 1) % nodes.size();
        Node node = nodes.get(turn);
        node.underway++;
        return node;
    }

    private synchronized void answered(Node node) {
        node.underway--;
        notifyAll();
    }

    /**
     * Sends a request, and returns the answer of the node that served it.
     *
     * @param request makes it for a node's address
     * @throws IllegalStateException when no node answered, which counts as a failure
     */
    <T> Answer<T> send(Function<URI, HttpRequest.Builder> request, BodyHandler<T> handler) throws InterruptedException {
        for (int i = 0; i < TRIES; i++) {
            Node node = next();
            HttpRequest sent = request.apply(node.uri()).build();
            String name = sent.method() + " " + sent.uri().getPath() + " to " + node.version();
            try {
                HttpResponse<T> response = http.send(sent, handler);
                if (!isBusy(name, response)) {
                    return new Answer<>(response, node);
                }
            } catch (ConnectException e) {
                throw failed(name + ": no connection: " + e);
            } catch (IOException e) {
                throw failed(name + ": no answer: " + e);
            } finally {
                answered(node);
            }
        }
        throw failed("no node served a request in " + TRIES + " tries");
    }

    private <T> boolean isBusy(String name, HttpResponse<T> response) {
        requests.incrementAndGet();
        boolean later = response.headers().firstValue("Retry-After").isPresent();
        if (response.statusCode() == UNAVAILABLE && later) {
            busy.incrementAndGet();
            System.out.println("503: " + name + " " + response.body());
            return true;
        }
        if (response.statusCode() >= 500) {
            failures.add(name + ": " + response.statusCode() + " " + response.body());
        }
        return false;
    }

    private IllegalStateException failed(String what) {
        failures.add(what);
        return new IllegalStateException(what);
    }

    /** Counts a request that was sent without the balancer. */
    void count(String name, int status) {
        requests.incrementAndGet();
        if (status >= 500) {
            failures.add(name + ": " + status);
        }
    }

    /** How many requests were answered. */
    int requests() {
        return requests.get();
    }

    /** How many answers were a 503 with {@code Retry-After}. */
    int busy() {
        return busy.get();
    }

    /** Other 5xx, and requests without an answer. */
    List<String> failures() {
        return List.copyOf(failures);
    }
}
