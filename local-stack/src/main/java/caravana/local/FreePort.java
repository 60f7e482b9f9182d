package caravana.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds free ports on loopback for servers that are about to start, and reserves them until this process ends: neither
 * the system nor another call gives them away.
 *
 * <p>A port is reserved by a bound socket that neither listens nor connects. Linux lets one server listen on the same
 * port if it sets {@code SO_REUSEADDR}, as all servers do that can be restarted at once.
 */
public final class FreePort {

    /** Below the ports that Linux gives to outgoing connections, unless it is configured otherwise. */
    private static final int FIRST = 20_000;

    private static final int LAST = 32_000;
    private static final int TRIES = 1000;

    /** Never closed: the ports are wanted for as long as this process lives. */
    private static final Queue<Socket> KEPT = new ConcurrentLinkedQueue<>();

    private FreePort() {}

    /**
     * A port that nobody uses, from 20000 to 31999.
     *
     * @throws LocalStackException when a thousand in a row are taken
     */
    public static int next() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (isUnused(port) && keep(port)) {
                return port;
            }
        }
        throw new LocalStackException("There is no free port from " + FIRST + " to " + LAST);
    }

    /** Whether somebody listens there. */
    static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(loopback(port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }

    /** Whether nobody has anything to do with it, not even keeps it. */
    private static boolean isUnused(int port) {
        try (Socket socket = new Socket()) {
            socket.setReuseAddress(false);
            socket.bind(loopback(port));
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    private static boolean keep(int port) {
        Socket socket = new Socket();
        try {
            socket.setReuseAddress(true);
            socket.bind(loopback(port));
        } catch (IOException taken) {
            close(socket);
            return false;
        }
        KEPT.add(socket);
        return true;
    }

    private static void close(Socket socket) {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static InetSocketAddress loopback(int port) {
        return new InetSocketAddress(InetAddress.getLoopbackAddress(), port);
    }
}
