package caravana.health;

import org.springframework.boot.actuate.health.AbstractHealthIndicator;
import org.springframework.boot.actuate.health.Health;
import org.springframework.boot.actuate.health.Status;
import org.springframework.dao.DataAccessException;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.stereotype.Component;

/**
 * Reports whether Redis is available. Without Redis, only live progress is missing, so the app is degraded and not
 * down.
 */
@Component
class ProgressHealthIndicator extends AbstractHealthIndicator {

    private static final Status DEGRADED = new Status("DEGRADED");

    private final StringRedisTemplate redis;

    ProgressHealthIndicator(StringRedisTemplate redis) {
        this.redis = redis;
    }

    @Override
    protected void doHealthCheck(Health.Builder health) {
        try {
            redis.execute((RedisCallback<String>) connection -> connection.ping());
            health.up();
        } catch (DataAccessException away) {
            health.status(DEGRADED).withDetail("missing", "live progress");
        }
    }
}
