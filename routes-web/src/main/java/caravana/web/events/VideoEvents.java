package caravana.web.events;

import caravana.web.http.Caller;
import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import caravana.web.http.Problems;
import caravana.web.identity.Callers;
import caravana.web.video.VideoDocument;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.springframework.context.event.ContextClosedEvent;
import org.springframework.context.event.EventListener;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import org.springframework.web.bind.annotation.ExceptionHandler;
import org.springframework.web.bind.annotation.PathVariable;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * Streams what {@code show-video} says as server-sent events, whenever it changes, until it changes no more. What an
 * event says is the route's business; this class only asks it once a second for each watcher, and no watcher holds a
 * thread while it waits.
 */
@Component
public class VideoEvents {

    private static final int WATCHERS = 500;
    private static final int THREADS = 4;
    private static final long PERIOD_MILLIS = 1000;
    /** A comment every so many rounds, by which a client that is gone is noticed. */
    private static final int ROUNDS_PER_COMMENT = 15;

    private final ProducerTemplate routes;
    private final Problems problems;
    private final ProblemWriter writer;
    private final Set<Watcher> watchers = ConcurrentHashMap.newKeySet();
    // Not a bean: any Executor bean would switch Spring Boot's own off.
    private final ScheduledExecutorService clock =
            Executors.newScheduledThreadPool(THREADS, new CustomizableThreadFactory("events-"));

    VideoEvents(ProducerTemplate routes, Problems problems, ProblemWriter writer) {
        this.routes = routes;
        this.problems = problems;
        this.writer = writer;
    }

    /**
     * {@code GET /api/videos/{video_id}/events}.
     *
     * @throws Problem as {@code find-own-video} says; 503 {@code busy} when there are too many watchers
     */
    public SseEmitter watch(@PathVariable("video_id") String id) throws IOException {
        if (watchers.size() >= WATCHERS || clock.isShutdown()) {
            throw new Problem(503, "busy", "No more videos can be watched here; ask for the video itself instead.");
        }
        Watcher watcher = new Watcher(id, Callers.current());
        watcher.tell(describe(id, watcher.caller));
        watchers.add(watcher);
        watcher.rounds = clock.scheduleWithFixedDelay(watcher, PERIOD_MILLIS, PERIOD_MILLIS, TimeUnit.MILLISECONDS);
        return watcher.emitter;
    }

    @ExceptionHandler
    void refuse(Problem problem, HttpServletResponse response) throws IOException {
        writer.write(problem, response);
    }

    private Map<?, ?> describe(String id, Caller caller) {
        Exchange asked = routes.request("direct:describe-video", exchange -> {
            exchange.setProperty("caller", caller);
            exchange.getMessage().setHeader("video_id", id);
        });
        if (asked.getException() != null) {
            throw problems.of(asked.getException());
        }
        return asked.getMessage().getBody(Map.class);
    }

    /** Draining waits for requests in flight, and these would never end by themselves; their clients come back. */
    @EventListener(ContextClosedEvent.class)
    void stop() {
        clock.shutdownNow();
        watchers.forEach(watcher -> watcher.emitter.complete());
    }

    private final class Watcher implements Runnable {

        private final String id;
        private final Caller caller;
        private final SseEmitter emitter = new SseEmitter(0L);
        private Map<Object, Object> told = Map.of();
        private ScheduledFuture<?> rounds;
        private int silent;

        Watcher(String id, Caller caller) {
            this.id = id;
            this.caller = caller;
            Runnable leave = () -> {
                watchers.remove(this);
                if (rounds != null) {
                    rounds.cancel(false);
                }
            };
            emitter.onCompletion(leave);
            emitter.onError(gone -> leave.run());
        }

        @Override
        public void run() {
            try {
                tell(describe(id, caller));
            } catch (IOException | RuntimeException over) {
                // Deleted, a system away, or the client gone. One that is there asks again, and is told why.
                emitter.complete();
            }
        }

        private void tell(Map<?, ?> video) throws IOException {
            Map<Object, Object> content = VideoDocument.withoutLinks(video);
            if (!content.equals(told)) {
                told = content;
                silent = 0;
                emitter.send(SseEmitter.event().name("video").data(video));
            } else if (++silent % ROUNDS_PER_COMMENT == 0) {
                emitter.send(SseEmitter.event().comment("still there"));
            }
            if (Set.of("processed", "failed").contains(String.valueOf(video.get("status")))) {
                emitter.complete();
            }
        }
    }
}
