package caravana.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** A network that fails: it resets a given number of connections, each after so many bytes of the client. */
final class CuttingProxy implements AutoCloseable {

    private static final int BLOCK = 16 * 1024;

    private final ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    private final int to;
    private final int after;
    private final List<Socket> sockets = new ArrayList<>();
    private int left;

    CuttingProxy(int to, int cuts, int after) throws IOException {
        this.to = to;
        this.left = cuts;
        this.after = after;
        start(this::accept);
    }

    /** Of a server at an address on this machine. */
    static CuttingProxy of(URI server, int after) {
        try {
            return new CuttingProxy(server.getPort(), 0, after);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Where the server answers through this network. */
    String address() {
        return "http://127.0.0.1:" + port();
    }

    /** Resets so many connections from now on. */
    synchronized void cut(int cuts) {
        left = cuts;
    }

    int port() {
        return server.getLocalPort();
    }

    /** How many connections are still to be cut. */
    synchronized int left() {
        return left;
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "cutting-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket client = kept(server.accept());
                Socket web = kept(new Socket(InetAddress.getLoopbackAddress(), to));
                start(() -> forward(client, web, true));
                start(() -> forward(web, client, false));
            }
        } catch (IOException closed) {
            // The test has ended.
        }
    }

    private synchronized Socket kept(Socket socket) {
        sockets.add(socket);
        return socket;
    }

    private void forward(Socket from, Socket into, boolean cut) {
        long bytes = 0;
        try (from;
                into) {
            InputStream in = from.getInputStream();
            OutputStream out = into.getOutputStream();
            byte[] block = new byte[BLOCK];
            for (int length = in.read(block); length >= 0; length = in.read(block)) {
                // What a connection sent before counts for none of the cuts to come.
                bytes = left() > 0 ? bytes + length : 0;
                if (cut && bytes > after && isToBeCut()) {
                    from.setSoLinger(true, 0);
                    into.setSoLinger(true, 0);
                    return;
                }
                out.write(block, 0, length);
            }
        } catch (IOException gone) {
            // As the other side has it.
        }
    }

    private synchronized boolean isToBeCut() {
        left--;
        return left >= 0;
    }

    @Override
    public synchronized void close() throws IOException {
        server.close();
        for (Socket socket : sockets) {
            socket.close();
        }
    }
}
