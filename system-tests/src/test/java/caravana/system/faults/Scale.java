package caravana.system.faults;

import caravana.test.Waits;
import java.time.Duration;

/**
 * The times of a run, as the product has them by default, shortened by one factor.
 *
 * @param factor 1 for the product's own times; smaller is faster
 */
public record Scale(double factor) {

    Duration heartbeat() {
        return scaled(12);
    }

    Duration lease() {
        return scaled(36);
    }

    /** Rounded up: SQS counts in whole seconds. */
    int visibilitySeconds() {
        return (int) Math.ceil(60 * factor);
    }

    Duration backoff() {
        return scaled(10);
    }

    /** Not the product's 15 min: a job that fails five times waits between all of them, and nothing else happens. */
    Duration maxBackoff() {
        return scaled(15);
    }

    Duration reconcilerPeriod() {
        return scaled(30);
    }

    Duration probe() {
        return scaled(10);
    }

    private Duration scaled(int seconds) {
        return Duration.ofMillis(Math.round(seconds * 1000 * factor));
    }

    /** The apps' settings for these times, as Spring reads them from {@code SPRING_APPLICATION_JSON}. */
    public String settings(Duration grace) {
        return """
                {"caravana": {
                  "worker": {"heartbeat": "%1$dms", "lease": "%2$dms", "backoff": "%3$dms", "max-backoff": "%13$dms",
                             "probe": "%4$dms",
                             "grace": "%5$dms", "disk-reserve": "50MB"},
                  "sqs": {"visibility-seconds": %6$d, "call-timeout": "%7$dms", "long-poll-seconds": 2},
                  "media": {"base-time-limit": "20m"},
                  "upload": {"patience": "20s"},
                  "reconciler": {"period": "%8$dms", "unpublished": "%8$dms", "resend": "%9$dms"}},
                 "spring": {"lifecycle": {"timeout-per-shutdown-phase": "%12$dms"}, "datasource": {"hikari": {
                  "connection-timeout": %10$d, "validation-timeout": 250,
                  "data-source-properties": {"socketTimeout": "%11$d"}}}}}
                """.formatted(
                        heartbeat().toMillis(),
                        lease().toMillis(),
                        backoff().toMillis(),
                        probe().toMillis(),
                        grace.toMillis(),
                        visibilitySeconds(),
                        heartbeat().toMillis() * 2 / 3,
                        reconcilerPeriod().toMillis(),
                        5 * reconcilerPeriod().toMillis(),
                        Math.max(250, Math.round(5000 * factor)),
                        Math.max(1, Math.round(10 * factor)),
                        // A stop that hangs is seen, and not ended by the app itself.
                        Waits.LIMIT.multipliedBy(2).toMillis(),
                        maxBackoff().toMillis());
    }
}
