package caravana.web.identity;

import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.ZSetOperations;
import org.springframework.stereotype.Component;

/**
 * Which sources have logged in to which account before: for 90 days, the last 20 of each account. In Redis for all nodes;
 * what this node has seen itself it knows without Redis as well.
 */
@Component
class KnownSources {

    private static final Duration LIFE = Duration.ofDays(90);
    private static final int PER_ACCOUNT = 20;
    private static final int LOCAL_ENTRIES = 10_000;

    private final OptionalRedis redis;
    private final Pseudonyms pseudonyms;
    private final Clock clock;

    /** When each source that is known to this node logged in last, in milliseconds. */
    private final Map<String, Long> local = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > LOCAL_ENTRIES;
        }
    };

    @Autowired
    KnownSources(OptionalRedis redis, Pseudonyms pseudonyms) {
        this(redis, pseudonyms, Clock.systemUTC());
    }

    KnownSources(OptionalRedis redis, Pseudonyms pseudonyms, Clock clock) {
        this.redis = redis;
        this.pseudonyms = pseudonyms;
        this.clock = clock;
    }

    /** Whether the source has logged in to the account. */
    boolean know(String account, String source) {
        String name = pseudonyms.of(account, source);
        Long seen = seenHere(name);
        if (seen == null) {
            seen = redis.ask(r -> {
                        Double score = r.opsForZSet().score(key(account), name);
                        return score == null ? 0L : score.longValue();
                    })
                    .orElse(0L);
        }
        return clock.millis() - seen < LIFE.toMillis();
    }

    /** The source has logged in to the account, just now. */
    void remember(String account, String source) {
        String name = pseudonyms.of(account, source);
        long now = clock.millis();
        noteHere(name, now);
        redis.ask(r -> {
            ZSetOperations<String, String> sources = r.opsForZSet();
            sources.add(key(account), name, now);
            sources.removeRange(key(account), 0, -1L - PER_ACCOUNT);
            return r.expire(key(account), LIFE);
        });
    }

    /** Nothing is known of the account any more; what this node remembers has no name that could be looked up. */
    void forget(String account) {
        redis.ask(r -> r.delete(key(account)));
    }

    private String key(String account) {
        return "log-in-known-sources:" + pseudonyms.of(account);
    }

    private synchronized Long seenHere(String name) {
        return local.get(name);
    }

    private synchronized void noteHere(String name, long now) {
        local.put(name, now);
    }
}
