package caravana.web;

import caravana.test.Waits;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A connection on which every byte is written by hand, for what no HTTP client would send. */
final class Wire implements AutoCloseable {

    private static final int PATIENCE_MILLIS = (int) Waits.LIMIT.toMillis();

    private final Socket socket;

    /** An answer; the body has the announced length, or is what came until the end of the connection. */
    record Answer(int status, Map<String, String> headers, byte[] body) {

        String text() {
            return new String(body, StandardCharsets.UTF_8);
        }

        /** The problem's; empty when it is none. */
        String problemCode() throws IOException {
            return isProblem() ? code() : "";
        }

        String code() throws IOException {
            return Api.JSON.readTree(body).path("code").asText();
        }

        boolean isProblem() throws IOException {
            return "application/problem+json".equals(headers.get("content-type"))
                    && Api.JSON.readTree(body).path("status").asInt() == status;
        }
    }

    Wire(int port) throws IOException {
        socket = new Socket(InetAddress.getLoopbackAddress(), port);
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    private Wire(Socket socket) throws IOException {
        this.socket = socket;
        socket.setSoTimeout(PATIENCE_MILLIS);
    }

    /** One whose own buffer takes next to nothing of what is not read. */
    static Wire withSmallBuffer(int port) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1024);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new Wire(socket);
    }

    /** One from another of this machine's addresses, {@code 127.0.1.n}: what is counted per source counts it apart. */
    static Wire fromElsewhere(int port, int n) throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(1024);
        socket.bind(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 1, (byte) n}), 0));
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        return new Wire(socket);
    }

    /** Sends text as UTF-8. */
    Wire send(String text) throws IOException {
        return send(text.getBytes(StandardCharsets.UTF_8));
    }

    Wire send(byte[] bytes) throws IOException {
        socket.getOutputStream().write(bytes);
        socket.getOutputStream().flush();
        return this;
    }

    /** No more is sent; what is answered can still be read. */
    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Ends the connection as a lost network does, by a reset. */
    void reset() throws IOException {
        socket.setSoLinger(true, 0);
        socket.close();
    }

    /** Reads the next answer to a request that was no HEAD. */
    Answer answer() throws IOException {
        return answer(true);
    }

    /**
     * Reads the next answer; of an event stream, which may have no end, the headers alone.
     *
     * @param hasBody whether a body follows its headers, as it does unless the request was HEAD
     * @throws IOException when the connection ends before the answer does
     */
    Answer answer(boolean hasBody) throws IOException {
        InputStream in = socket.getInputStream();
        String line = line(in);
        int status = Integer.parseInt(line.split(" ")[1]);
        Map<String, String> headers = new TreeMap<>();
        for (String header = line(in); !header.isEmpty(); header = line(in)) {
            int colon = header.indexOf(':');
            headers.put(
                    header.substring(0, colon).toLowerCase(Locale.ROOT),
                    header.substring(colon + 1).strip());
        }
        boolean events = headers.getOrDefault("content-type", "").startsWith("text/event-stream");
        boolean follows = hasBody && !events && status >= 200 && status != 204;
        return new Answer(status, headers, follows ? body(in, headers) : new byte[0]);
    }

    private static byte[] body(InputStream in, Map<String, String> headers) throws IOException {
        if ("chunked".equals(headers.get("transfer-encoding"))) {
            ByteArrayOutputStream whole = new ByteArrayOutputStream();
            for (int size = chunk(in); size > 0; size = chunk(in)) {
                whole.write(exactly(in, size));
                line(in);
            }
            line(in);
            return whole.toByteArray();
        }
        String length = headers.get("content-length");
        return length == null ? in.readAllBytes() : exactly(in, Integer.parseInt(length));
    }

    private static int chunk(InputStream in) throws IOException {
        return Integer.parseInt(line(in).strip(), 16);
    }

    private static byte[] exactly(InputStream in, int length) throws IOException {
        byte[] bytes = in.readNBytes(length);
        if (bytes.length < length) {
            throw new IOException("The connection ended after " + bytes.length + " of " + length + " bytes");
        }
        return bytes;
    }

    private static String line(InputStream in) throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        int next;
        while ((next = in.read()) != '\n') {
            if (next < 0) {
                throw new IOException("The connection ended instead of an answer");
            }
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    /** Everything until the server ends the connection. */
    String rest() throws IOException {
        return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }

    /** Whether the server has ended the connection. */
    boolean isEnded() throws IOException {
        return socket.getInputStream().read() < 0;
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
