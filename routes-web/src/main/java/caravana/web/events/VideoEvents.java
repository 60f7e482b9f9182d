package caravana.web.events;

import caravana.web.http.Caller;
import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import caravana.web.http.Problems;
import caravana.web.identity.Callers;
import caravana.web.video.VideoDocument;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.http.ResponseEntity;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.bind.annotation.RequestHeader;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Streams what {@code show-video} says as server-sent events, whenever it changes: of one video until it changes no more,
 * or of all videos of an account. What is to be told is {@code watch-videos}'s business; this class asks it once a
 * period for all watchers together, and no watcher holds a thread while it waits.
 */
@Component
@EnableConfigurationProperties(EventsProperties.class)
public class VideoEvents {

    /** The route that says what there is to tell. */
    public static final String ROUTE = "watch-videos";

    private static final Logger log = LoggerFactory.getLogger(VideoEvents.class);

    private static final int SENDERS = 4;

    /** How far a client that comes back is told what it missed, in milliseconds; one that was away longer reads the list. */
    private static final long LOOK_BACK = TimeUnit.HOURS.toMillis(1);

    private final ProducerTemplate routes;
    private final VideoDocument documents;
    private final ObjectMapper json;
    private final Problems problems;
    private final ProblemWriter writer;
    private final EventsProperties settings;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean asked = new AtomicBoolean();
    // No beans: any Executor bean would switch Spring Boot's own off.
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("events-clock-"));
    private final ExecutorService senders =
            Executors.newFixedThreadPool(SENDERS, new CustomizableThreadFactory("events-sender-"));

    /** What was found in the round before, by id; the clock's thread alone knows it. */
    private Map<String, WatchedVideos.Found> known = Map.of();

    private boolean failing;

    VideoEvents(
            ProducerTemplate routes,
            VideoDocument documents,
            ObjectMapper json,
            Problems problems,
            ProblemWriter writer,
            EventsProperties settings) {
        this.routes = routes;
        this.documents = documents;
        this.json = json;
        this.problems = problems;
        this.writer = writer;
        this.settings = settings;
        long millis = settings.period().toMillis();
        clock.scheduleWithFixedDelay(this::round, millis, millis, TimeUnit.MILLISECONDS);
    }

    /**
     * {@code GET /api/videos/{video_id}/events}.
     *
     * @throws Problem as {@code find-own-video} says; 503 {@code busy} when there are too many watchers
     */
    public ResponseEntity<SseEmitter> watchOne(
            @PathVariable("video_id") String id,
            @RequestHeader(name = "Last-Event-ID", required = false) String lastEvent)
            throws IOException {
        Caller caller = Callers.current();
        ask("direct:find-own-video", exchange -> {
            exchange.setProperty("caller", caller);
            exchange.getMessage().setHeader("video_id", id);
        });
        // As the database writes it.
        return admit(id.toLowerCase(Locale.ROOT), true, lastEvent);
    }

    /**
     * {@code GET /api/videos/events}.
     *
     * @throws Problem 503 {@code busy} when there are too many watchers
     */
    public ResponseEntity<SseEmitter> watchAll(
            @RequestHeader(name = "Last-Event-ID", required = false) String lastEvent) throws IOException {
        return admit(Callers.current().getId(), false, lastEvent);
    }

    private ResponseEntity<SseEmitter> admit(String subject, boolean one, String lastEvent) throws IOException {
        if (watchers.size() >= settings.streams() || clock.isShutdown()) {
            throw new Problem(503, "busy", "No more can be watched here; ask for the videos themselves instead.");
        }
        Watcher watcher = new Watcher(subject, one, time(lastEvent), Callers.currentUntil(), senders);
        Runnable leave = () -> watchers.remove(watcher);
        watcher.emitter().onCompletion(leave);
        watcher.emitter().onError(gone -> leave.run());
        watchers.add(watcher);
        if (clock.isShutdown()) {
            watcher.complete();
        } else if (asked.compareAndSet(false, true)) {
            // It is told at once how things stand.
            clock.execute(this::round);
        }
        // Otherwise nginx would hand events on when a buffer is full.
        return ResponseEntity.ok().header("X-Accel-Buffering", "no").body(watcher.emitter());
    }

    /** The time of an event that we sent; null when the client names none, or somebody else's. */
    private static Long time(String lastEvent) {
        return lastEvent != null && lastEvent.matches("\\d{13}") ? Long.valueOf(lastEvent) : null;
    }

    @ExceptionHandler
    void refuse(Problem problem, HttpServletResponse response) throws IOException {
        writer.write(problem, response);
    }

    private Exchange ask(String route, Processor question) {
        Exchange answered = routes.request(route, question);
        if (answered.getException() != null) {
            throw problems.of(answered.getException());
        }
        return answered;
    }

    private void round() {
        asked.set(false);
        // Tomcat does not always report that a client left.
        watchers.removeIf(Watcher::isOver);
        List<Watcher> all = List.copyOf(watchers);
        try {
            if (all.isEmpty()) {
                known = Map.of();
            } else {
                tellChanges(all);
            }
            failing = false;
        } catch (Problem | JsonProcessingException away) {
            // Nothing is lost: what has changed meanwhile is found in a later round.
            if (!failing) {
                log.warn("Those who watch are told nothing for a while: {}", away.getMessage());
            }
            failing = true;
        } catch (RuntimeException e) {
            // It would be the last round.
            log.error("A round of events failed", e);
        }
        Instant now = Instant.now();
        all.stream().filter(watcher -> watcher.isExpired(now)).forEach(Watcher::end);
        all.forEach(watcher -> watcher.remind(settings.heartbeat()));
    }

    private void tellChanges(List<Watcher> all) throws JsonProcessingException {
        Map<String, List<Watcher>> bySubject = all.stream().collect(Collectors.groupingBy(Watcher::subject));
        WatchedVideos.Findings findings = find(all);
        Map<String, WatchedVideos.Found> found = new HashMap<>();
        for (WatchedVideos.Found video : findings.videos()) {
            found.put(video.id(), video);
            boolean changed = !video.equals(known.get(video.id()));
            String document = null;
            for (String subject : List.of(video.id(), video.owner())) {
                for (Watcher watcher : bySubject.getOrDefault(subject, List.of())) {
                    if (changed || !watcher.isInformed()) {
                        document = document == null ? document(video) : document;
                        tell(watcher, video, document, findings.at());
                    }
                }
            }
        }
        // Deleted, and purged before this round could see it. A finished video may be missing because it is old.
        for (WatchedVideos.Found video : known.values()) {
            if (!found.containsKey(video.id()) && (video.is("uploaded") || video.is("processing"))) {
                WatchedVideos.Found gone = WatchedVideos.Found.gone(video.id());
                for (Watcher watcher : bySubject.getOrDefault(video.owner(), List.of())) {
                    tell(watcher, gone, document(gone), findings.at());
                }
            }
        }
        for (Watcher watcher : all) {
            if (watcher.watchesOne() && !found.containsKey(watcher.subject())) {
                WatchedVideos.Found gone = WatchedVideos.Found.gone(watcher.subject());
                tell(watcher, gone, document(gone), findings.at());
            }
            watcher.nowInformed();
        }
        known = found;
    }

    private WatchedVideos.Findings find(List<Watcher> all) {
        Set<String> ids = new HashSet<>();
        Set<String> owners = new HashSet<>();
        all.forEach(watcher -> (watcher.watchesOne() ? ids : owners).add(watcher.subject()));
        long oldest = System.currentTimeMillis() - LOOK_BACK;
        Long since = all.stream()
                .filter(watcher -> !watcher.isInformed())
                .map(Watcher::since)
                .filter(Objects::nonNull)
                .map(time -> Math.max(time, oldest))
                .min(Long::compare)
                .orElse(null);
        return ask("direct:" + ROUTE, exchange -> {
                    exchange.setProperty("ids", ids);
                    exchange.setProperty("owners", owners);
                    exchange.setProperty("since", since);
                })
                .getMessage()
                .getBody(WatchedVideos.Findings.class);
    }

    private String document(WatchedVideos.Found video) throws JsonProcessingException {
        return json.writeValueAsString(
                video.is("deleting")
                        ? Map.of("video_id", video.id())
                        : documents.detail(video.row(), video.progress()));
    }

    private static void tell(Watcher watcher, WatchedVideos.Found video, String document, long at) {
        boolean deleted = video.is("deleting");
        watcher.tell(video.id(), deleted ? "deleted" : "video", document, at);
        if (watcher.watchesOne() && (deleted || video.is("processed") || video.is("failed"))) {
            watcher.end();
        }
    }

    /** Draining waits for requests in flight, and these would never end by themselves; their clients come back. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        clock.shutdownNow();
        senders.shutdown();
        watchers.forEach(Watcher::complete);
    }
}
