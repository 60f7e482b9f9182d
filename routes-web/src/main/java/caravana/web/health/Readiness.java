package caravana.web.health;

import caravana.aws.BucketProperties;
import caravana.aws.QueueProperties;
import caravana.checks.StepOnly;
import caravana.web.http.Problem;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.apache.camel.Exchange;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.data.redis.core.RedisCallback;
import org.springframework.data.redis.core.StringRedisTemplate;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.scheduling.concurrent.CustomizableThreadFactory;
import org.springframework.stereotype.Component;
import software.amazon.awssdk.services.s3.S3Client;
import software.amazon.awssdk.services.sqs.SqsClient;

/**
 * Checks whether the systems that web needs respond. The result is valid for a second, because anyone may request it,
 * and separate threads check once for all requests. The first request after that second waits for the new result.
 * Others get the previous one, if it is not older than ten seconds.
 *
 * <p>A system that has not responded within two seconds counts as unavailable, so no request waits longer.
 */
@Component("readiness")
public class Readiness {

    private static final Duration FRESH = Duration.ofSeconds(1);
    private static final Duration USABLE = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Map<String, Check> checks = new LinkedHashMap<>();
    private final LongSupplier nanoTime;
    private final Executor threads = Executors.newCachedThreadPool(daemons());
    private volatile States last;
    private CompletableFuture<States> running;

    @Autowired
    Readiness(
            JdbcTemplate jdbc,
            S3Client s3,
            BucketProperties storage,
            SqsClient sqs,
            QueueProperties queue,
            StringRedisTemplate redis) {
        this(questions(jdbc, s3, storage, sqs, queue, redis), System::nanoTime);
    }

    /**
     * @param questions a check of each system, by its name; it throws when the system is unavailable
     * @param nanoTime a clock in nanoseconds, from any starting point
     */
    Readiness(Map<String, Runnable> questions, LongSupplier nanoTime) {
        questions.forEach((system, question) -> checks.put(system, new Check(question)));
        this.nanoTime = nanoTime;
    }

    private static Map<String, Runnable> questions(
            JdbcTemplate jdbc,
            S3Client s3,
            BucketProperties storage,
            SqsClient sqs,
            QueueProperties queue,
            StringRedisTemplate redis) {
        JdbcTemplate impatient = new JdbcTemplate(jdbc.getDataSource());
        impatient.setQueryTimeout((int) PATIENCE.toSeconds());
        Map<String, Runnable> questions = new LinkedHashMap<>();
        questions.put("database", () -> impatient.queryForObject("SELECT 1", Integer.class));
        questions.put(
                "store",
                () -> s3.headBucket(
                        b -> b.bucket(storage.bucket()).overrideConfiguration(o -> o.apiCallTimeout(PATIENCE))));
        questions.put(
                "queue",
                () -> sqs.getQueueAttributes(
                        q -> q.queueUrl(queue.queueUrl()).overrideConfiguration(o -> o.apiCallTimeout(PATIENCE))));
        questions.put("progress", () -> redis.execute((RedisCallback<String>) c -> c.ping()));
        return questions;
    }

    /** The results of a round of checks, and their time. */
    private record States(Map<String, String> systems, long nanoTime) {}

    /** Composes the answer: 200, or 503 when a system other than live progress is unavailable. */
    @StepOnly
    public void answer(Exchange exchange) {
        Map<String, String> states = states().systems();
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

    private States states() {
        States known = last;
        if (known != null && isWithin(FRESH, known)) {
            return known;
        }
        CompletableFuture<States> round;
        boolean mine = false;
        synchronized (this) {
            if (running == null || running.isDone()) {
                running = ask();
                mine = true;
            }
            round = running;
        }
        return !mine && known != null && isWithin(USABLE, known) ? known : awaited(round);
    }

    private boolean isWithin(Duration age, States known) {
        return nanoTime.getAsLong() - known.nanoTime() <= age.toNanos();
    }

    /** Checks all systems concurrently. */
    private CompletableFuture<States> ask() {
        Map<String, CompletableFuture<Boolean>> answers = new LinkedHashMap<>();
        checks.forEach((name, check) -> answers.put(name, check.ask(threads)));
        return CompletableFuture.allOf(answers.values().toArray(CompletableFuture[]::new))
                .thenApply(all -> {
                    Map<String, String> systems = new LinkedHashMap<>();
                    answers.forEach((name, up) -> systems.put(name, up.join() ? "up" : "down"));
                    last = new States(systems, nanoTime.getAsLong());
                    return last;
                });
    }

    private static CustomizableThreadFactory daemons() {
        CustomizableThreadFactory threads = new CustomizableThreadFactory("readiness-");
        threads.setDaemon(true);
        return threads;
    }

    private static States awaited(CompletableFuture<States> round) {
        try {
            // Slightly longer than a check can take.
            return round.get(2 * PATIENCE.toSeconds(), TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            throw new IllegalStateException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw Problem.of(503);
        }
    }

    /**
     * The check of one system. A system that has not answered is not checked again, so that it occupies only one
     * thread.
     */
    private static final class Check {

        private final Runnable question;
        private CompletableFuture<Boolean> asked = CompletableFuture.completedFuture(false);

        Check(Runnable question) {
            this.question = question;
        }

        /**
         * Completes with whether the system answered, after two seconds at the latest. Only one thread may call it at a
         * time.
         */
        CompletableFuture<Boolean> ask(Executor threads) {
            if (asked.isDone()) {
                asked = CompletableFuture.supplyAsync(this::answers, threads);
            }
            return asked.copy().completeOnTimeout(false, PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        }

        private boolean answers() {
            try {
                question.run();
                return true;
            } catch (RuntimeException unavailable) {
                return false;
            }
        }
    }
}
