package caravana.web.identity;

import caravana.checks.StepOnly;
import caravana.web.reconcile.RetentionProperties;
import java.time.Clock;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.ZSetOperations;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * Remembers from which sources an account has logged in: the last 20 of each account, for the time that the settings of
 * retention give. They are in Redis, for all nodes. Each node also keeps those that it has seen itself, for when Redis
 * is unavailable.
 */
@Component("knownSources")
public class KnownSources {

    private static final String PREFIX = "log-in-known-sources:";

    /**
     * Removes expired sources of some accounts, and returns the cursor of the next accounts. Redis deletes the set of
     * an account when it is empty.
     */
    private static final RedisScript<String> SWEEP = RedisScript.of("""
            local found = redis.call('SCAN', ARGV[1], 'MATCH', ARGV[2], 'COUNT', 1000)
            for _, key in ipairs(found[2]) do
              redis.call('ZREMRANGEBYSCORE', key, '-inf', '(' .. ARGV[3])
            end
            return found[1]
            """, String.class);

    private static final int PER_ACCOUNT = 20;
    private static final int LOCAL_ENTRIES = 10_000;

    private final OptionalRedis redis;
    private final Pseudonyms pseudonyms;
    private final Duration life;
    private final Clock clock;

    /** The cursor of the next sweep, as Redis returned it. */
    private String cursor = "0";

    /** The time of the last log-in from each source that this node knows, in milliseconds. */
    private final Map<String, Long> local = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > LOCAL_ENTRIES;
        }
    };

    @Autowired
    KnownSources(OptionalRedis redis, Pseudonyms pseudonyms, RetentionProperties retention) {
        this(redis, pseudonyms, retention.logInAddresses(), Clock.systemUTC());
    }

    KnownSources(OptionalRedis redis, Pseudonyms pseudonyms, Duration life, Clock clock) {
        this.redis = redis;
        this.pseudonyms = pseudonyms;
        this.life = life;
        this.clock = clock;
    }

    /** Returns whether the source has logged in to the account before. */
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
        return clock.millis() - seen < life.toMillis();
    }

    /** Remembers that the source has just logged in to the account. */
    void remember(String account, String source) {
        String name = pseudonyms.of(account, source);
        long now = clock.millis();
        noteHere(name, now);
        redis.ask(r -> {
            ZSetOperations<String, String> sources = r.opsForZSet();
            sources.add(key(account), name, now);
            sources.removeRange(key(account), 0, -1L - PER_ACCOUNT);
            return r.expire(key(account), life);
        });
    }

    /**
     * Deletes all sources of the account in Redis. The entries of this node stay: without the account's name, they
     * cannot be found, and they expire.
     */
    void forget(String account) {
        redis.ask(r -> r.delete(key(account)));
    }

    /** Deletes expired sources of a few accounts. Each call continues with the next accounts. */
    @StepOnly
    public synchronized void sweep() {
        long oldest = clock.millis() - life.toMillis();
        local.values().removeIf(seen -> seen < oldest);
        cursor = redis.ask(r -> r.execute(SWEEP, List.of(), cursor, PREFIX + "*", String.valueOf(oldest)))
                .orElse(cursor);
    }

    private String key(String account) {
        return PREFIX + pseudonyms.of(account);
    }

    private synchronized Long seenHere(String name) {
        return local.get(name);
    }

    private synchronized void noteHere(String name, long now) {
        local.put(name, now);
    }
}
