package caravana.web;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;

/** A receiver of webhooks that keeps what it gets, and answers as a test wants it. */
final class Receiver implements AutoCloseable {

    /** A call: its headers by their names in small letters, and its body as it came. */
    record Call(Map<String, String> headers, byte[] body, long at) {

        String id() {
            return headers.get("webhook-id");
        }

        JsonNode event() {
            try {
                return Api.JSON.readTree(body);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        }

        String type() {
            return event().path("type").asText();
        }

        String subject() {
            return event().path("subject").asText();
        }
    }

    /** What becomes of a call. */
    interface Behaviour {
        void answer(HttpExchange call, Receiver receiver) throws IOException;
    }

    private final HttpServer server;
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<Call> calls = new CopyOnWriteArrayList<>();
    private final CountDownLatch closed = new CountDownLatch(1);
    private volatile Behaviour behaviour;

    Receiver(Behaviour behaviour) throws IOException {
        this.behaviour = behaviour;
        server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        server.setExecutor(threads);
        server.createContext("/", this::handle);
        server.start();
    }

    private void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            Map<String, String> headers = new LinkedHashMap<>();
            exchange.getRequestHeaders().forEach((name, values) -> headers.put(name.toLowerCase(), values.get(0)));
            byte[] body = exchange.getRequestBody().readAllBytes();
            calls.add(new Call(headers, body, System.nanoTime()));
            behaviour.answer(exchange, this);
        } catch (InterruptedIOException closing) {
            // The test is over.
            exchange.close();
        }
    }

    private static final class InterruptedIOException extends IOException {
        private static final long serialVersionUID = 1L;
    }

    static Behaviour status(int status, String... headers) {
        return (call, receiver) -> {
            for (int i = 0; i < headers.length; i += 2) {
                call.getResponseHeaders().set(headers[i], headers[i + 1]);
            }
            byte[] body = ("answer " + status).getBytes();
            call.sendResponseHeaders(status, status == 204 ? -1 : body.length);
            if (status != 204) {
                call.getResponseBody().write(body);
            }
        };
    }

    /** Answers nothing until the receiver is closed. */
    static Behaviour hang() {
        return (call, receiver) -> receiver.pause(Long.MAX_VALUE);
    }

    /** Sends a head at once, and then a byte now and then. */
    static Behaviour drip(int status) {
        return (call, receiver) -> {
            call.sendResponseHeaders(status, 0);
            OutputStream body = call.getResponseBody();
            while (true) {
                body.write('.');
                body.flush();
                receiver.pause(100);
            }
        };
    }

    /** Sends so many bytes. */
    static Behaviour flood(int status, long bytes) {
        return (call, receiver) -> {
            call.sendResponseHeaders(status, bytes);
            byte[] some = new byte[64 * 1024];
            for (long sent = 0; sent < bytes; sent += some.length) {
                call.getResponseBody().write(some);
            }
        };
    }

    private void pause(long millis) throws IOException {
        try {
            if (closed.await(millis, TimeUnit.MILLISECONDS)) {
                throw new InterruptedIOException();
            }
        } catch (InterruptedException e) {
            throw new InterruptedIOException();
        }
    }

    void become(Behaviour other) {
        behaviour = other;
    }

    String url() {
        return "http://127.0.0.1:" + server.getAddress().getPort() + "/hook";
    }

    List<Call> calls() {
        return calls;
    }

    List<String> types() {
        return calls.stream().map(Call::type).toList();
    }

    @Override
    public void close() {
        closed.countDown();
        server.stop(0);
        threads.shutdownNow();
    }
}
