package caravana.web.identity;

import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/**
 * Redis for callers that can work without it. After a failure, Redis is not called for a second, so that requests do
 * not wait for it.
 */
@Component
class OptionalRedis {

    private static final Logger log = LoggerFactory.getLogger(OptionalRedis.class);
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(1);

    private final StringRedisTemplate redis;
    private volatile Long failedAt;

    OptionalRedis(StringRedisTemplate redis) {
        this.redis = redis;
    }

    /**
     * Runs a command.
     *
     * @param command must return a value that is not null
     * @return the value; empty while Redis is unavailable
     */
    <T> Optional<T> ask(Function<StringRedisTemplate, T> command) {
        Long failed = failedAt;
        if (failed != null && System.nanoTime() - failed < PAUSE_NANOS) {
            return Optional.empty();
        }
        try {
            Optional<T> answer = Optional.of(command.apply(redis));
            failedAt = null;
            return answer;
        } catch (DataAccessException unavailable) {
            if (failed == null) {
                log.warn(
                        "Redis is unavailable; this node counts attempts alone until it is available again: {}",
                        unavailable.getMessage());
            }
            failedAt = System.nanoTime();
            return Optional.empty();
        }
    }
}
