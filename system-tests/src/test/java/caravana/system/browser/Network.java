package caravana.system.browser;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;

/** The network between a browser and a web node: uploads stall after so many bytes, connections are lost, and come back. */
final class Network implements AutoCloseable {

    private static final int BLOCK = 16 * 1024;

    /** A connection that has sent more than that sends a file. */
    private static final int CALL = 256 * 1024;

    private final ServerSocket server = new ServerSocket(0, 0, InetAddress.getLoopbackAddress());
    private final int web;
    private final List<Socket> sockets = new ArrayList<>();
    private long sent;
    private long limit = Long.MAX_VALUE;
    private boolean lost;

    Network(URI web) throws IOException {
        this.web = web.getPort();
        start(this::accept);
    }

    /** The page's address through this network. */
    URI uri() {
        return URI.create("http://localhost:" + server.getLocalPort());
    }

    /** How many bytes the browser has sent in all. */
    synchronized long sent() {
        return sent;
    }

    /** Lets so many more bytes of the browser through, and then no file. */
    synchronized void stallAfter(long bytes) {
        limit = sent + bytes;
        notifyAll();
    }

    synchronized boolean isStalled() {
        return sent >= limit;
    }

    /** Resets every connection, and each new one. */
    synchronized void lose() throws IOException {
        lost = true;
        for (Socket socket : sockets) {
            reset(socket);
        }
        sockets.clear();
        notifyAll();
    }

    /** Takes connections again, and lets everything through. */
    synchronized void restore() {
        lost = false;
        limit = Long.MAX_VALUE;
        notifyAll();
    }

    private static void start(Runnable task) {
        Thread thread = new Thread(task, "network");
        thread.setDaemon(true);
        thread.start();
    }

    private void accept() {
        try {
            while (true) {
                Socket browser = server.accept();
                Socket node = new Socket(InetAddress.getLoopbackAddress(), web);
                if (isKept(browser, node)) {
                    start(() -> forward(browser, node, true));
                    start(() -> forward(node, browser, false));
                }
            }
        } catch (IOException closed) {
            // The test has ended.
        }
    }

    private synchronized boolean isKept(Socket browser, Socket node) throws IOException {
        if (lost) {
            reset(browser);
            node.close();
            return false;
        }
        sockets.add(browser);
        sockets.add(node);
        return true;
    }

    private static void reset(Socket socket) throws IOException {
        try {
            socket.setSoLinger(true, 0);
        } catch (SocketException closed) {
            // Its forwarder closes it as soon as one side has ended.
        }
        socket.close();
    }

    private void forward(Socket from, Socket into, boolean up) {
        byte[] block = new byte[BLOCK];
        long own = 0;
        try (from;
                into) {
            InputStream in = from.getInputStream();
            OutputStream out = into.getOutputStream();
            for (int length = in.read(block); length >= 0; length = in.read(block)) {
                own += length;
                if (up) {
                    pass(length, own > CALL);
                }
                out.write(block, 0, length);
            }
        } catch (IOException | InterruptedException gone) {
            // As the other side has it.
        }
    }

    private synchronized void pass(int length, boolean file) throws InterruptedException {
        while (file && sent >= limit && !lost) {
            wait();
        }
        sent += length;
    }

    @Override
    public void close() throws IOException {
        lose();
        server.close();
    }
}
