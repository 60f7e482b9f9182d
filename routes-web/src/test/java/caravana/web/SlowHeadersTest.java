package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Clients whose headers arrive in small pieces. */
class SlowHeadersTest extends WebTest {

    private static final String REQUEST = "GET /api/health HTTP/1.1\r\nHost: localhost\r\n";

    private static final String LOG_IN =
            "POST /api/auth/login HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
                    + "Content-Length: 46\r\n\r\n{\"email\":\"nobody@example.org\",\"password\":\"no\"}";

    /** Where a request has come to when its client begins to send a byte now and then. */
    private static final List<String> BEGINNINGS =
            List.of("G", "GET /api/hea", "GET /api/health HTTP/1.1\r\n", REQUEST + "X-A", REQUEST + "X-A: a");

    @Test
    void aConnectionThatDripsIsClosedAndOneThatIsIdleIsNot() throws Exception {
        ScheduledExecutorService clients = Executors.newScheduledThreadPool(1);
        List<Wire> wires = new ArrayList<>();
        List<Wire> idle = new ArrayList<>();
        try {
            // Those with a body end on another thread of the server.
            for (String request : List.of(REQUEST + "\r\n", LOG_IN, REQUEST + "\r\n", LOG_IN)) {
                Wire wire = new Wire(port);
                idle.add(wire);
                assertThat(wire.send(request).answer().status()).isIn(200, 401);
            }
            for (String beginning : BEGINNINGS) {
                // Once for the first request of a connection, once for the second.
                for (String before : List.of("", REQUEST + "\r\n")) {
                    Wire wire = new Wire(port);
                    wires.add(wire);
                    wire.send(before);
                    if (!before.isEmpty()) {
                        assertThat(wire.answer().status()).isEqualTo(200);
                    }
                    wire.send(beginning);
                    // Ends when the connection does.
                    clients.scheduleAtFixedRate(() -> drip(wire), 200, 200, TimeUnit.MILLISECONDS);
                }
            }
            for (Wire wire : wires) {
                assertThatThrownBy(wire::answer).isInstanceOf(IOException.class);
            }
            for (Wire wire : idle) {
                assertThat(wire.send(REQUEST + "\r\n").answer().status()).isEqualTo(200);
            }
        } finally {
            clients.shutdownNow();
            for (Wire wire : wires) {
                wire.close();
            }
            for (Wire wire : idle) {
                wire.close();
            }
        }
    }

    private static void drip(Wire wire) {
        try {
            wire.send("a");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void headersInPiecesAreReadAndTheNextRequestHasItsOwnTime() throws Exception {
        try (Wire wire = new Wire(port)) {
            for (int request = 0; request < 3; request++) {
                for (byte next : (REQUEST + "\r\n").getBytes()) {
                    wire.send(new byte[] {next});
                }
                assertThat(wire.answer().status()).isEqualTo(200);
            }
        }
    }
}
