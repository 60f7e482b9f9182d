package caravana.web.events;

import caravana.web.StatementParameters;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeProperty;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.RedisOperations;
import org.springframework.data.redis.core.SessionCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/** What {@code watch-videos} asks of database and Redis, and what it makes of their answers. */
@Component("watchedVideos")
public class WatchedVideos {

    private final StringRedisTemplate redis;

    WatchedVideos(StringRedisTemplate redis) {
        this.redis = redis;
    }

    /**
     * A video as it was found.
     *
     * @param row a row of {@code watch-videos.sql}
     * @param progress what its worker last told Redis; null when nobody is at it
     */
    public record Found(Map<String, Object> row, Map<String, String> progress) {

        /** A video that is not there any more. */
        static Found gone(String id) {
            return new Found(Map.of("video_id", id, "status", "deleting"), null);
        }

        String id() {
            return (String) row.get("video_id");
        }

        String owner() {
            return (String) row.get("owner_id");
        }

        boolean is(String status) {
            return status.equals(row.get("status"));
        }
    }

    /**
     * All that was found at one time.
     *
     * @param at milliseconds of the database's clock; 0 when nothing was found
     */
    public record Findings(long at, List<Found> videos) {}

    /** Sets the parameters of {@code watch-videos.sql}. */
    public void ask(Exchange exchange) {
        Map<String, Object> parameters = new HashMap<>();
        parameters.put("ids", array(exchange.getProperty("ids", Set.class)));
        parameters.put("owners", array(exchange.getProperty("owners", Set.class)));
        parameters.put("since", exchange.getProperty("since"));
        StatementParameters.set(exchange, parameters);
    }

    /** UUIDs as PostgreSQL writes an array of them. */
    private static String array(Set<?> ids) {
        return ids.toString().replace('[', '{').replace(']', '}');
    }

    /**
     * Live progress of those that are being processed, by id; of all of them in one round trip.
     *
     * @throws DataAccessException when Redis is away
     */
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
                ids.forEach(id -> strings.opsForHash().entries("progress:" + id));
                return null;
            }
        });
        Map<String, Object> byId = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            byId.put(ids.get(i), entries.get(i));
        }
        return byId;
    }

    /** Puts rows and progress together. */
    public Findings compose(
            @ExchangeProperty("rows") List<Map<String, Object>> rows,
            @ExchangeProperty("progress") Map<String, Map<String, String>> progress) {
        long at = rows.isEmpty() ? 0 : ((Number) rows.get(0).get("asked_at")).longValue();
        List<Found> videos = rows.stream()
                .map(row -> {
                    Map<String, Object> content = new LinkedHashMap<>(row);
                    // Otherwise each round would find everything changed.
                    content.remove("asked_at");
                    return new Found(content, progress == null ? null : progress.get(row.get("video_id")));
                })
                .toList();
        return new Findings(at, videos);
    }
}
