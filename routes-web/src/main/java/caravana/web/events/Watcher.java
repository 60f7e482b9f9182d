package caravana.web.events;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import org.springframework.http.MediaType;
import org.springframework.web.servlet.mvc.method.annotation.SseEmitter;

/**
 * One client that watches. Events are put down here and sent by a thread of a pool, so that a client that reads slowly
 * holds nobody up; of a video that changes meanwhile, only the last state is kept.
 */
final class Watcher {

    private static final MediaType TEXT = new MediaType("text", "plain", StandardCharsets.UTF_8);

    private final String subject;
    private final boolean one;
    private final Long since;
    private final Instant until;
    private final Executor senders;
    private final SseEmitter emitter = new SseEmitter(0L);
    private final Map<String, SseEmitter.SseEventBuilder> waiting = new LinkedHashMap<>();
    private boolean sending;
    private boolean last;
    private volatile boolean over;
    private long lastSent = System.nanoTime();

    /** Only the thread that looks for changes asks and sets it. */
    private boolean informed;

    /**
     * @param subject the id of the video, or of the account whose videos are watched
     * @param one whether it is a video
     * @param since the time of the last event that the client knows; null when it knows nothing
     * @param until when the client's token expires
     */
    Watcher(String subject, boolean one, Long since, Instant until, Executor senders) throws IOException {
        this.subject = subject;
        this.one = one;
        this.since = since;
        this.until = until;
        this.senders = senders;
        // With it the client gets the answer's head, even if there is no video to tell of yet.
        emitter.send(SseEmitter.event().reconnectTime(2000).comment("open"));
    }

    String subject() {
        return subject;
    }

    boolean watchesOne() {
        return one;
    }

    Long since() {
        return since;
    }

    SseEmitter emitter() {
        return emitter;
    }

    /** Whether it has been told how things stand. */
    boolean isInformed() {
        return informed;
    }

    void nowInformed() {
        informed = true;
    }

    boolean isExpired(Instant now) {
        return now.isAfter(until);
    }

    /** Tells it of a video; what it was to be told of the same one before is forgotten. */
    synchronized void tell(String video, String name, String data, long at) {
        waiting.remove(video);
        waiting.put(video, SseEmitter.event().name(name).id(String.valueOf(at)).data(data, TEXT));
        send();
    }

    /** Sends a comment if it has heard nothing for that long. */
    synchronized void remind(Duration silence) {
        if (System.nanoTime() - lastSent >= silence.toNanos()) {
            waiting.putIfAbsent("", SseEmitter.event().comment("still there"));
            send();
        }
    }

    /** Ends the stream once everything is sent. */
    synchronized void end() {
        last = true;
        send();
    }

    private void send() {
        lastSent = System.nanoTime();
        if (!sending) {
            sending = true;
            senders.execute(this::sendWaiting);
        }
    }

    private void sendWaiting() {
        try {
            for (List<SseEmitter.SseEventBuilder> events = take(); !events.isEmpty(); events = take()) {
                for (SseEmitter.SseEventBuilder event : events) {
                    emitter.send(event);
                }
            }
        } catch (IOException | IllegalStateException gone) {
            // Its client left; nobody is to be told.
            complete();
        }
    }

    /** Ends the stream at once. */
    void complete() {
        over = true;
        emitter.complete();
    }

    /** Whether it has ended. */
    boolean isOver() {
        return over;
    }

    private synchronized List<SseEmitter.SseEventBuilder> take() {
        List<SseEmitter.SseEventBuilder> events = new ArrayList<>(waiting.values());
        waiting.clear();
        if (events.isEmpty()) {
            sending = false;
            if (last) {
                complete();
            }
        }
        return events;
    }
}
