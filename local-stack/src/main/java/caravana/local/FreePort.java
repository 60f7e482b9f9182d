package caravana.local;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds ports on loopback that nobody uses, for servers that are started in a moment.
 *
 * <p>They are below those that Linux gives to outgoing connections (32768 and up): what the kernel itself calls free may be
 * somebody's connection by the time that the server starts.
 */
public final class FreePort {

    private static final int FIRST = 20_000;
    private static final int LAST = 32_000;
    private static final int TRIES = 1000;

    private FreePort() {}

    /**
     * A port that nobody uses at the moment.
     *
     * @throws LocalStackException when a thousand in a row are taken
     */
    public static int next() {
        for (int i = 0; i < TRIES; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, LAST);
            if (!isTaken(port)) {
                return port;
            }
        }
        throw new LocalStackException("There is no free port from " + FIRST + " to " + LAST);
    }

    /** Whether somebody listens there. */
    static boolean isTaken(int port) {
        try (ServerSocket socket = new ServerSocket()) {
            socket.setReuseAddress(true);
            socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
            return false;
        } catch (IOException e) {
            return true;
        }
    }
}
