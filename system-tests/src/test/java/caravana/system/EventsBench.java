package caravana.system;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import caravana.local.ApiClient;
import caravana.local.AppProcess;
import caravana.local.LocalStack;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Flow;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** How late 500 open event streams hear of one video, and what they cost web, as a process with a heap of 256 MB. */
class EventsBench {

    private static final int STREAMS = 500;
    private static final double LATE_MILLIS = 1000;
    private static final Duration START = Duration.ofSeconds(90);

    @TempDir
    Path folder;

    private final ObjectMapper json = new ObjectMapper();
    private final List<Long> latencies = Collections.synchronizedList(new ArrayList<>());
    private final AtomicInteger open = new AtomicInteger();
    private final AtomicInteger done = new AtomicInteger();
    private final AtomicInteger events = new AtomicInteger();

    /** Half of them watch the video, half all videos of its owner; the worker starts when all are there. */
    @Test
    void latencyOfFiveHundredStreams() throws Exception {
        try (LocalStack stack = LocalStack.start(folder.resolve("stack"));
                AppProcess web = AppProcess.start(AppProcess.WEB, stack.environment(), folder.resolve("web.log"))) {
            web.awaitReady(START);
            ApiClient client = ApiClient.signUp(web.uri());
            Path video = Videos.make(folder.resolve("video.mp4"), "1920x1080", 20);
            String id = json.readTree(client.upload(web.uri(), "Watched", BodyPublishers.ofFile(video))
                            .body())
                    .path("video_id")
                    .asText();
            Usage before = Usage.of(web);

            HttpClient http = HttpClient.newHttpClient();
            List<CompletableFuture<HttpResponse<Void>>> streams = new ArrayList<>();
            for (int i = 0; i < STREAMS; i++) {
                String path = i % 2 == 0 ? "/api/videos/" + id + "/events" : "/api/videos/events";
                HttpRequest watch = client.request(web.uri().resolve(path))
                        .timeout(Duration.ofMinutes(5))
                        .build();
                streams.add(http.sendAsync(watch, HttpResponse.BodyHandlers.fromLineSubscriber(new Stream())));
            }
            await().atMost(START).until(() -> open.get() == STREAMS);

            Map<String, String> settings = new HashMap<>(stack.environment());
            settings.put("CARAVANA_WORK_DIR", folder.resolve("work").toString());
            Usage during;
            try (AppProcess worker = AppProcess.start(AppProcess.WORKER, settings, folder.resolve("worker.log"))
                    .awaitReady(START)) {
                await().atMost(START).until(() -> done.get() == STREAMS);
                assertThat(worker.handle().isAlive()).isTrue();
                during = Usage.of(web);
            }

            List<Long> sorted = latencies.stream().sorted().toList();
            long p95 = sorted.get(sorted.size() * 95 / 100);
            System.out.printf(
                    Locale.ROOT,
                    "%d streams heard %d events, %d of them of a new status: median %d ms, p95 %d ms, most %d ms late%n"
                            + "web before: %s; with them: %s%n",
                    STREAMS,
                    events.get(),
                    sorted.size(),
                    sorted.get(sorted.size() / 2),
                    p95,
                    sorted.get(sorted.size() - 1),
                    before,
                    during);
            System.out.printf(
                    Locale.ROOT,
                    "RESULT name=live-events value=%d unit=ms streams=%d target=<=%.0f verdict=%s%n",
                    p95,
                    STREAMS,
                    LATE_MILLIS,
                    p95 <= LATE_MILLIS ? "pass" : "fail");
            // Processing and processed, each stream both.
            assertThat(sorted).hasSize(2 * STREAMS);
            assertThat(p95).isLessThanOrEqualTo((long) LATE_MILLIS);
            streams.forEach(stream -> stream.cancel(true));
        }
    }

    /** What web takes up, as the kernel sees it. */
    private record Usage(long residentMegabytes, long threads) {

        static Usage of(AppProcess web) throws Exception {
            Map<String, Long> figures = new HashMap<>();
            for (String line : Files.readAllLines(Path.of("/proc/" + web.pid() + "/status"))) {
                if (line.matches("(VmRSS|Threads):.*")) {
                    figures.put(line.replaceAll(":.*", ""), Long.valueOf(line.replaceAll("\\D", "")));
                }
            }
            return new Usage(figures.get("VmRSS") / 1024, figures.get("Threads"));
        }

        @Override
        public String toString() {
            return residentMegabytes + " MB resident, " + threads + " threads";
        }
    }

    /** One client. A new status is as late as the time since the row says that it changed; both clocks are this machine's. */
    private final class Stream implements Flow.Subscriber<String> {

        private final Set<String> statuses = new HashSet<>();

        @Override
        public void onSubscribe(Flow.Subscription lines) {
            lines.request(Long.MAX_VALUE);
        }

        @Override
        public void onNext(String line) {
            if (!line.startsWith("data:")) {
                return;
            }
            Instant now = Instant.now();
            events.incrementAndGet();
            JsonNode video = parsed(line.substring("data:".length()));
            String status = video.path("status").asText();
            if (statuses.add(status)) {
                if (status.equals("uploaded")) {
                    open.incrementAndGet();
                } else {
                    Instant changed = Instant.parse(video.path("updated_at").asText());
                    latencies.add(Duration.between(changed, now).toMillis());
                }
                if (status.equals("processed")) {
                    done.incrementAndGet();
                }
            }
        }

        private JsonNode parsed(String text) {
            try {
                return json.readTree(text);
            } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void onError(Throwable broken) {
            // Its stream was cut off; then it never hears the end, and the bench fails.
        }

        @Override
        public void onComplete() {
            // As a stream of one video does, once it is processed.
        }
    }
}
