package caravana.bench;

import caravana.local.AppProcess;
import caravana.measure.Figures;
import caravana.measure.MeasurementException;
import caravana.measure.ProcessFigures;
import caravana.measure.Project;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Flow;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Measures how late 500 open event streams receive the events of one video, and their cost for web. Half of them watch
 * the video, half all videos of its owner; the worker starts when all are connected.
 */
final class LiveEvents implements Benchmark {

    private static final int STREAMS = 500;
    private static final double LATE_MILLIS = 1000;
    private static final int VIDEO_MEGABYTES = 10;
    private static final long MB = 1024 * 1024;

    @Override
    public List<String> names() {
        return List.of("live-events");
    }

    @Override
    public void run(Setting setting) throws Exception {
        Project.makeMedia(List.of(VIDEO_MEGABYTES));
        Map<String, String> places = Map.of("CARAVANA_EVENT_STREAMS_PER_ACCOUNT", String.valueOf(STREAMS));
        try (WebOnStack system = WebOnStack.start(setting.folder(), places)) {
            String id = new ObjectMapper()
                    .readTree(system.client()
                            .upload(
                                    system.web().uri(),
                                    "Watched",
                                    BodyPublishers.ofFile(Project.video(VIDEO_MEGABYTES)))
                            .body())
                    .path("video_id")
                    .asText();
            String before = usage(system.web());
            Audience audience = new Audience();
            List<CompletableFuture<HttpResponse<Void>>> streams = open(system, id, audience);
            audience.await(audience.open, "were open");
            String during;
            Map<String, String> settings = new HashMap<>(system.environment());
            settings.put("CARAVANA_WORK_DIR", setting.folder().resolve("work").toString());
            Path log = setting.folder().resolve("worker.log");
            try (AppProcess worker = AppProcess.start(AppProcess.WORKER, settings, log)) {
                worker.awaitReady();
                audience.await(audience.done, "heard the end");
                during = usage(system.web());
            }
            streams.forEach(stream -> stream.cancel(true));

            List<Double> late = audience.late;
            System.out.println(STREAMS + " streams heard " + audience.events + " events, " + late.size()
                    + " of them of a new status: median " + Figures.text(Figures.median(late)) + " ms, most "
                    + Figures.text(Figures.percentile(late, 100)) + " ms late\nweb before: " + before
                    + "; with them: " + during);
            // Processing and processed, each stream both.
            if (late.size() != 2 * STREAMS) {
                throw new MeasurementException("Some streams missed a status: there were " + late.size());
            }
            setting.results()
                    .atMost("live-events", Figures.percentile(late, 95), "ms", LATE_MILLIS, "streams=" + STREAMS);
        }
    }

    private static List<CompletableFuture<HttpResponse<Void>>> open(WebOnStack system, String id, Audience audience) {
        HttpClient http = HttpClient.newHttpClient();
        List<CompletableFuture<HttpResponse<Void>>> streams = new ArrayList<>();
        for (int i = 0; i < STREAMS; i++) {
            String path = i % 2 == 0 ? "/api/videos/" + id + "/events" : "/api/videos/events";
            HttpRequest watch = system.client()
                    .request(system.web().uri().resolve(path))
                    .timeout(Duration.ofMinutes(5))
                    .build();
            streams.add(http.sendAsync(watch, HttpResponse.BodyHandlers.fromLineSubscriber(new Stream(audience))));
        }
        return streams;
    }

    private static String usage(AppProcess web) throws Exception {
        return ProcessFigures.residentBytes(web.pid()) / MB + " MB resident, " + ProcessFigures.threads(web.pid())
                + " threads";
    }

    /** What all of them heard. */
    private static final class Audience {

        private final List<Double> late = Collections.synchronizedList(new ArrayList<>());
        private final AtomicInteger events = new AtomicInteger();
        private final CountDownLatch open = new CountDownLatch(STREAMS);
        private final CountDownLatch done = new CountDownLatch(STREAMS);

        void await(CountDownLatch all, String what) throws InterruptedException {
            if (!all.await(WebOnStack.START.toSeconds(), TimeUnit.SECONDS)) {
                throw new MeasurementException(
                        "Only " + (STREAMS - all.getCount()) + " of " + STREAMS + " streams " + what);
            }
        }
    }

    /** One client. A new status is as late as the time since the row says that it changed; both clocks are this machine's. */
    private static final class Stream implements Flow.Subscriber<String> {

        private final ObjectMapper json = new ObjectMapper();
        private final Set<String> statuses = new HashSet<>();
        private final Audience audience;

        Stream(Audience audience) {
            this.audience = audience;
        }

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
            audience.events.incrementAndGet();
            JsonNode video = parsed(line.substring("data:".length()));
            String status = video.path("status").asText();
            if (statuses.add(status)) {
                if (status.equals("uploaded")) {
                    audience.open.countDown();
                } else {
                    Instant changed = Instant.parse(video.path("updated_at").asText());
                    audience.late.add((double) Duration.between(changed, now).toMillis());
                }
                if (status.equals("processed")) {
                    audience.done.countDown();
                }
            }
        }

        private JsonNode parsed(String text) {
            try {
                return json.readTree(text);
            } catch (JsonProcessingException e) {
                throw new IllegalStateException(e);
            }
        }

        @Override
        public void onError(Throwable broken) {
            // Its stream was cut off; then it never hears the end, and the benchmark fails.
        }

        @Override
        public void onComplete() {
            // As a stream of one video does, once it is processed.
        }
    }
}
