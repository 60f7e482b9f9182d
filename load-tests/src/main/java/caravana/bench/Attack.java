package caravana.bench;

import caravana.local.ApiClient;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;

/** Simulates clients that try to occupy web, so that others cannot use it. */
final class Attack {

    private static final int SLOW_BODIES = 64;
    private static final int SLOW_UPLOADS = 16;
    private static final int UNREAD_STREAMS = 8;

    /** More than web has threads. */
    private static final int SLOW_READERS = 300;

    private static final int HEAD_CONNECTIONS = 40;
    private static final int HEADS = 1000;
    private static final int SIGN_UPS = 25;

    /** What has ended comes again after this: the numbers above are those of one wave. */
    private static final Duration WAVE = Duration.ofSeconds(5);

    private static final Duration HEAD_PAUSE =
            WAVE.multipliedBy(HEAD_CONNECTIONS).dividedBy(HEADS);
    private static final Duration RETRY = Duration.ofSeconds(1);
    private static final int DRIP_MILLIS = 1000;

    /** The smallest that Linux takes is a little more. */
    private static final int RECEIVE_BUFFER_BYTES = 1024;

    /** How long a slow reader takes what comes, some bytes a second. */
    private static final Duration SLOW_READING = Duration.ofSeconds(10);

    private static final int SIP_BYTES = 100;

    /** Who attacks. */
    enum Kind {
        /** Slow bodies and uploads, event streams that nobody reads, {@code HEAD} of them, and sign-ups, all at once. */
        SLOW_CLIENTS,
        /** Large answers that are read slowly. */
        SLOW_READERS
    }

    private final List<Crowd> crowds;
    private final URI web;

    /**
     * @param kind who attacks
     * @param web whom they attack
     * @param watcher whose videos change all the time
     * @param uploader whose uploads are slow
     */
    Attack(Kind kind, URI web, ApiClient watcher, ApiClient uploader) {
        this.web = web;
        String slowBody = "POST /api/auth/login HTTP/1.1\r\nHost: " + web.getAuthority()
                + "\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n";
        String slowUpload = "POST /api/videos?title=slow HTTP/1.1\r\nHost: " + web.getAuthority()
                + "\r\nAuthorization: Bearer " + uploader.token()
                + "\r\nContent-Type: video/mp4\r\nContent-Length: 15000000\r\n\r\n" + OrdinaryUser.VIDEO_START;
        String file = "GET /api/docs/swagger-ui-bundle.js HTTP/1.1\r\nHost: " + web.getAuthority() + "\r\n\r\n";
        String stream = " /api/videos/events HTTP/1.1\r\nHost: " + web.getAuthority() + "\r\nAuthorization: Bearer "
                + watcher.token() + "\r\nAccept: text/event-stream\r\n\r\n";
        crowds = switch (kind) {
            case SLOW_CLIENTS ->
                List.of(
                        new Crowd("slow bodies", SLOW_BODIES, Set.of(408), client -> drip(slowBody, client)),
                        new Crowd("slow uploads", SLOW_UPLOADS, Set.of(408, 429), client -> drip(slowUpload, client)),
                        new Crowd(
                                "unread streams",
                                UNREAD_STREAMS,
                                Set.of(),
                                client -> leaveUnread("GET" + stream, client)),
                        new Crowd(
                                "HEAD of streams",
                                HEAD_CONNECTIONS,
                                Set.of(200),
                                client -> head("HEAD" + stream, client)),
                        new Crowd("sign-ups", SIGN_UPS, Set.of(201, 429, 503), this::signUp));
            case SLOW_READERS ->
                List.of(new Crowd("slow readers", SLOW_READERS, Set.of(200, 503), client -> readSlowly(file, client)));
        };
    }

    /** Starts, and waits until all of them are where they want to be. */
    void begin() throws InterruptedException {
        crowds.forEach(Crowd::begin);
        for (Crowd crowd : crowds) {
            crowd.awaitInPlace();
        }
    }

    /** Ends, and waits until all of them are gone. */
    void end() throws InterruptedException {
        crowds.forEach(Crowd::end);
        for (Crowd crowd : crowds) {
            crowd.awaitGone();
        }
    }

    /** How often they were answered what nobody should be, or not at all. */
    int unexpected() {
        return crowds.stream().mapToInt(Crowd::unexpected).sum();
    }

    /** How they have been answered. */
    @Override
    public String toString() {
        return crowds.stream().map(Crowd::toString).collect(Collectors.joining("\n"));
    }

    /** Sends a byte of the body each second, until there is an answer. */
    private void drip(String head, Crowd.Client client) throws IOException {
        try (Socket socket = new Socket(web.getHost(), web.getPort())) {
            socket.setTcpNoDelay(true);
            socket.setSoTimeout(DRIP_MILLIS);
            OutputStream out = socket.getOutputStream();
            out.write(bytes(head));
            while (!client.isOver()) {
                try {
                    client.answered(status(socket.getInputStream()));
                    client.pause(RETRY);
                    return;
                } catch (SocketTimeoutException notYet) {
                    client.isInPlace();
                    out.write(' ');
                }
            }
        }
    }

    private Socket withSmallBuffer() throws IOException {
        Socket socket = new Socket();
        socket.setReceiveBufferSize(RECEIVE_BUFFER_BYTES);
        socket.connect(new InetSocketAddress(web.getHost(), web.getPort()));
        return socket;
    }

    private void readSlowly(String request, Crowd.Client client) throws IOException {
        try (Socket socket = withSmallBuffer()) {
            socket.getOutputStream().write(bytes(request));
            InputStream in = socket.getInputStream();
            client.answered(status(in));
            for (int seconds = 0; seconds < SLOW_READING.toSeconds() && !client.isOver(); seconds++) {
                in.readNBytes(Math.min(SIP_BYTES, in.available()));
                client.pause(Duration.ofSeconds(1));
            }
        }
    }

    private void leaveUnread(String request, Crowd.Client client) throws IOException {
        try (Socket socket = withSmallBuffer()) {
            socket.getOutputStream().write(bytes(request));
            InputStream in = socket.getInputStream();
            while (in.available() == 0 && !client.isOver()) {
                client.pause(Duration.ofMillis(50));
            }
            client.isInPlace();
            // A client that does not read does not learn that its stream was closed.
            client.pause(WAVE);
        }
    }

    private void head(String request, Crowd.Client client) throws IOException {
        client.pause(HEAD_PAUSE.multipliedBy(client.number()).dividedBy(HEAD_CONNECTIONS));
        try (KeptConnection connection = new KeptConnection(web)) {
            while (!client.isOver()) {
                client.answered(connection.ask(bytes(request)).status());
                client.pause(HEAD_PAUSE);
            }
        }
    }

    /** All of them at once. */
    private void signUp(Crowd.Client client) throws IOException {
        client.isInPlace();
        client.pause(WAVE.minusNanos(System.nanoTime() % WAVE.toNanos()));
        if (client.isOver()) {
            return;
        }
        String account = """
                {"email": "%s@example.org", "password1": "a long password", "password2": "a long password",
                "first_name": "Ana", "last_name": "Many", "city": "Quito", "country": "Ecuador"}""".formatted(UUID.randomUUID());
        byte[] request = bytes("POST /api/auth/signup HTTP/1.1\r\nHost: " + web.getAuthority()
                + "\r\nContent-Type: application/json\r\nContent-Length: " + account.length() + "\r\n\r\n"
                + account);
        // Each from an address of its own: a single one is soon refused, and then costs nothing.
        byte[] address = {127, 0, 1, (byte) (client.number() + 1)};
        try (KeptConnection connection = new KeptConnection(web, InetAddress.getByAddress(address))) {
            client.answered(connection.ask(request).status());
        }
    }

    private static int status(InputStream in) throws IOException {
        byte[] start = in.readNBytes("HTTP/1.1 200".length());
        if (start.length < "HTTP/1.1 200".length()) {
            throw new IOException("closed without an answer");
        }
        return Integer.parseInt(new String(start, StandardCharsets.US_ASCII).substring("HTTP/1.1 ".length()));
    }

    private static byte[] bytes(String ascii) {
        return ascii.getBytes(StandardCharsets.US_ASCII);
    }
}
