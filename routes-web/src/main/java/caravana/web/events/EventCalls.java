package caravana.web.events;

import caravana.logging.LogContext;
import caravana.web.caller.Caller;
import caravana.web.caller.Callers;
import caravana.web.credential.Credentials;
import caravana.web.http.InFlight;
import caravana.web.http.Places;
import caravana.web.http.Problem;
import caravana.web.http.ProblemWriter;
import caravana.web.http.Problems;
import caravana.web.video.VideoDocument;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.servlet.AsyncContext;
import jakarta.servlet.http.HttpServletRequest;
import jakarta.servlet.http.HttpServletResponse;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.springframework.beans.factory.DisposableBean;
import org.springframework.http.MediaType;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.security.core.Authentication;
import org.springframework.security.core.context.SecurityContextHolder;
import org.springframework.stereotype.Component;
import org.springframework.web.HttpRequestHandler;
import org.springframework.web.servlet.HandlerMapping;

/**
 * Handles the addresses of the event streams. {@code GET} opens a stream. {@code HEAD} gets the same checks and
 * headers, and opens none.
 */
@Component
class EventCalls implements HttpRequestHandler, DisposableBean {

    /** The most videos that are looked up concurrently; each lookup uses a database connection. */
    private static final int CHECKS = 4;

    /** The longest time for which a call waits for its lookup. */
    private static final long CHECK_PATIENCE_NANOS = Duration.ofSeconds(5).toNanos();

    private final VideoEvents events;
    private final Credentials credentials;
    private final Places places;
    private final InFlight inFlight;
    private final VideoDocument documents;
    private final ObjectMapper mapper;
    private final Problems failures;
    private final ProblemWriter problems;
    // Not a bean, because any Executor bean disables Spring Boot's own. The places limit how many calls wait for it.
    private final ExecutorService checks =
            Executors.newFixedThreadPool(CHECKS, new CustomizableThreadFactory("events-check-"));

    EventCalls(
            VideoEvents events,
            Credentials credentials,
            EventsProperties settings,
            InFlight inFlight,
            VideoDocument documents,
            ObjectMapper mapper,
            Problems failures,
            ProblemWriter problems) {
        this.events = events;
        this.credentials = credentials;
        this.places = new Places(
                "event-streams",
                "event streams",
                "This account",
                "too_many_event_streams",
                settings.streams(),
                settings.streamsPerAccount());
        this.inFlight = inFlight;
        this.documents = documents;
        this.mapper = mapper;
        this.failures = failures;
        this.problems = problems;
    }

    @Override
    public void handleRequest(HttpServletRequest request, HttpServletResponse response) throws IOException {
        // Null for the address of all videos.
        Map<?, ?> path = (Map<?, ?>) request.getAttribute(HandlerMapping.URI_TEMPLATE_VARIABLES_ATTRIBUTE);
        String video = path == null ? null : (String) path.get("video_id");
        Opening opening = new Opening(Callers.current(), Callers.currentUntil(), video, lastEvent(request));
        try {
            places.take(opening.caller.id());
        } catch (Problem full) {
            problems.write(full, response);
            return;
        }
        places.rateLimit(opening.caller.id()).write(response);
        inFlight.begin();
        if (opening.video == null) {
            opening.proceed(request, response);
        } else {
            request.setAttribute(DispatchedRequest.NAME, opening);
            opening.request = request.startAsync();
            opening.request.setTimeout(0);
            checks.execute(opening);
        }
    }

    /**
     * Returns the time in the id of the last event that the client has; null without an id, or for an id that this app
     * did not send.
     */
    private static Long lastEvent(HttpServletRequest request) {
        String id = request.getHeader("Last-Event-ID");
        return id != null && id.matches("\\d{13}") ? Long.valueOf(id) : null;
    }

    @Override
    public void destroy() {
        checks.shutdown();
    }

    /** A call with a place, from its beginning until it is answered or its stream ends. */
    private final class Opening implements DispatchedRequest, Runnable {

        private final Caller caller;
        private final Instant until;
        private final Authentication credential =
                SecurityContextHolder.getContext().getAuthentication();
        private final String video;
        private final Long lastEvent;
        private final long begun = System.nanoTime();
        private AsyncContext request;
        private volatile Problem refusal;

        Opening(Caller caller, Instant until, String video, Long lastEvent) {
            this.caller = caller;
            this.until = until;
            this.video = video;
            this.lastEvent = lastEvent;
        }

        /** Looks up the video without occupying a thread of the container. */
        @Override
        public void run() {
            if (System.nanoTime() - begun > CHECK_PATIENCE_NANOS) {
                refusal = Problem.of(503);
            } else {
                try {
                    events.check(caller, video);
                } catch (RuntimeException e) {
                    refusal = failures.of(e);
                } finally {
                    LogContext.clear();
                }
            }
            request.dispatch(PATH);
        }

        @Override
        public void proceed(HttpServletRequest request, HttpServletResponse response) throws IOException {
            if (refusal == null && events.isDraining()) {
                refusal = new Problem(503, "busy", "This node is stopping; open the stream again.");
            }
            if (refusal != null) {
                leave();
                problems.write(refusal, response);
                return;
            }
            response.setContentType(MediaType.TEXT_EVENT_STREAM_VALUE);
            // Otherwise nginx would hold events back until a buffer is full.
            response.setHeader("X-Accel-Buffering", "no");
            if (request.getMethod().equals("HEAD")) {
                leave();
                return;
            }
            EventStream stream = new EventStream(
                    caller.getId(),
                    // In lower case, as the database writes ids.
                    video == null ? null : video.toLowerCase(Locale.ROOT),
                    lastEvent,
                    until,
                    () -> credentials.hold(credential),
                    documents,
                    mapper,
                    over -> {
                        events.leave(over);
                        leave();
                    });
            stream.open(request);
            events.join(stream);
        }

        private void leave() {
            places.leave(caller.id());
            inFlight.end();
        }
    }
}
