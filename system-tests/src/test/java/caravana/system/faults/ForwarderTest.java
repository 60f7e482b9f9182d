package caravana.system.faults;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import caravana.test.Waits;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Both ends of each connection are in the test's hands. */
@Timeout(600)
class ForwarderTest {

    private static final int PATIENCE_MILLIS = (int) Waits.LIMIT.toMillis();
    private static final byte[] TERMINATE = {'X', 0, 0, 0, 4};

    private ServerSocket server;
    private Forwarder forwarder;

    @BeforeEach
    void start() throws IOException {
        server = listen(0);
        forwarder = Forwarder.to((InetSocketAddress) server.getLocalSocketAddress());
    }

    @AfterEach
    void stop() throws IOException {
        forwarder.close();
        server.close();
    }

    private static ServerSocket listen(int port) throws IOException {
        return new ServerSocket(port, 50, InetAddress.getLoopbackAddress());
    }

    @Test
    void passesOnBothWaysAndCountsNothing() throws IOException {
        try (Call call = new Call()) {
            call.ask("question");
            call.answer("answer");
        }
        assertThat(forwarder.failedCalls()).isZero();
    }

    @Test
    void aDelayMakesAnswersLate() throws IOException {
        Duration later = Duration.ofMillis(150);
        forwarder.delay(later);
        try (Call call = new Call()) {
            call.ask("question");
            long asked = System.nanoTime();
            call.answer("answer");
            assertThat(Duration.ofNanos(System.nanoTime() - asked)).isGreaterThanOrEqualTo(later);
        }
    }

    @Test
    void aResetTellsHowManyRequestsItCut() throws IOException {
        try (Call idle = new Call();
                Call waiting = new Call()) {
            idle.ask("question");
            idle.answer("answer");
            waiting.ask("question");

            assertThat(forwarder.resetAll()).isEqualTo(1);

            assertReset(idle.client);
            assertReset(waiting.client);
            assertReset(waiting.upstream);
            assertThat(forwarder.failedCalls()).isEqualTo(1);
            assertThat(forwarder.resetAll()).isZero();
        }
    }

    @Test
    void whileBlockedNothingGetsThrough() throws IOException {
        try (Call before = new Call()) {
            before.ask("question");
            forwarder.block(true);
            assertReset(before.client);
            try (Socket refused = connect()) {
                assertReset(refused);
            }
            assertThat(forwarder.failedCalls()).isEqualTo(2);
        }
        forwarder.block(false);
        try (Call after = new Call()) {
            after.ask("question");
            after.answer("answer");
        }
    }

    @Test
    void aServerThatIsAwayIsCountedAndFoundAgainOnItsPort() throws IOException {
        int port = server.getLocalPort();
        server.close();
        try (Socket refused = connect()) {
            assertReset(refused);
        }
        assertThat(forwarder.failedCalls()).isEqualTo(1);

        server = listen(port);
        try (Call call = new Call()) {
            call.ask("question");
            call.answer("answer");
        }
        assertThat(forwarder.failedCalls()).isEqualTo(1);
    }

    @Test
    void aServerThatEndsWithoutAnAnswerIsCounted() throws IOException {
        try (Call call = new Call()) {
            call.ask("question");
            call.upstream.close();
            assertReset(call.client);
        }
        assertThat(forwarder.failedCalls()).isEqualTo(1);
    }

    @Test
    void aServerThatEndsAfterItsAnswerIsNotCountedAndTheAnswerArrivesWhole() throws IOException {
        String answer = "long answer ".repeat(20_000);
        try (Call call = new Call()) {
            call.ask("question");
            Thread sender = new Thread(() -> call.answerAndEnd(answer));
            sender.start();
            assertThat(new String(call.client.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
                    .isEqualTo(answer);
        }
        assertThat(forwarder.failedCalls()).isZero();
    }

    @Test
    void aClientThatGivesUpIsCounted() throws IOException {
        try (Call call = new Call()) {
            call.ask("question");
            call.client.close();
            await().atMost(Waits.LIMIT).until(() -> forwarder.failedCalls() == 1);
            assertReset(call.upstream);
        }
    }

    @Test
    void aDatabaseClientThatSaysGoodByeIsNotCounted() throws IOException {
        try (Call call = new Call()) {
            call.client.getOutputStream().write(TERMINATE);
            assertThat(call.upstream.getInputStream().readNBytes(TERMINATE.length))
                    .isEqualTo(TERMINATE);
            call.client.close();
            assertThat(call.upstream.getInputStream().read()).isEqualTo(-1);
        }
        assertThat(forwarder.failedCalls()).isZero();
    }

    @Test
    void closingEndsEverything() throws IOException {
        try (Call call = new Call()) {
            forwarder.close();
            assertReset(call.client);
            assertReset(call.upstream);
            // The system still connects until the thread that accepts has noticed.
            await().atMost(Waits.LIMIT).until(this::isRefused);
        }
    }

    private Socket connect() throws IOException {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), forwarder.port());
        socket.setSoTimeout(PATIENCE_MILLIS);
        return socket;
    }

    private boolean isRefused() throws IOException {
        try (Socket socket = connect()) {
            assertThat(socket.isConnected()).isTrue();
            return false;
        } catch (ConnectException refused) {
            return true;
        }
    }

    private static void assertReset(Socket socket) {
        assertThatThrownBy(() -> socket.getInputStream().read()).isInstanceOf(SocketException.class);
    }

    /** One connection through the forwarder, with the test as client and as server. */
    private final class Call implements AutoCloseable {

        private final Socket client;
        private final Socket upstream;

        Call() throws IOException {
            client = connect();
            upstream = server.accept();
            upstream.setSoTimeout(PATIENCE_MILLIS);
        }

        void ask(String question) throws IOException {
            pass(client, upstream, question);
        }

        void answer(String answer) throws IOException {
            pass(upstream, client, answer);
        }

        void answerAndEnd(String answer) {
            try (upstream) {
                upstream.getOutputStream().write(answer.getBytes(StandardCharsets.US_ASCII));
            } catch (IOException cut) {
                // The client's side then misses the rest.
            }
        }

        private static void pass(Socket from, Socket to, String text) throws IOException {
            from.getOutputStream().write(text.getBytes(StandardCharsets.US_ASCII));
            assertThat(to.getInputStream().readNBytes(text.length())).asString().isEqualTo(text);
        }

        @Override
        public void close() throws IOException {
            client.close();
            upstream.close();
        }
    }
}
