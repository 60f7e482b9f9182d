package caravana.web.identity;

import caravana.web.http.Problem;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.Clock;
import java.time.Duration;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * Counts failed log-ins per account and per client address, for all nodes together in Redis. While Redis is away, each
 * node counts alone.
 */
@Component
public class FailedLogIns {

    private static final Logger log = LoggerFactory.getLogger(FailedLogIns.class);

    /** One step, so that no count can be left without an end. */
    private static final RedisScript<Long> COUNT = RedisScript.of(
            "local n = redis.call('INCR', KEYS[1]) if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end return n",
            Long.class);

    private final IdentityProperties.Failures limits;
    private final StringRedisTemplate redis;
    private final Alone alone;

    FailedLogIns(IdentityProperties identity, StringRedisTemplate redis) {
        this.limits = identity.failures();
        this.redis = redis;
        this.alone = new Alone(limits.window(), Clock.systemUTC());
    }

    /** @throws Problem 429 {@code too_many_attempts} when one of the limits is reached */
    public void check(String email, String address) {
        if (failures(account(email)) >= limits.perAccount() || failures(address(address)) >= limits.perAddress()) {
            throw new Problem(
                    429,
                    "too_many_attempts",
                    "Too many failed log-ins; wait " + limits.window().toMinutes() + " minutes, then try again.",
                    (int) limits.window().toSeconds());
        }
    }

    /** Counts a failure. */
    public void count(String email, String address) {
        for (String key : List.of(account(email), address(address))) {
            try {
                redis.execute(
                        COUNT, List.of(key), String.valueOf(limits.window().toMillis()));
            } catch (DataAccessException away) {
                log.warn("Failed log-ins are counted by this node alone: {}", away.getMessage());
                alone.count(key);
            }
        }
    }

    /** Whoever knows the password is no longer suspected of guessing it. */
    public void forget(String email) {
        alone.forget(account(email));
        try {
            redis.delete(account(email));
        } catch (DataAccessException away) {
            log.debug("Redis is away: {}", away.getMessage());
        }
    }

    private long failures(String key) {
        try {
            String count = redis.opsForValue().get(key);
            return Math.max(count == null ? 0 : Long.parseLong(count), alone.failures(key));
        } catch (DataAccessException away) {
            return alone.failures(key);
        }
    }

    /** Hashed: Redis is no place for e-mail addresses. */
    private static String account(String email) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(email.getBytes(StandardCharsets.UTF_8));
            return "log-in-failures:account:" + HexFormat.of().formatHex(hash);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    private static String address(String address) {
        return "log-in-failures:address:" + address;
    }

    /** The counts of this node; the oldest go when there are too many of them. */
    static final class Alone {

        private static final int ENTRIES = 10_000;

        private final Duration window;
        private final Clock clock;
        private final Map<String, Entry> entries = new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, Entry> eldest) {
                return size() > ENTRIES;
            }
        };

        Alone(Duration window, Clock clock) {
            this.window = window;
            this.clock = clock;
        }

        synchronized void count(String key) {
            long now = clock.millis();
            entries.merge(
                    key,
                    new Entry(1, now + window.toMillis()),
                    (old, first) -> old.end() <= now ? first : new Entry(old.failures() + 1, old.end()));
        }

        synchronized long failures(String key) {
            Entry entry = entries.get(key);
            return entry == null || entry.end() <= clock.millis() ? 0 : entry.failures();
        }

        synchronized void forget(String key) {
            entries.remove(key);
        }

        private record Entry(long failures, long end) {}
    }
}
