package caravana.web.upload;

import caravana.checks.StepOnly;
import caravana.outbound.OutboundAddresses;
import caravana.outbound.RefusedAddressException;
import caravana.web.http.InputText;
import caravana.web.http.Problem;
import caravana.web.outbound.OutboundClients;
import caravana.web.secret.SecretBox;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import javax.net.ssl.SSLException;
import org.apache.camel.Body;
import org.apache.camel.ExchangeProperty;
import org.apache.hc.client5.http.classic.methods.HttpGet;
import org.apache.hc.client5.http.impl.classic.CloseableHttpClient;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.impl.DefaultContentLengthStrategy;
import org.apache.hc.core5.io.Closer;
import org.apache.hc.core5.util.Timeout;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.core.exception.SdkException;

/**
 * Downloads a video from an address that an account names, and stores it in S3 while it arrives. It connects only to
 * validated addresses, follows a few redirects, each of which is validated too, and has limits of time and size.
 */
@Component("importCall")
public class ImportCall implements DisposableBean {

    private static final TypeReference<Map<String, String>> HEADERS = new TypeReference<>() {};

    private static final int MOST_REDIRECTS = 5;
    private static final Set<Integer> REDIRECTS = Set.of(301, 302, 303, 307, 308);

    /** The statuses below 500 after which a retry may succeed. */
    private static final Set<Integer> PASSING = Set.of(408, 425, 429);

    private static final int OK = 200;
    private static final int SERVER_ERRORS = 500;
    private static final int TOO_SLOW = 408;

    /** The most time for the connection and for the head of the answer. Between two bytes of the body it is shorter. */
    private static final Duration HEAD = Duration.ofSeconds(30);

    /** How long a connection may stay open after the announced length of a file. */
    private static final Duration SURPLUS = Duration.ofSeconds(1);

    /** The most connections, more than there are threads. */
    private static final int CONNECTIONS = 64;

    private static final Timeout SILENCE = Timeout.ofSeconds(20);

    private final OutboundAddresses addresses;
    private final ObjectWriter objects;
    private final SecretBox box;
    private final UploadProperties limits;
    private final List<Duration> delays;
    private final ObjectMapper json;
    private final CloseableHttpClient client;
    private final Map<String, Fetch> running = new ConcurrentHashMap<>();
    // Not a bean, because any Executor bean disables Spring Boot's own.
    private final ScheduledExecutorService deadlines =
            Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("import-deadlines-"));

    ImportCall(
            OutboundAddresses addresses,
            OutboundClients clients,
            ObjectWriter objects,
            SecretBox box,
            UploadProperties limits,
            ImportProperties settings,
            ObjectMapper json) {
        this.addresses = addresses;
        this.objects = objects;
        this.box = box;
        this.limits = limits;
        this.delays = settings.delays();
        this.json = json;
        this.client = clients.clientOfAllBytes("Caravana-Import/1", SILENCE, CONNECTIONS)
                .setConnectionReuseStrategy((request, response, context) -> false)
                .build();
    }

    /** An import that this node downloads. */
    private static final class Fetch {
        private volatile long bytes;
        private volatile boolean stopped;
        private volatile HttpGet request;

        private void stop() {
            stopped = true;
            if (request != null) {
                request.abort();
            }
        }

        private void begin(HttpGet next) throws IOException {
            request = next;
            if (stopped) {
                throw new IOException("The import was stopped");
            }
        }
    }

    /** The reason why a try failed, and whether a retry may succeed. */
    private static final class FailedTry extends IOException {
        private static final long serialVersionUID = 1L;
        private final String code;
        private final boolean forGood;

        FailedTry(String code, boolean forGood, String message) {
            super(message);
            this.code = code;
            this.forGood = forGood;
        }
    }

    /**
     * Downloads a video.
     *
     * @param row of {@code claim-imports.sql}
     * @return {@code import_state}, which is {@code accepted} when the file is stored, and {@code bytes}; otherwise
     *     for {@code note-import.sql} also {@code error_code}, {@code error_detail} and {@code delay} in seconds
     */
    @StepOnly
    public Map<String, Object> fetch(@ExchangeProperty("import_row") Map<String, Object> row) {
        Fetch fetch = new Fetch();
        String token = (String) row.get("claim_token");
        running.put(token, fetch);
        Map<String, Object> attempt = new LinkedHashMap<>();
        try {
            store(row, fetch);
            attempt.put("import_state", "accepted");
        } catch (IOException | Problem | SdkException failure) {
            FailedTry why = reason(failure);
            int tries = (Integer) row.get("attempts");
            boolean over = why.forGood || tries > delays.size();
            attempt.put("import_state", over ? "failed" : "waiting");
            attempt.put("error_code", why.code);
            attempt.put("error_detail", why.getMessage());
            attempt.put("delay", over ? 0.0 : delays.get(tries - 1).toMillis() / 1000.0);
        } finally {
            running.remove(token);
        }
        attempt.put("bytes", fetch.bytes);
        return attempt;
    }

    private void store(Map<String, Object> row, Fetch fetch) throws IOException {
        URI address = addresses.check((String) row.get("url"));
        Map<String, String> headers = headers((String) row.get("headers"));
        for (int redirects = 0; redirects <= MOST_REDIRECTS; redirects++) {
            HttpGet request = new HttpGet(address);
            // A compressed body would not have the announced length.
            request.setHeader("Accept-Encoding", "identity");
            // The end of the connection then shows whether the server sends more than it has announced.
            request.setHeader("Connection", "close");
            headers.forEach(request::setHeader);
            fetch.begin(request);
            ClassicHttpResponse response = open(request);
            try {
                if (!REDIRECTS.contains(response.getCode())) {
                    store(response, row, fetch);
                    return;
                }
                URI next = target(address, response.getFirstHeader("Location"));
                if (!isSameOrigin(address, next)) {
                    headers = Map.of();
                }
                address = next;
            } finally {
                // The rest is not read.
                request.abort();
                Closer.closeQuietly(response);
            }
        }
        throw new FailedTry(
                "too_many_redirects",
                true,
                "The address redirects more than " + MOST_REDIRECTS
                        + " times. Import the file from the last of these addresses.");
    }

    private Map<String, String> headers(String sealed) throws IOException {
        return sealed == null ? Map.of() : json.readValue(box.open(Imports.PURPOSE, sealed), HEADERS);
    }

    private ClassicHttpResponse open(HttpGet request) throws IOException {
        AtomicBoolean late = new AtomicBoolean();
        Future<?> deadline = deadlines.schedule(
                () -> {
                    late.set(true);
                    request.abort();
                },
                HEAD.toMillis(),
                TimeUnit.MILLISECONDS);
        try {
            return client.executeOpen(null, request, null);
        } catch (IOException failure) {
            throw late.get() ? new SocketTimeoutException() : failure;
        } finally {
            deadline.cancel(false);
        }
    }

    private URI target(URI from, Header location) throws IOException {
        try {
            if (location != null) {
                // The part after # is not sent to servers.
                String written = location.getValue().replaceFirst("#.*", "");
                return addresses.check(from.resolve(new URI(written)).toString());
            }
        } catch (URISyntaxException malformed) {
            // Treated like a missing header.
        }
        throw new FailedTry(
                "url_invalid",
                true,
                "The address redirects to something that is not a URL. Import the file from its own " + "address.");
    }

    private static boolean isSameOrigin(URI one, URI other) {
        return one.getScheme().equalsIgnoreCase(other.getScheme())
                && one.getHost().equalsIgnoreCase(other.getHost())
                && one.getPort() == other.getPort();
    }

    private void store(ClassicHttpResponse response, Map<String, Object> row, Fetch fetch) throws IOException {
        int status = response.getCode();
        if (status != OK) {
            throw new FailedTry(
                    "source_refused",
                    status < SERVER_ERRORS && !PASSING.contains(status),
                    "The server answered " + status + " instead of 200.");
        }
        Header encoding = response.getFirstHeader("Content-Encoding");
        if (encoding != null && !encoding.getValue().strip().equalsIgnoreCase("identity")) {
            throw new FailedTry(
                    "content_encoding_unsupported",
                    true,
                    "The server sends the file with the Content-Encoding " + InputText.shown(encoding.getValue())
                            + ". Import a file that is sent without one.");
        }
        long announced = announced(response);
        UploadRules.checkNotEmpty(response.getEntity() == null ? 0 : announced);
        objects.checkSize(announced);
        OriginalChecksum sum = OriginalChecksum.of((String) row.get("announced_sha256"));
        InputStream body = new TimedStream(
                new AnnouncedBytes(counted(response.getEntity().getContent(), fetch), announced, fetch), limits);
        long bytes = objects.take(sum.watched(body), new Opening((String) row.get("original_key"), null));
        UploadRules.checkNotEmpty(bytes);
        sum.check();
    }

    /** Returns the length of the body that the server announces in bytes; negative for none. */
    private static long announced(ClassicHttpResponse response) throws IOException {
        try {
            return DefaultContentLengthStrategy.INSTANCE.determineLength(response);
        } catch (HttpException malformed) {
            throw new IOException(malformed);
        }
    }

    /** A body of an announced length. Reading it fails when it ends earlier or later. */
    private final class AnnouncedBytes extends FilterInputStream {

        private final long announced;
        private final Fetch fetch;
        private long left;

        /** @param announced length in bytes; negative for any length */
        AnnouncedBytes(InputStream in, long announced, Fetch fetch) {
            super(in);
            this.announced = announced;
            this.left = announced;
            this.fetch = fetch;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            if (announced < 0) {
                return super.read(buffer, offset, length);
            }
            if (left == 0) {
                checkEnd();
                return -1;
            }
            int count = super.read(buffer, offset, (int) Math.min(length, left));
            if (count < 0) {
                throw new EOFException("The file ended " + left + " bytes before its announced length");
            }
            left -= count;
            return count;
        }

        /**
         * Checks that the body has ended. It does not wait for the server, which may keep the connection open despite
         * {@code Connection: close}.
         */
        private void checkEnd() throws IOException {
            Future<?> deadline = deadlines.schedule(fetch.request::abort, SURPLUS.toMillis(), TimeUnit.MILLISECONDS);
            boolean more;
            try {
                more = in.read() >= 0;
            } catch (IOException ended) {
                more = false;
            } finally {
                deadline.cancel(false);
            }
            if (fetch.stopped) {
                throw new IOException("The import was stopped");
            }
            if (more) {
                throw new FailedTry(
                        "longer_than_announced",
                        true,
                        "The server sends more than the " + announced
                                + " bytes that it announces as Content-Length. Correct that, and import the file again.");
            }
        }
    }

    /** Wraps a body: the fetch counts its bytes, and can stop it. */
    private static InputStream counted(InputStream in, Fetch fetch) {
        return new FilterInputStream(in) {
            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) throws IOException {
                if (fetch.stopped) {
                    throw new IOException("The import was stopped");
                }
                int count = super.read(buffer, offset, length);
                fetch.bytes += Math.max(0, count);
                return count;
            }
        };
    }

    private static FailedTry reason(Exception failure) {
        if (failure instanceof FailedTry known) {
            return known;
        }
        if (failure instanceof Problem problem) {
            boolean slow = problem.getStatus() == TOO_SLOW;
            return new FailedTry(
                    problem.getCode(), !slow, slow ? "The server sends the file too slowly." : problem.getMessage());
        }
        if (failure instanceof RefusedAddressException refused) {
            return new FailedTry(refused.code(), true, refused.getMessage());
        }
        if (failure instanceof UnknownHostException) {
            return new FailedTry("host_unknown", false, "The host of the address is unknown.");
        }
        if (failure instanceof SSLException) {
            return new FailedTry("tls_failed", false, "No secure connection to the server can be made.");
        }
        if (failure instanceof SocketTimeoutException) {
            return new FailedTry("timeout", false, "The server did not answer, or paused for too long.");
        }
        if (failure instanceof SdkException) {
            return new FailedTry("unavailable", false, "The file could not be stored.");
        }
        return new FailedTry("connection_failed", false, "The connection failed, or ended before the file did.");
    }

    /**
     * Returns the imports that this node downloads, for {@code keep-imports.sql}: {@code token} and {@code bytes} of
     * each.
     */
    public Map<String, Object> running() {
        return Map.of(
                "imports",
                running.entrySet().stream()
                        .map(each -> Map.of("token", each.getKey(), "bytes", each.getValue().bytes))
                        .toList());
    }

    /**
     * Stops the downloads whose imports the rows no longer contain.
     *
     * @param listed the result of {@link #running}
     */
    public void keepOnly(
            @Body List<Map<String, Object>> rows, @ExchangeProperty("running_imports") Map<String, Object> listed) {
        Set<Object> kept = rows.stream().map(row -> row.get("claim_token")).collect(Collectors.toSet());
        for (Object each : (List<?>) listed.get("imports")) {
            Object token = ((Map<?, ?>) each).get("token");
            Fetch lost = running.get(token);
            if (!kept.contains(token) && lost != null) {
                lost.stop();
            }
        }
    }

    @Override
    public void destroy() throws IOException {
        running.values().forEach(Fetch::stop);
        deadlines.shutdownNow();
        client.close();
    }
}
