package caravana.web.events;

import caravana.checks.StepOnly;
import caravana.job.LiveProgress;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.apache.camel.ExchangeProperty;
import org.apache.camel.Variable;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/** The parameters of the statements and Redis commands in {@code watch-videos}, and the conversion of their results. */
@Component("watchedVideos")
public class WatchedVideos {

    /** The most videos of one account that are watched concurrently: those that changed last. */
    static final int MOST = 1000;

    private final StringRedisTemplate redis;

    WatchedVideos(StringRedisTemplate redis) {
        this.redis = redis;
    }

    /**
     * All states of one round, in the order of their changes.
     *
     * @param at milliseconds of the database's clock; 0 when nothing was found
     */
    record Findings(long at, List<Found> all) {}

    /**
     * Reads the live progress of the videos that are being processed, by id, in one round trip.
     *
     * @throws DataAccessException when Redis is unavailable
     */
    @StepOnly
    public Map<String, Object> progress(@ExchangeProperty("rows") List<Map<String, Object>> rows) {
        List<String> ids = rows.stream()
                .filter(row -> "processing".equals(row.get("status")))
                .map(row -> (String) row.get("video_id"))
                .toList();
        if (ids.isEmpty()) {
            return Map.of();
        }
        List<Object> entries = redis.executePipelined(new SessionCallback<Object>() {
            @Override
            @SuppressWarnings("unchecked")
            public <K, V> Object execute(RedisOperations<K, V> operations) {
                RedisOperations<String, String> strings = (RedisOperations<String, String>) operations;
                ids.forEach(id -> strings.opsForHash().entries(LiveProgress.keyOf(id)));
                return null;
            }
        });
        Map<String, Object> byId = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            byId.put(ids.get(i), entries.get(i));
        }
        return byId;
    }

    /** Combines rows, live progress and webhooks to {@link Findings}. */
    public Object compose(
            @ExchangeProperty("rows") List<Map<String, Object>> rows,
            @ExchangeProperty("webhooks") List<Map<String, Object>> webhooks,
            @Variable("progress_by_video") Map<String, Map<String, String>> progress) {
        long at = Stream.concat(rows.stream(), webhooks.stream())
                .findFirst()
                .map(row -> ((Number) row.get("asked_at")).longValue())
                .orElse(0L);
        Stream<Found> videos = rows.stream().map(row -> {
            Map<String, Object> content = new LinkedHashMap<>(row);
            // These fields change all the time, so every round would find changes.
            content.remove("asked_at");
            boolean replay = Boolean.TRUE.equals(content.remove("replay"));
            return new FoundVideo(
                    content, progress == null ? null : progress.get((String) row.get("video_id")), replay);
        });
        Stream<Found> disabled = webhooks.stream()
                .map(row -> new DisabledWebhook(
                        (String) row.get("webhook_id"),
                        (String) row.get("owner_id"),
                        (String) row.get("event_id"),
                        (String) row.get("content"),
                        (Boolean) row.get("replay")));
        return new Findings(at, Stream.concat(videos, disabled).toList());
    }
}
