package caravana.web.identity;

import java.time.Duration;

/**
 * A counter of attempts with a limit. Attempts below the limit need not wait. Each attempt above it waits twice as long
 * as the previous one. Counted attempts are forgotten one by one, at a rate of {@code free} attempts in a window.
 *
 * @param key name of the counter
 * @param free attempts that need not wait
 * @param window time after which that many attempts are forgotten
 * @param firstDelay wait of the first attempt above the limit
 * @param maxDelay longest wait
 */
record Lane(String key, int free, Duration window, Duration firstDelay, Duration maxDelay) {

    /** Returns the milliseconds after which one attempt is forgotten. */
    long stepMillis() {
        return Math.max(1, window.toMillis() / free);
    }

    /** Returns the milliseconds that the next attempt must wait when so many are counted. */
    long delayMillis(long counted) {
        if (counted < free) {
            return 0;
        }
        double doubled = firstDelay.toMillis() * Math.pow(2, counted - free);
        return (long) Math.min(doubled, maxDelay.toMillis());
    }
}
