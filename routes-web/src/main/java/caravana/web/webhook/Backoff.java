package caravana.web.webhook;

import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;

/** Calculates when a failed delivery is tried again. */
final class Backoff {

    /** The longest delay that a receiver may request. */
    private static final Duration LONGEST = Duration.ofHours(24);

    /** The statuses whose {@code Retry-After} is used. */
    private static final Set<Integer> BUSY = Set.of(429, 503);

    private static final double JITTER = 0.1;

    private final List<Duration> delays;

    Backoff(List<Duration> delays) {
        this.delays = List.copyOf(delays);
    }

    /**
     * Returns the time until the next try; null when there is no further try.
     *
     * @param tries the number of tries so far
     * @param status of the answer; null when there was no answer
     * @param retryAfter the answer's header, in seconds or as a date; null for none
     */
    Duration after(int tries, Integer status, String retryAfter) {
        if (tries > delays.size()) {
            return null;
        }
        double factor = 1 + JITTER * (2 * ThreadLocalRandom.current().nextDouble() - 1);
        Duration own = Duration.ofMillis((long) (delays.get(tries - 1).toMillis() * factor));
        Duration asked = status != null && BUSY.contains(status) ? asked(retryAfter) : Duration.ZERO;
        return own.compareTo(asked) > 0 ? own : asked;
    }

    private static Duration asked(String retryAfter) {
        Duration asked = Duration.ZERO;
        if (retryAfter != null && retryAfter.strip().matches("\\d{1,9}")) {
            asked = Duration.ofSeconds(Long.parseLong(retryAfter.strip()));
        } else if (retryAfter != null) {
            try {
                Instant until = ZonedDateTime.parse(retryAfter.strip(), DateTimeFormatter.RFC_1123_DATE_TIME)
                        .toInstant();
                asked = Duration.between(Instant.now(), until);
            } catch (DateTimeParseException neither) {
                return Duration.ZERO;
            }
        }
        return asked.compareTo(LONGEST) < 0 ? asked : LONGEST;
    }
}
