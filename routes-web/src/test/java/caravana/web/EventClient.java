package caravana.web;

import caravana.test.Waits;
import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** A client of event streams that reads as slowly as the test wants, and leaves as rudely. */
public final class EventClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = (int) Waits.LIMIT.toMillis();

    private final Socket socket = new Socket();
    private final InputStream in;
    private boolean headIsRead;
    private boolean ended;
    private int chunkLeft;

    /** Connects; the client's side buffers a few kilobytes and no more. */
    public EventClient(int port) throws IOException {
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(PATIENCE_MILLIS);
        in = new BufferedInputStream(socket.getInputStream(), 1024);
    }

    /** Sends a request without a body; the answer before must have been read. */
    public EventClient send(String method, String path, String token, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        if (token != null) {
            head.append("Authorization: Bearer ").append(token).append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        headIsRead = false;
        return this;
    }

    /** Reads the head of an answer: its headers by their names in lower case, and the status as {@code :status}. */
    public Map<String, String> head() throws IOException {
        Map<String, String> head = new TreeMap<>();
        head.put(":status", rawLine().split(" ")[1]);
        for (String line = rawLine(); !line.isEmpty(); line = rawLine()) {
            int colon = line.indexOf(':');
            head.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        headIsRead = true;
        return head;
    }

    /**
     * The next line of the stream; null when the server has ended it.
     *
     * @throws IOException when the connection ended and the stream did not
     */
    public String line() throws IOException {
        if (!headIsRead) {
            head();
        }
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = bodyByte(); next != '\n'; next = bodyByte()) {
            if (next < 0) {
                return null;
            }
            line.write(next);
        }
        return line.toString(StandardCharsets.UTF_8);
    }

    /** The next line that begins like that; null when the stream ends before. */
    public String line(String beginning) throws IOException {
        String line = line();
        while (line != null && !line.startsWith(beginning)) {
            line = line();
        }
        return line;
    }

    /** What follows that beginning in the next lines that have it. */
    public List<String> lines(String beginning, int count) throws IOException {
        List<String> rests = new ArrayList<>();
        while (rests.size() < count) {
            rests.add(line(beginning).substring(beginning.length()));
        }
        return rests;
    }

    /** All lines before that one. */
    public List<String> linesUntil(String end) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = line(); !line.equals(end); line = line()) {
            lines.add(line);
        }
        return lines;
    }

    private int bodyByte() throws IOException {
        if (chunkLeft == 0 && !ended) {
            chunkLeft = Integer.parseInt(rawLine(), 16);
            if (chunkLeft == 0) {
                ended = true;
                rawLine();
            }
        }
        if (ended) {
            return -1;
        }
        int next = rawByte();
        if (--chunkLeft == 0) {
            rawLine();
        }
        return next;
    }

    private String rawLine() throws IOException {
        ByteArrayOutputStream line = new ByteArrayOutputStream();
        for (int next = rawByte(); next != '\n'; next = rawByte()) {
            if (next != '\r') {
                line.write(next);
            }
        }
        return line.toString(StandardCharsets.ISO_8859_1);
    }

    private int rawByte() throws IOException {
        int next = in.read();
        if (next < 0) {
            throw new IOException("The connection was cut off");
        }
        return next;
    }

    /** Ends the connection as a lost network does. */
    public void reset() throws IOException {
        if (!socket.isClosed()) {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    /** Sends no more, and reads on. */
    public void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    /** Fails when nothing comes for that long. */
    public void setPatience(int millis) throws IOException {
        socket.setSoTimeout(millis);
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
