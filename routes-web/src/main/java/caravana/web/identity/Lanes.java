package caravana.web.identity;

import caravana.web.http.Problem;
import caravana.web.http.RateLimit;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.script.RedisScript;
import org.springframework.stereotype.Component;

/**
 * Counts attempts before they are made: in Redis, for all nodes together, or in the memory of this node while Redis is
 * unavailable. An attempt increases all of its {@link Lane}s or none, in one step. So parallel attempts get no further
 * than the same number of attempts one after the other.
 */
@Component
class Lanes {

    /**
     * Counts an attempt. Returns the milliseconds to wait when it must wait; otherwise the negative number of further
     * attempts that need not wait. {@link LocalLanes} does the same. The script uses the clock of Redis, because the
     * clocks of nodes may differ.
     */
    private static final RedisScript<Long> RESERVE = RedisScript.of("""
            local time = redis.call('TIME')
            local now = time[1] * 1000 + math.floor(time[2] / 1000)
            local lanes, wait = {}, 0
            for i, key in ipairs(KEYS) do
              local free, step, first, max = unpack(ARGV, 4 * i - 3, 4 * i)
              local state = redis.call('HMGET', key, 'counted', 'since', 'next')
              local counted, since = tonumber(state[1] or 0), tonumber(state[2] or now)
              local forgotten = math.min(counted, math.floor((now - since) / step))
              counted = counted - forgotten
              since = counted == 0 and now or since + forgotten * step
              wait = math.max(wait, tonumber(state[3] or 0) - now)
              lanes[i] = {key, counted + 1, since, tonumber(free), tonumber(step), tonumber(first), tonumber(max)}
            end
            if wait > 0 then
              return wait
            end
            local left = math.huge
            for _, lane in ipairs(lanes) do
              local key, counted, since, free, step, first, max = unpack(lane)
              left = math.min(left, math.max(0, free - counted))
              local delay = counted < free and 0 or math.min(first * 2 ^ (counted - free), max)
              redis.call('HSET', key, 'counted', counted, 'since', since, 'next', now + delay)
              redis.call('PEXPIRE', key, counted * step + delay)
            end
            return -left
            """, Long.class);

    private static final RedisScript<Long> GIVE_BACK = RedisScript.of("""
            for _, key in ipairs(KEYS) do
              local counted = tonumber(redis.call('HGET', key, 'counted') or 0)
              if counted > 1 then
                redis.call('HSET', key, 'counted', counted - 1, 'next', 0)
              else
                redis.call('DEL', key)
              end
            end
            return 0
            """, Long.class);

    private final OptionalRedis redis;
    private final LocalLanes local;

    @Autowired
    Lanes(OptionalRedis redis) {
        this(redis, new LocalLanes(Clock.systemUTC()));
    }

    Lanes(OptionalRedis redis, LocalLanes local) {
        this.redis = redis;
        this.local = local;
    }

    /**
     * The result of counting an attempt.
     *
     * @param delay how long to wait before the next try; zero when the attempt is counted and may be made
     * @param lanes the counters that were increased
     * @param shared whether Redis counted the attempt
     * @param left further attempts that need not wait
     */
    record Place(Duration delay, List<Lane> lanes, boolean shared, long left) {

        /**
         * Returns the rate limit for the client: the limit of the first counter, and the number of attempts that all
         * counters allow.
         */
        RateLimit rateLimit(String policy) {
            Lane first = lanes.get(0);
            Duration reset = delay.isZero() ? Duration.ofMillis(first.stepMillis()) : delay;
            return new RateLimit(
                    policy,
                    first.free(),
                    first.window().toSeconds(),
                    left,
                    reset.plusMillis(999).toSeconds());
        }
    }

    /** Counts an attempt in all of these counters, or in none. */
    Place reserve(List<Lane> lanes) {
        Optional<Long> wait = redis.ask(r -> r.execute(
                RESERVE,
                keys(lanes),
                lanes.stream()
                        .flatMap(lane -> Stream.of(
                                lane.free(),
                                lane.stepMillis(),
                                lane.firstDelay().toMillis(),
                                lane.maxDelay().toMillis()))
                        .map(String::valueOf)
                        .toArray()));
        long outcome = wait.orElseGet(() -> local.reserve(lanes));
        return new Place(Duration.ofMillis(Math.max(0, outcome)), lanes, wait.isPresent(), Math.max(0, -outcome));
    }

    /** Reverses the count of an attempt that was correct or could not be checked. */
    void giveBack(Place place) {
        if (place.shared()) {
            redis.ask(r -> r.execute(GIVE_BACK, keys(place.lanes())));
        } else {
            local.giveBack(place.lanes());
        }
    }

    /**
     * Returns 429 for an attempt that must wait, with the seconds until it may be made.
     *
     * @param what the counted attempts in the plural, as a part of the sentence
     */
    static Problem refusal(String code, String what, Duration wait) {
        int seconds = (int) wait.plusMillis(999).toSeconds();
        return new Problem(429, code, "%s. Wait %d s, then try again.".formatted(what, seconds), seconds);
    }

    private static List<String> keys(List<Lane> lanes) {
        return lanes.stream().map(Lane::key).toList();
    }
}
