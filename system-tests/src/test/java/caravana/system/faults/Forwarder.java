package caravana.system.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Stands between the apps and one server: passes everything on, makes it slow or cuts it when told to, and counts the
 * calls that failed, whoever cut them.
 */
final class Forwarder implements AutoCloseable {

    private static final int BUFFER = 16 * 1024;
    private static final int CONNECT_MILLIS = 2000;

    private final InetSocketAddress upstream;
    private final ServerSocket listener;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong failedCalls = new AtomicLong();
    private volatile Duration delay = Duration.ZERO;

    private Forwarder(InetSocketAddress upstream) throws IOException {
        this.upstream = upstream;
        listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    }

    /** Listens on a free port and forwards to the server, which may be away for a time. */
    static Forwarder to(InetSocketAddress upstream) throws IOException {
        Forwarder forwarder = new Forwarder(upstream);
        daemon("forwarder", forwarder::accept);
        return forwarder;
    }

    int port() {
        return listener.getLocalPort();
    }

    /** How much later every answer arrives. */
    void delay(Duration later) {
        delay = later;
    }

    /**
     * Cuts all connections, as a firewall that has forgotten them.
     *
     * @return on how many a request was waiting for its answer
     */
    int resetAll() {
        int waiting = 0;
        for (Connection connection : connections) {
            waiting += connection.waiting ? 1 : 0;
            connection.end();
        }
        return waiting;
    }

    /** Connections that could not be made, or that ended, by whichever side, with a request on them. */
    long failedCalls() {
        return failedCalls.get();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                daemon("forwarded", () -> forward(client));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void forward(Socket client) {
        Socket server = new Socket();
        try {
            server.connect(upstream, CONNECT_MILLIS);
        } catch (IOException away) {
            failedCalls.incrementAndGet();
            reset(client);
            return;
        }
        Connection connection = new Connection(client, server);
        connections.add(connection);
        daemon("forwarded-answers", () -> connection.pump(server, client, false));
        connection.pump(client, server, true);
    }

    private static void reset(Socket socket) {
        try (socket) {
            // Discards what is still unsent, and tells the other side by a reset.
            socket.setSoLinger(true, 0);
        } catch (IOException alreadyClosed) {
            // As wanted.
        }
    }

    private static void daemon(String name, Runnable work) {
        Thread thread = new Thread(work, name);
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() {
        try {
            listener.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        connections.forEach(Connection::end);
    }

    private final class Connection {

        private final Socket client;
        private final Socket server;
        /** The last word was the client's. */
        private volatile boolean waiting;

        private boolean ended;

        Connection(Socket client, Socket server) {
            this.client = client;
            this.server = server;
        }

        void pump(Socket from, Socket to, boolean requests) {
            byte[] buffer = new byte[BUFFER];
            try {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (!requests && !delay.isZero()) {
                        LockSupport.parkNanos(delay.toNanos());
                    }
                    waiting = requests;
                    out.write(buffer, 0, n);
                }
            } catch (IOException cut) {
                // Ended below, like any other.
            }
            end();
        }

        synchronized void end() {
            if (ended) {
                return;
            }
            ended = true;
            if (waiting) {
                failedCalls.incrementAndGet();
            }
            connections.remove(this);
            reset(client);
            reset(server);
        }
    }
}
