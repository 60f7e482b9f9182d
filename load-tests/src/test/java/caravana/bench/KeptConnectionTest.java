package caravana.bench;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.Test;

class KeptConnectionTest {

    private static final byte[] GET = "GET / HTTP/1.1\r\n\r\n".getBytes(UTF_8);
    private static final byte[] HEAD = "HEAD / HTTP/1.1\r\n\r\n".getBytes(UTF_8);

    @Test
    void answersOfEachKindAreReadToTheirEnd() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> serving = CompletableFuture.runAsync(() -> serve(
                    server,
                    "HTTP/1.1 201 \r\nContent-Length: 3\r\n\r\none",
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\ntw\r\n1\r\no\r\n0\r\n\r\n",
                    "HTTP/1.1 404 \r\nContent-Length: 5\r\n\r\n",
                    "HTTP/1.1 503 \r\nContent-Length: 4\r\n\r\nfour"));
            try (KeptConnection connection = new KeptConnection(address(server))) {
                assertAnswer(connection.ask(GET), 201, "one");
                assertAnswer(connection.ask(GET), 200, "two");
                assertAnswer(connection.ask(HEAD), 404, "");
                assertAnswer(connection.ask(GET), 503, "four");
            }
            serving.join();
        }
    }

    @Test
    void aServerThatClosesGetsANewConnection() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 2, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> serving = CompletableFuture.runAsync(() -> {
                serve(server, "HTTP/1.1 200 \r\nConnection: close\r\nContent-Length: 3\r\n\r\none");
                serve(server, "HTTP/1.1 200 \r\nContent-Length: 3\r\n\r\ntwo");
            });
            try (KeptConnection connection = new KeptConnection(address(server))) {
                assertAnswer(connection.ask(GET), 200, "one");
                assertAnswer(connection.ask(GET), 200, "two");
            }
            serving.join();
        }
    }

    @Test
    void anAnswerThatBreaksOffIsNone() throws Exception {
        try (ServerSocket server = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            CompletableFuture<Void> serving =
                    CompletableFuture.runAsync(() -> serve(server, "HTTP/1.1 200 \r\nContent-Length: 5\r\n\r\none"));
            try (KeptConnection connection = new KeptConnection(address(server))) {
                assertThatThrownBy(() -> connection.ask(GET)).isInstanceOf(EOFException.class);
            }
            serving.join();
        }
    }

    private static void assertAnswer(KeptConnection.Answer answer, int status, String body) {
        assertThat(answer.status()).isEqualTo(status);
        assertThat(new String(answer.body(), UTF_8)).isEqualTo(body);
    }

    private static URI address(ServerSocket server) {
        return URI.create("http://127.0.0.1:" + server.getLocalPort());
    }

    /** Takes a connection, and answers a request by each of these. */
    private static void serve(ServerSocket server, String... answers) {
        try (Socket socket = server.accept()) {
            InputStream in = socket.getInputStream();
            for (String answer : answers) {
                StringBuilder request = new StringBuilder();
                while (request.indexOf("\r\n\r\n") < 0) {
                    request.append((char) in.read());
                }
                socket.getOutputStream().write(answer.getBytes(UTF_8));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
