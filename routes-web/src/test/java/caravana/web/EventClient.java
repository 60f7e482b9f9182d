package caravana.web;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
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
final class EventClient implements AutoCloseable {

    private static final int PATIENCE_MILLIS = 60_000;

    private final Socket socket = new Socket();
    private final BufferedReader in;
    private final String authority;

    /** Connects; the client's side buffers a few kilobytes and no more. */
    EventClient(int port) throws IOException {
        socket.setReceiveBufferSize(4096);
        socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
        socket.setSoTimeout(PATIENCE_MILLIS);
        authority = "localhost:" + port;
        in = new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8));
    }

    EventClient send(String method, String path, String token, String... headers) throws IOException {
        StringBuilder head = new StringBuilder(method + " " + path + " HTTP/1.1\r\nHost: " + authority + "\r\n");
        if (token != null) {
            head.append("Authorization: Bearer ").append(token).append("\r\n");
        }
        for (String header : headers) {
            head.append(header).append("\r\n");
        }
        socket.getOutputStream().write(head.append("\r\n").toString().getBytes(StandardCharsets.US_ASCII));
        return this;
    }

    /** Reads the head of an answer: its headers by their names in lower case, and the status as {@code :status}. */
    Map<String, String> head() throws IOException {
        Map<String, String> head = new TreeMap<>();
        head.put(":status", in.readLine().split(" ")[1]);
        for (String line = in.readLine(); !line.isEmpty(); line = in.readLine()) {
            int colon = line.indexOf(':');
            head.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return head;
    }

    /** The next line of the stream that begins like that; null at the end of the connection. */
    String line(String beginning) throws IOException {
        String line = in.readLine();
        while (line != null && !line.startsWith(beginning)) {
            line = in.readLine();
        }
        return line;
    }

    /** All lines of the stream until that one. */
    List<String> linesUntil(String end) throws IOException {
        List<String> lines = new ArrayList<>();
        for (String line = in.readLine(); !line.equals(end); line = in.readLine()) {
            lines.add(line);
        }
        return lines;
    }

    /** Ends the connection as a lost network does. */
    void reset() throws IOException {
        if (!socket.isClosed()) {
            socket.setSoLinger(true, 0);
            socket.close();
        }
    }

    /** Sends no more, and reads on. */
    void halfClose() throws IOException {
        socket.shutdownOutput();
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
