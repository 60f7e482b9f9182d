package caravana.bench;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/**
 * An HTTP/1.1 connection on which the same request is sent repeatedly. It does as little as possible, because the CPU
 * time of a client hides the difference between two servers.
 */
final class KeptConnection implements AutoCloseable {

    /** How long an answer may keep us waiting. */
    private static final Duration PATIENCE = Duration.ofSeconds(30);

    private final URI address;
    private final InetAddress from;
    private Socket socket;
    private InputStream in;

    KeptConnection(URI address) throws IOException {
        this(address, null);
    }

    /**
     * @param from the address of ours that the server sees; null for the usual one
     */
    KeptConnection(URI address, InetAddress from) throws IOException {
        this.address = address;
        this.from = from;
        open();
    }

    private void open() throws IOException {
        socket = new Socket(address.getHost(), address.getPort(), from, 0);
        socket.setTcpNoDelay(true);
        socket.setSoTimeout((int) PATIENCE.toMillis());
        in = new BufferedInputStream(socket.getInputStream(), 16 * 1024);
    }

    /** What the server answered. */
    record Answer(int status, byte[] body) {}

    /**
     * Sends a request and reads its answer to the end.
     *
     * @param request all of it; the answer to a {@code HEAD} has no body
     * @throws IOException when the connection breaks, or no answer comes within 30 s; then the connection is of no use
     */
    Answer ask(byte[] request) throws IOException {
        socket.getOutputStream().write(request);
        String[] first = line().split(" ");
        if (first.length < 2 || !first[0].equals("HTTP/1.1")) {
            throw new IOException("This is no answer: " + String.join(" ", first));
        }
        int length = -1;
        boolean last = false;
        for (String header = line().toLowerCase(Locale.ROOT);
                !header.isEmpty();
                header = line().toLowerCase(Locale.ROOT)) {
            if (header.startsWith("content-length:")) {
                length = Integer.parseInt(
                        header.substring(header.indexOf(':') + 1).strip());
            } else if (header.equals("connection: close")) {
                last = true;
            }
        }
        byte[] body = request[0] == 'H' ? new byte[0] : length >= 0 ? bytes(length) : chunks();
        if (last) {
            // Servers want a new connection after some requests.
            close();
            open();
        }
        return new Answer(Integer.parseInt(first[1]), body);
    }

    private byte[] bytes(int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new EOFException("The server has closed the connection within an answer");
        }
        return bytes;
    }

    private byte[] chunks() throws IOException {
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        int length;
        do {
            length = Integer.parseInt(line(), 16);
            body.write(bytes(length));
            line();
        } while (length > 0);
        return body.toByteArray();
    }

    private String line() throws IOException {
        byte[] line = new byte[1024];
        int length = 0;
        for (int next = in.read(); next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new EOFException("The server has closed the connection");
            }
            line[length++] = (byte) next;
        }
        return new String(line, 0, length - 1, StandardCharsets.US_ASCII);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
