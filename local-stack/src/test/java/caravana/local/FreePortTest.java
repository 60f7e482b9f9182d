package caravana.local;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.BindException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class FreePortTest {

    @Test
    void aServerTakesIt() throws Exception {
        int port = FreePort.next();
        assertThat(FreePort.isTaken(port)).isFalse();
        try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                Socket client = new Socket(InetAddress.getLoopbackAddress(), port);
                Socket accepted = server.accept()) {
            assertThat(accepted.getPort()).isEqualTo(client.getLocalPort());
            assertThat(FreePort.isTaken(port)).isTrue();
        }
    }

    @Test
    void aServerTakesItAgainAfterItsEnd() throws Exception {
        int port = FreePort.next();
        for (int i = 0; i < 3; i++) {
            try (ServerSocket server = new ServerSocket(port, 1, InetAddress.getLoopbackAddress());
                    Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
                server.accept().close();
                assertThat(client.getInputStream().read()).isEqualTo(-1);
            }
        }
    }

    @Test
    void noConnectionGetsIt() throws Exception {
        int port = FreePort.next();
        try (Socket connection = new Socket()) {
            assertThatThrownBy(() -> connection.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port)))
                    .isInstanceOf(BindException.class);
        }
    }

    @Test
    void noneIsFoundTwice() {
        assertThat(IntStream.range(0, 500).map(i -> FreePort.next()).distinct().count())
                .isEqualTo(500);
    }
}
