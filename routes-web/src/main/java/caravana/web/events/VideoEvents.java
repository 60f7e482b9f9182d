package caravana.web.events;

import caravana.web.caller.Caller;
import caravana.web.http.Problem;
import caravana.web.http.Problems;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.SmartLifecycle;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;

/**
 * Finds the events for all open event streams: those of one video, until it no longer changes, and those of all videos
 * and webhooks of an account. Once in each period, the route {@code watch-videos} queries the database for all streams
 * together, and the result is compared with the previous one. Nothing here waits for a client.
 */
@Component
public class VideoEvents implements SmartLifecycle {

    /** The id of the route that finds the videos. */
    public static final String ROUTE = "watch-videos";

    private static final Logger log = LoggerFactory.getLogger(VideoEvents.class);

    /**
     * How far back a reconnecting client gets the changes that it missed. A client that was disconnected for longer
     * must read the list.
     */
    private static final Duration LOOK_BACK = Duration.ofHours(1);

    /**
     * The delay before the first round of a new stream, in milliseconds. Streams that open within it share the round.
     */
    private static final long FIRST_ROUND_MILLIS = 20;

    private final ProducerTemplate routes;
    private final Problems problems;
    private final EventsProperties settings;
    private final Set<EventStream> streams = ConcurrentHashMap.newKeySet();
    private final AtomicBoolean asked = new AtomicBoolean();
    // Not beans, because any Executor bean disables Spring Boot's own.
    private final ScheduledExecutorService rounds =
            Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("events-rounds-"));
    // Separate from the rounds, which wait for the database.
    private final ScheduledExecutorService upkeep =
            Executors.newSingleThreadScheduledExecutor(new CustomizableThreadFactory("events-upkeep-"));

    /** The states of the last round, by id. Only the thread of the rounds uses this and the following fields. */
    private Map<String, Found> known = Map.of();

    /** The time of the last round, in milliseconds of the database's clock; null when there were no streams. */
    private Long lastRound;

    private boolean failing;

    private volatile boolean running;
    private volatile boolean draining;

    VideoEvents(ProducerTemplate routes, Problems problems, EventsProperties settings) {
        this.routes = routes;
        this.problems = problems;
        this.settings = settings;
    }

    @Override
    public void start() {
        running = true;
        long millis = settings.period().toMillis();
        rounds.scheduleWithFixedDelay(this::round, millis, millis, TimeUnit.MILLISECONDS);
        upkeep.scheduleWithFixedDelay(this::lookAfter, millis, millis, TimeUnit.MILLISECONDS);
    }

    @Override
    public boolean isRunning() {
        return running;
    }

    /** Streams are ended after health turns 503. Until then, they count as requests in progress. */
    @Override
    public int getPhase() {
        return Integer.MAX_VALUE;
    }

    /** Ends all streams; their clients reconnect to another node. */
    @Override
    public void stop() {
        draining = true;
        running = false;
        rounds.shutdownNow();
        upkeep.shutdownNow();
        streams.forEach(EventStream::stop);
    }

    /** Returns whether the node is stopping, and accepts no more streams. */
    boolean isDraining() {
        return draining;
    }

    /**
     * Checks that the caller may watch a video.
     *
     * @throws Problem as {@code find-own-video} does
     */
    void check(Caller caller, String video) {
        ask("direct:find-own-video", exchange -> {
            exchange.setProperty("caller", caller);
            exchange.getMessage().setHeader("video_id", video);
        });
    }

    /** Adds a stream, which gets all changes until it leaves. */
    void join(EventStream stream) {
        streams.add(stream);
        if (draining) {
            stream.stop();
        } else if (asked.compareAndSet(false, true)) {
            try {
                rounds.schedule(this::round, FIRST_ROUND_MILLIS, TimeUnit.MILLISECONDS);
            } catch (RejectedExecutionException stopping) {
                stream.stop();
            }
        }
    }

    void leave(EventStream stream) {
        streams.remove(stream);
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
        try {
            List<EventStream> all = streams.stream().filter(EventStream::goesOn).toList();
            if (all.isEmpty()) {
                known = Map.of();
                lastRound = null;
            } else {
                tellChanges(all);
            }
            failing = false;
        } catch (Problem away) {
            // Nothing is lost: a later round finds these changes.
            if (!failing && !draining) {
                log.warn("Event streams send nothing until the database is available again: {}", away.getMessage());
            }
            failing = true;
        } catch (RuntimeException e) {
            // An exception would end the rounds.
            log.error("A round of events failed", e);
        }
    }

    private void tellChanges(List<EventStream> all) {
        Map<String, List<EventStream>> bySubject = all.stream().collect(Collectors.groupingBy(EventStream::subject));
        WatchedVideos.Findings findings = find(all);
        Map<String, Found> found = new HashMap<>();
        Map<String, Integer> foundOfOwner = new HashMap<>();
        Map<EventStream, List<Found>> news = new LinkedHashMap<>();
        for (Found latest : findings.all()) {
            Found earlier = known.get(latest.id());
            boolean changed = !latest.equals(earlier);
            // Unchanged states keep their object, because many streams may share it and its document.
            Found current = changed ? latest : earlier;
            found.put(current.id(), current);
            foundOfOwner.merge(current.owner(), 1, Integer::sum);
            for (String subject : List.of(current.id(), current.owner())) {
                for (EventStream stream : bySubject.getOrDefault(subject, List.of())) {
                    if (!stream.isInformed() || (changed && !latest.isReplay())) {
                        news.computeIfAbsent(stream, s -> new ArrayList<>()).add(current);
                    }
                }
            }
        }
        // Deleted, and purged before this round could see it. A finished video may be missing because it is old, any
        // other when its account has more than are watched.
        for (Found video : known.values()) {
            if (!found.containsKey(video.id())
                    && video.isUnfinished()
                    && foundOfOwner.getOrDefault(video.owner(), 0) < WatchedVideos.MOST) {
                for (EventStream stream : bySubject.getOrDefault(video.owner(), List.of())) {
                    news.computeIfAbsent(stream, s -> new ArrayList<>()).add(FoundVideo.gone(video.id()));
                }
            }
        }
        for (EventStream stream : all) {
            if (stream.watchesOne() && !found.containsKey(stream.subject())) {
                news.put(stream, List.of(FoundVideo.gone(stream.subject())));
            }
            stream.nowInformed();
        }
        if (findings.at() > 0) {
            lastRound = findings.at();
        }
        known = found;
        long at = lastRound == null ? 0 : lastRound;
        news.forEach((stream, videos) -> stream.tell(videos, at));
    }

    private WatchedVideos.Findings find(List<EventStream> all) {
        long now = System.currentTimeMillis();
        long oldest = now - LOOK_BACK.toMillis();
        Set<String> ids = new HashSet<>();
        Map<String, Long> since = new HashMap<>();
        for (EventStream stream : all) {
            if (stream.watchesOne()) {
                ids.add(stream.subject());
            } else {
                boolean returned = !stream.isInformed() && stream.since() != null;
                since.merge(stream.subject(), returned ? Math.max(stream.since(), oldest) : now, Math::min);
            }
        }
        return ask("direct:" + ROUTE, exchange -> {
                    exchange.setProperty("ids", ids);
                    exchange.setProperty("owners", since.keySet());
                    exchange.setProperty("since", since.values());
                    exchange.setProperty("last_round", lastRound);
                    exchange.setProperty("most", WatchedVideos.MOST);
                })
                .getMessage()
                .getBody(WatchedVideos.Findings.class);
    }

    private void lookAfter() {
        Instant now = Instant.now();
        for (EventStream stream : streams) {
            stream.lookAfter(now, settings.heartbeat(), settings.patience());
        }
    }
}
