package caravana.system.upgrade;

import caravana.test.Waits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;

/** A request of which a node has half the body, until {@link #finish} sends the rest. */
final class HalfSent implements AutoCloseable {

    /**
     * What the node answered.
     *
     * @param text head and body
     */
    record Answer(int status, String text) {}

    private static final String CONTINUE = "HTTP/1.1 100";

    private final Socket socket;
    private final byte[] body;

    /**
     * Sends the head, waits until the node asks for the body, and sends half of it.
     *
     * @param call method and path
     * @param headers of this call, each with its line end
     */
    HalfSent(URI node, String call, String token, String headers, byte[] body) {
        try {
            this.body = body;
            socket = new Socket(node.getHost(), node.getPort());
            socket.setSoTimeout((int) Waits.LIMIT.toMillis());
            String head = call + " HTTP/1.1\r\nHost: " + node.getAuthority() + "\r\nAuthorization: Bearer " + token
                    + "\r\nConnection: close\r\nExpect: 100-continue\r\nContent-Length: " + body.length + "\r\n"
                    + headers + "\r\n";
            socket.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
            String line = interimHead();
            if (!line.startsWith(CONTINUE)) {
                throw new IllegalStateException(call + " was answered " + line);
            }
            socket.getOutputStream().write(body, 0, body.length / 2);
            socket.getOutputStream().flush();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Up to its empty line, and not a byte more. */
    private String interimHead() throws IOException {
        ByteArrayOutputStream head = new ByteArrayOutputStream();
        InputStream in = socket.getInputStream();
        while (!head.toString(StandardCharsets.US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                break;
            }
            head.write(next);
        }
        return head.toString(StandardCharsets.US_ASCII);
    }

    /** Sends the rest, and returns the answer. */
    Answer finish() throws IOException {
        socket.getOutputStream().write(body, body.length / 2, body.length - body.length / 2);
        socket.getOutputStream().flush();
        String text = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        return new Answer(text.startsWith("HTTP/1.1 ") ? Integer.parseInt(text.substring(9, 12)) : 0, text);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
