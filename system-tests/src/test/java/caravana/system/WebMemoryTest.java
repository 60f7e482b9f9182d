package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import caravana.test.SampledClass;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * All that clients can make web keep in memory, at the same time: each has a bound, and all bounds fit into the heap
 * (ADR 14). The attackers have all of web's connections but some.
 */
@SampledClass(turn = 0)
class WebMemoryTest {

    private static final int ACCOUNTS = 4;
    private static final int UPLOADS_OF_ONE = 4;
    private static final int STREAMS_OF_ONE = 50;
    private static final int PART_BYTES = 5 * 1024 * 1024;
    private static final int LARGE_ANSWERS = 40;
    private static final int SMALL_ANSWERS = 300;
    private static final int LARGE_BODIES = 70;
    private static final int SMALL_BODIES = 650;
    private static final int HEADERS = 220;
    private static final int CALLS = 40;

    private static final int SOURCES = 8;

    /** Almost as many, and as long, as Tomcat takes. */
    private static final String PADDING = ("X-Padding: " + "x".repeat(56) + "\r\n").repeat(95);

    @TempDir
    Path folder;

    private final List<Socket> attackers = new ArrayList<>();

    @Test
    void boundsOfEverythingFitIntoTheHeap() throws Exception {
        try (AppProcess web =
                AppProcess.start(AppProcess.WEB, patient(SharedStack.cleared()), folder.resolve("web.log"))) {
            web.awaitReady();
            ApiClient other = ApiClient.signUp(web.uri());
            assertServed(web, other);
            List<Socket> uploads = new ArrayList<>();
            for (int account = 0; account < ACCOUNTS; account++) {
                String token = ApiClient.signUp(web.uri()).token();
                uploads.addAll(attack(
                        web,
                        UPLOADS_OF_ONE,
                        "POST /api/videos?title=t HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer " + token
                                + "\r\nContent-Type: video/mp4\r\nContent-Length: 15000000\r\n\r\n"
                                + "\0".repeat(PART_BYTES - 1000)));
                attack(
                        web,
                        STREAMS_OF_ONE,
                        "GET /api/videos/events HTTP/1.1\r\nHost: l\r\nAuthorization: Bearer " + token + "\r\n\r\n");
            }
            attack(web, LARGE_ANSWERS, get("/api/docs/swagger-ui-bundle.js", "").repeat(5));
            attack(web, SMALL_ANSWERS, get("/page/style.css", "").repeat(100));
            List<Socket> bodies = attack(web, LARGE_BODIES, logIn(65_535, 65_000));
            attack(web, SMALL_BODIES, logIn(2048, 2000));
            String header = get("/api/health", PADDING);
            List<Socket> headers = attack(web, HEADERS, header.substring(0, header.length() - 2));
            attack(web, CALLS, logIn(60_000, 60_000));

            assertServed(web, other);
            // What was refused occupied nothing.
            assertSomeAreHeld(uploads);
            assertSomeAreHeld(bodies);
            assertSomeAreHeld(headers);
        } finally {
            for (Socket attacker : attackers) {
                attacker.close();
            }
        }
    }

    /** On a slow machine, the first who fell silent would be cut off before the last have come. */
    private static Map<String, String> patient(LocalStack stack) {
        Map<String, String> settings = new HashMap<>(stack.environment());
        settings.put("SERVER_TOMCAT_CONNECTION_TIMEOUT", "15m");
        settings.put("CARAVANA_UPLOAD_MIN_RATE", "0B");
        return settings;
    }

    private static String get(String path, String headers) {
        return "GET " + path + " HTTP/1.1\r\nHost: l\r\n" + headers + "\r\n";
    }

    /** A list in the place of the address: many small values take most memory. */
    private static String logIn(int announced, int sent) {
        String body = "{\"email\":[" + "[],".repeat(announced);
        return "POST /api/auth/login HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\n" + PADDING
                + "Content-Length: " + announced + "\r\n\r\n" + body.substring(0, sent);
    }

    private static void assertServed(AppProcess web, ApiClient client) throws Exception {
        assertThat(web.handle().isAlive()).as(web.tail()).isTrue();
        assertThat(client.get(web.uri().resolve("/api/videos")).statusCode()).isEqualTo(200);
        assertThat(client.get(web.uri().resolve("/api/health")).statusCode()).isEqualTo(200);
    }

    /** Web waits for the rest of what they send, and has answered nothing. */
    private static void assertSomeAreHeld(List<Socket> attackers) throws IOException {
        int held = 0;
        for (Socket attacker : attackers) {
            if (attacker.isConnected()) {
                attacker.setSoTimeout(1);
                try {
                    attacker.getInputStream().read();
                } catch (SocketTimeoutException silent) {
                    held++;
                } catch (IOException refused) {
                    // It is closed.
                }
            }
        }
        assertThat(held).isPositive();
    }

    /** Each sends and falls silent, and reads nothing; some are refused before they have sent all. */
    private List<Socket> attack(AppProcess web, int times, String text) throws IOException {
        byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
        List<Socket> sockets = new ArrayList<>();
        for (int i = 0; i < times; i++) {
            Socket socket = new Socket();
            sockets.add(socket);
            attackers.add(socket);
            socket.setReceiveBufferSize(2048);
            socket.bind(new InetSocketAddress(
                    InetAddress.getByAddress(new byte[] {127, 0, 3, (byte) (1 + i % SOURCES)}), 0));
            try {
                socket.connect(
                        new InetSocketAddress(web.uri().getHost(), web.uri().getPort()));
                socket.getOutputStream().write(bytes);
            } catch (IOException refused) {
                assertThat(web.handle().isAlive()).as(web.tail()).isTrue();
            }
        }
        return sockets;
    }
}
