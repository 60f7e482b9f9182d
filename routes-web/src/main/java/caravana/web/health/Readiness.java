package caravana.web.health;

import caravana.aws.BucketProperties;
import caravana.aws.QueueProperties;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Whether the systems behind web answer. Anybody may ask, so they are asked at most once a second, by one request at a
 * time, and each has two seconds to answer.
 */
@Component("readiness")
public class Readiness {

    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Map<String, Check> checks = new LinkedHashMap<>();
    private Map<String, String> systems = Map.of();
    private long asked;

    Readiness(
            JdbcTemplate jdbc,
            S3Client s3,
            BucketProperties storage,
            SqsClient sqs,
            QueueProperties queue,
            StringRedisTemplate redis) {
        JdbcTemplate impatient = new JdbcTemplate(jdbc.getDataSource());
        impatient.setQueryTimeout((int) PATIENCE.toSeconds());
        checks.put("database", () -> impatient.queryForObject("SELECT 1", Integer.class));
        checks.put(
                "store",
                () -> s3.headBucket(
                        b -> b.bucket(storage.bucket()).overrideConfiguration(o -> o.apiCallTimeout(PATIENCE))));
        checks.put(
                "queue",
                () -> sqs.getQueueAttributes(
                        q -> q.queueUrl(queue.queueUrl()).overrideConfiguration(o -> o.apiCallTimeout(PATIENCE))));
        checks.put("progress", () -> redis.execute((RedisCallback<String>) c -> c.ping()));
    }

    private interface Check {
        void run();
    }

    /** Makes the answer: 200, or 503 when anything but live progress is missing. */
    public void answer(Exchange exchange) {
        Map<String, String> states = states();
        boolean down = states.entrySet().stream()
                .anyMatch(s -> s.getValue().equals("down") && !s.getKey().equals("progress"));
        String status = down ? "down" : states.containsValue("down") ? "degraded" : "ok";
        exchange.getMessage().removeHeaders("*");
        if (down) {
            exchange.getMessage().setHeader(Exchange.HTTP_RESPONSE_CODE, 503);
            exchange.getMessage().setHeader("Retry-After", PATIENCE.toSeconds());
        }
        Map<String, Object> document = new LinkedHashMap<>();
        document.put("status", status);
        document.put("systems", states);
        exchange.getMessage().setBody(document);
    }

    private synchronized Map<String, String> states() {
        if (systems.isEmpty() || System.nanoTime() - asked > FRESH.toNanos()) {
            Map<String, String> states = new LinkedHashMap<>();
            checks.forEach((name, check) -> states.put(name, answers(check) ? "up" : "down"));
            systems = states;
            asked = System.nanoTime();
        }
        return systems;
    }

    private static boolean answers(Check check) {
        try {
            check.run();
            return true;
        } catch (RuntimeException away) {
            return false;
        }
    }
}
