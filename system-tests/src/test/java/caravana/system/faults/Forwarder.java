package caravana.system.faults;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Arrays;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Stands between the apps and one server: passes everything on, makes it slow or cuts it when told to, and counts the
 * calls that failed, on either side.
 */
public final class Forwarder implements AutoCloseable {

    private static final int BUFFER = 16 * 1024;
    private static final int CONNECT_MILLIS = 2000;
    /** PostgreSQL's Terminate: the client's last word before it closes, and never answered. */
    private static final byte[] TERMINATE = {'X', 0, 0, 0, 4};

    private final InetSocketAddress upstream;
    private final ServerSocket listener;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong failedCalls = new AtomicLong();
    private volatile Duration delay = Duration.ZERO;
    private volatile boolean blocked;

    private Forwarder(InetSocketAddress upstream) throws IOException {
        this.upstream = upstream;
        listener = new ServerSocket(0, 200, InetAddress.getLoopbackAddress());
    }

    /** Listens on a free port and forwards to the server, which may be unavailable for a time. */
    public static Forwarder to(InetSocketAddress upstream) throws IOException {
        Forwarder forwarder = new Forwarder(upstream);
        daemon("forwarder", forwarder::accept);
        return forwarder;
    }

    /** Where it listens, on this machine alone. */
    public int port() {
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
            waiting += connection.cut() ? 1 : 0;
        }
        return waiting;
    }

    /** Resets all connections, and every new one at once, until it is called with {@code false}. */
    public void block(boolean block) {
        blocked = block;
        if (block) {
            resetAll();
        }
    }

    /**
     * Calls that failed since the start: connections that could not be made, or that ended, by whichever side, with a
     * request on them. A request counts as answered as soon as the first bytes after it come from the server.
     */
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
            client.setTcpNoDelay(true);
            server.setTcpNoDelay(true);
            connect(server);
        } catch (IOException away) {
            failedCalls.incrementAndGet();
            reset(client);
            reset(server);
            return;
        }
        Connection connection = new Connection(client, server);
        connections.add(connection);
        if (blocked || listener.isClosed()) {
            // It came too late to be cut with the others.
            connection.cut();
        }
        daemon("forwarded-answers", () -> connection.pump(server, client, false));
        connection.pump(client, server, true);
    }

    private void connect(Socket server) throws IOException {
        if (blocked) {
            throw new ConnectException("blocked");
        }
        server.connect(upstream, CONNECT_MILLIS);
    }

    private static void reset(Socket socket) {
        try (socket) {
            // Discards what is still unsent, and resets the connection of the other side.
            socket.setSoLinger(true, 0);
        } catch (IOException alreadyClosed) {
            // As wanted.
        }
    }

    private static void closeInOrder(Socket socket) {
        try {
            socket.close();
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
        connections.forEach(Connection::cut);
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
                    waiting = requests && !Arrays.equals(buffer, 0, n, TERMINATE, 0, TERMINATE.length);
                    out.write(buffer, 0, n);
                }
                end(waiting);
            } catch (IOException lost) {
                end(true);
            }
        }

        /** Resets it; returns whether a request was waiting for its answer. */
        boolean cut() {
            return end(true);
        }

        /**
         * Ends both sides, once.
         *
         * @param byReset without it, what is still on its way arrives first
         * @return whether this ended it with a request on it
         */
        private synchronized boolean end(boolean byReset) {
            if (ended) {
                return false;
            }
            ended = true;
            connections.remove(this);
            if (waiting) {
                failedCalls.incrementAndGet();
            }
            Consumer<Socket> ending = byReset ? Forwarder::reset : Forwarder::closeInOrder;
            ending.accept(client);
            ending.accept(server);
            return waiting;
        }
    }
}
