package caravana.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.test.Sample;
import caravana.test.Waits;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.AppenderBase;
import java.net.SocketException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

/**
 * Clients that stall, vanish or stop half-way, beside healthy ones: every healthy request is answered as if it were alone.
 * {@code -Dfaults.long=true} runs 50 rounds.
 */
class BrokenClientsTest extends ImpatientTest {

    private static final int BROKEN = 20;
    private static final int HEALTHY = 3;
    private static final int RESET = 2;
    private static final int ANNOUNCED = 15_000_000;

    /** A log-in whose hash did not get its turn within five seconds, on a machine that is as slow. */
    private static final int BUSY = 503;

    private final Queue<String> wrong = new ConcurrentLinkedQueue<>();
    private final AtomicInteger healthyCalls = new AtomicInteger();
    private final AtomicInteger originals = new AtomicInteger();
    private final AtomicInteger comeAgain = new AtomicInteger();
    private final AtomicInteger answered = new AtomicInteger();
    private final ExecutorService clients = Executors.newCachedThreadPool();
    private final MixedUp log = new MixedUp();
    private Api user;

    /** What the log may not say: that one request's objects were used for another. */
    private static final class MixedUp extends AppenderBase<ILoggingEvent> {

        private final Queue<String> found = new ConcurrentLinkedQueue<>();

        @Override
        protected void append(ILoggingEvent event) {
            String text = event.getFormattedMessage()
                    + (event.getThrowableProxy() == null ? "" : ThrowableProxyUtil.asString(event.getThrowableProxy()));
            if (text.contains("recycled")
                    || text.contains("AsyncRequestNotUsable")
                    || text.contains("NullPointerException")
                    || text.contains("IllegalStateException")) {
                found.add(text);
            }
        }
    }

    @BeforeEach
    void begin() throws Exception {
        user = user();
        log.start();
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).addAppender(log);
    }

    @AfterEach
    void end() {
        ((Logger) LoggerFactory.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME)).detachAppender(log);
        clients.shutdownNow();
    }

    @Test
    void healthyRequestsAreAnsweredAsIfTheyWereAlone() throws Exception {
        AtomicBoolean over = new AtomicBoolean();
        List<Future<?>> healthy = new ArrayList<>();
        for (int i = 0; i < HEALTHY; i++) {
            int seed = i;
            healthy.add(clients.submit(() -> beHealthy(new Random(seed), over)));
        }
        int rounds = Sample.size("rounds of broken clients", 2, 50);
        for (int round = 0; round < rounds; round++) {
            List<Future<?>> broken = new ArrayList<>();
            for (int i = 0; i < BROKEN; i++) {
                int kind = i;
                broken.add(clients.submit(() -> beBroken(kind)));
            }
            for (Future<?> client : broken) {
                client.get();
            }
        }
        over.set(true);
        for (Future<?> client : healthy) {
            client.get();
        }

        System.out.printf(
                "RESULT broken-clients: %d rounds of %d broken clients, %d of them answered; %d healthy calls,"
                        + " %d asked to come again, %d originals compared, %d wrong answers, %d suspicious log lines%n",
                rounds,
                BROKEN,
                answered.get(),
                healthyCalls.get(),
                comeAgain.get(),
                originals.get(),
                wrong.size(),
                log.found.size());
        assertThat(wrong).isEmpty();
        assertThat(log.found).isEmpty();
        assertThat(originals).hasPositiveValue();
        assertThat(answered.get()).as("stalled uploads get an answer").isGreaterThanOrEqualTo(rounds);
        await().atMost(Waits.LIMIT).untilAsserted(this::assertNothingLeft);
    }

    /** Uploads both ways, looks at what it has, fetches and compares it, and deletes it. */
    private void beHealthy(Random random, AtomicBoolean over) {
        while (!over.get()) {
            byte[] content = new byte[300_000];
            random.nextBytes(content);
            boolean raw = random.nextBoolean();
            HttpResponse<String> accepted = expect(
                    201,
                    () -> raw
                            ? user.send(user.raw("?title=healthy", content))
                            : user.upload(new Form().field("title", "healthy").file("video_file", "a.mp4", content)));
            if (accepted == null) {
                continue;
            }
            String video = "/api/videos/" + id(accepted);
            HttpResponse<String> list = expect(200, () -> user.get("/api/videos?limit=50"));
            if (list != null && !list.body().contains(id(accepted))) {
                wrong.add("a list without the video: " + list.body());
            }
            HttpResponse<String> detail = expect(200, () -> user.get(video));
            if (detail != null) {
                compare(detail, content);
            }
            expect(200, () -> user.send(user.request(video).method("HEAD", HttpRequest.BodyPublishers.noBody())));
            expect(401, () -> api().logIn("nobody@example.org", "a wrong password"), 429, BUSY);
            expect(200, () -> user.delete(video));
        }
    }

    private void compare(HttpResponse<String> detail, byte[] content) {
        try {
            URI link = URI.create(Api.json(detail).path("original_url").asText());
            byte[] stored = Api.HTTP
                    .send(HttpRequest.newBuilder(link).build(), HttpResponse.BodyHandlers.ofByteArray())
                    .body();
            originals.incrementAndGet();
            if (!Arrays.equals(stored, content)) {
                wrong.add("an original that is not what was sent: " + link);
            }
        } catch (Exception e) {
            wrong.add("no original: " + e);
        }
    }

    private static String id(HttpResponse<String> accepted) {
        try {
            return Api.json(accepted).path("video_id").asText();
        } catch (java.io.IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    /**
     * The answer when it is as expected; otherwise it is noted as wrong.
     *
     * @param later what asks the client to come again, which says when
     */
    private HttpResponse<String> expect(int status, Callable<HttpResponse<String>> call, int... later) {
        healthyCalls.incrementAndGet();
        try {
            HttpResponse<String> answer = call.call();
            if (answer.statusCode() == status) {
                return answer;
            }
            if (Arrays.stream(later).anyMatch(other -> other == answer.statusCode())
                    && answer.headers().firstValue("Retry-After").isPresent()) {
                comeAgain.incrementAndGet();
                return answer;
            }
            wrong.add(answer.request() + " " + answer.statusCode() + " "
                    + answer.headers().map() + answer.body());
        } catch (Exception | AssertionError e) {
            wrong.add(String.valueOf(e));
        }
        return null;
    }

    /** Each kind of breaking off, in each kind of request. */
    private void beBroken(int kind) {
        try (Wire wire = new Wire(port)) {
            if (!begins(wire, kind / 4 % 5)) {
                return;
            }
            switch (kind % 4) {
                case 0, 1 -> {
                    // Silent: the server ends it, with an answer or without.
                    Wire.Answer answer = wire.answer();
                    check(answer, 408);
                }
                case RESET -> wire.reset();
                default -> {
                    wire.halfClose();
                    check(wire.answer(), 400);
                }
            }
        } catch (Exception e) {
            if (kind % 4 == RESET) {
                // On a slow machine the server may have taken it for silent already, and ended the connection first.
                return;
            }
            wrong.add("a broken client of kind " + kind + " got no answer: " + e);
        }
    }

    /** On a slow machine the server may take it for silent before it is, and end the connection. */
    private boolean begins(Wire wire, int request) throws Exception {
        try {
            begin(wire, request);
            return true;
        } catch (SocketException ended) {
            return false;
        }
    }

    private void check(Wire.Answer answer, int status) throws Exception {
        answered.incrementAndGet();
        if (answer.status() != status || !answer.isProblem()) {
            wrong.add("a broken client got " + answer.status() + " " + answer.headers() + answer.text());
        }
    }

    private void begin(Wire wire, int request) throws Exception {
        String login = "Host: l\r\nAuthorization: Bearer " + user.token() + "\r\n";
        String post = "POST /api/videos";
        switch (request) {
            case 0 ->
                wire.send(post + "?title=stalled HTTP/1.1\r\n" + login + "Content-Type: video/mp4\r\nContent-Length: "
                                + ANNOUNCED + "\r\n\r\n")
                        .send(bytes(200_000));
            case 1 ->
                wire.send(post + "/upload HTTP/1.1\r\n" + login + "Content-Type: " + Form.contentType()
                                + "\r\nContent-Length: " + ANNOUNCED + "\r\n\r\n")
                        .send(new Form()
                                .field("title", "stalled")
                                .file("video_file", "a.mp4", bytes(200_000))
                                .begun());
            case 2 ->
                wire.send(post + "?title=stalled HTTP/1.1\r\n" + login
                                + "Content-Type: video/mp4\r\nTransfer-Encoding: chunked\r\n\r\n30d40\r\n")
                        .send(bytes(200_000))
                        .send("\r\n30d40\r\n")
                        .send(bytes(100_000));
            case 3 ->
                wire.send(
                        "POST /api/auth/login HTTP/1.1\r\nHost: l\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{\"email\":");
            default ->
                // More than one part: the first is stored already.
                wire.send(post + "?title=stalled HTTP/1.1\r\n" + login + "Content-Type: video/mp4\r\nContent-Length: "
                                + ANNOUNCED + "\r\n\r\n")
                        .send(bytes(6_000_000));
        }
    }
}
