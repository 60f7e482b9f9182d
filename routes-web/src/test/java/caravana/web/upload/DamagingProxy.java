package caravana.web.upload;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;

/** Stands between a client and S3, and damages answers: it changes a byte of their content, loses one, or sends another. */
final class DamagingProxy implements AutoCloseable {

    private static final int BUFFER = 16 * 1024;

    private final URI server;
    private final byte[] content;
    private final ServerSocket listener = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    private final AtomicInteger refusals = new AtomicInteger();
    private final AtomicInteger answersToDamage = new AtomicInteger();
    private final Queue<String> replacements = new ConcurrentLinkedQueue<>();
    private volatile String replacedRequest;

    /** @param content what the bytes to damage are made of, over and over */
    DamagingProxy(URI server, byte[] content) throws IOException {
        this.server = server;
        this.content = content;
        thread(this::accept);
    }

    URI address() {
        return URI.create("http://127.0.0.1:" + listener.getLocalPort());
    }

    /** How many answers with status 400 have passed. */
    int refusals() {
        return refusals.get();
    }

    /** Changes a byte in each of the next so many answers that have the content. */
    void damageAnswers(int number) {
        answersToDamage.set(number);
    }

    /**
     * Sends these instead of the answers to the next requests that start so. S3 gets the requests all the same.
     *
     * @param answers complete with status line and headers; an empty one cuts the connection
     */
    void replaceAnswersTo(String requestLine, String... answers) {
        replacements.addAll(List.of(answers));
        replacedRequest = requestLine;
    }

    /** How many of the answers were not yet replaced. */
    int answersToReplace() {
        return replacements.size();
    }

    private void accept() {
        while (!listener.isClosed()) {
            try {
                Socket client = listener.accept();
                Socket upstream = new Socket(server.getHost(), server.getPort());
                Line line = new Line(client, upstream);
                thread(() -> line.pump(client, upstream, true));
                thread(() -> line.pump(upstream, client, false));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private static void thread(Runnable work) {
        Thread thread = new Thread(work, "damaging-proxy");
        thread.setDaemon(true);
        thread.start();
    }

    @Override
    public void close() throws IOException {
        listener.close();
    }

    private final class Line {

        private final Socket client;
        private final Socket upstream;
        private volatile String replacement;

        Line(Socket client, Socket upstream) {
            this.client = client;
            this.upstream = upstream;
        }

        void pump(Socket from, Socket to, boolean requests) {
            byte[] buffer = new byte[BUFFER];
            try (client;
                    upstream) {
                InputStream in = from.getInputStream();
                OutputStream out = to.getOutputStream();
                for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                    if (requests) {
                        note(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                    } else if (replacement != null
                            && !new String(buffer, 0, n, StandardCharsets.ISO_8859_1).contains(" 100 ")) {
                        out.write(replacement.getBytes(StandardCharsets.ISO_8859_1));
                        return;
                    }
                    if (!requests) {
                        count(new String(buffer, 0, n, StandardCharsets.ISO_8859_1));
                        damage(buffer, n);
                    }
                    out.write(buffer, 0, n);
                }
            } catch (IOException ended) {
                // As the other side wants.
            }
        }

        private void note(String request) {
            String wanted = replacedRequest;
            if (wanted != null && request.startsWith(wanted)) {
                replacement = replacements.poll();
            }
        }

        private void count(String answer) {
            if (answer.startsWith("HTTP/1.1 400")) {
                refusals.incrementAndGet();
            }
        }

        private void damage(byte[] buffer, int length) {
            if (answersToDamage.get() == 0) {
                return;
            }
            for (int at = 0; at + content.length <= length; at++) {
                if (Arrays.equals(buffer, at, at + content.length, content, 0, content.length)) {
                    buffer[at] ^= 1;
                    answersToDamage.decrementAndGet();
                    return;
                }
            }
        }
    }
}
