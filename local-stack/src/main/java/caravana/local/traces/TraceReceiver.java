package caravana.local.traces;

import com.google.protobuf.InvalidProtocolBufferException;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * Receives traces by OTLP over HTTP on loopback, and shows them as pages, for development. It keeps the newest ones in
 * memory, and has no authentication.
 */
public final class TraceReceiver implements AutoCloseable {

    private static final int OK = 200;
    private static final int BAD_REQUEST = 400;
    private static final int NOT_FOUND = 404;
    private static final String PAGES = "/traces/";

    private final TraceStore store;
    private final HttpServer server;
    private final ExecutorService threads = Executors.newFixedThreadPool(2, run -> {
        Thread thread = new Thread(run, "traces");
        thread.setDaemon(true);
        return thread;
    });

    private TraceReceiver(TraceStore store, HttpServer server) {
        this.store = store;
        this.server = server;
    }

    /**
     * Starts it.
     *
     * @param port 0 for any that is free
     */
    public static TraceReceiver start(int port, TraceStore store) throws IOException {
        HttpServer server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        TraceReceiver receiver = new TraceReceiver(store, server);
        server.createContext("/v1/traces", receiver::receive);
        server.createContext("/", receiver::show);
        server.setExecutor(receiver.threads);
        server.start();
        return receiver;
    }

    /** What {@code OTEL_EXPORTER_OTLP_ENDPOINT} must be for it, and where its page is. */
    public URI uri() {
        return URI.create("http://127.0.0.1:" + server.getAddress().getPort());
    }

    private void receive(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getResponseHeaders().set("Content-Type", "application/x-protobuf");
            // Without a body, the protocol's answer that everything was taken.
            exchange.sendResponseHeaders(take(exchange) ? OK : BAD_REQUEST, -1);
        }
    }

    private boolean take(HttpExchange exchange) throws IOException {
        boolean compressed = "gzip".equals(exchange.getRequestHeaders().getFirst("Content-Encoding"));
        try (InputStream body = exchange.getRequestBody();
                InputStream plain = compressed ? new GZIPInputStream(body) : body) {
            OtlpRequest.spans(plain).forEach(store::add);
            return true;
        } catch (InvalidProtocolBufferException | ZipException notOtlp) {
            return false;
        }
    }

    private void show(HttpExchange exchange) throws IOException {
        try (exchange) {
            String path = exchange.getRequestURI().getPath();
            String page = path.equals("/")
                    ? Waterfall.list(store.traces())
                    : path.startsWith(PAGES) ? Waterfall.of(store.trace(path.substring(PAGES.length()))) : null;
            if (page == null) {
                exchange.sendResponseHeaders(NOT_FOUND, -1);
                return;
            }
            byte[] bytes = page.getBytes(StandardCharsets.UTF_8);
            exchange.getResponseHeaders().set("Content-Type", "text/html; charset=utf-8");
            exchange.sendResponseHeaders(OK, bytes.length);
            exchange.getResponseBody().write(bytes);
        }
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
