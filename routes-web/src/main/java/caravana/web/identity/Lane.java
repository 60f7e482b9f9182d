package caravana.web.identity;

import java.time.Duration;

/**
 * One counter with a limit, which an attempt increases. Below the limit, attempts are free; above it, each further
 * attempt waits twice as long as the previous one. Counted attempts are forgotten one after the other, all free ones
 * within the window.
 *
 * @param key name of the counter
 * @param free attempts that need not wait
 * @param window time after which that many attempts are forgotten
 * @param firstDelay wait of the first attempt above the limit
 * @param maxDelay longest wait
 */
record Lane(String key, int free, Duration window, Duration firstDelay, Duration maxDelay) {

    /** Milliseconds after which one attempt is forgotten. */
    long stepMillis() {
        return Math.max(1, window.toMillis() / free);
    }

    /** Milliseconds that the next attempt has to wait once that many are counted. */
    long delayMillis(long counted) {
        if (counted < free) {
            return 0;
        }
        double doubled = firstDelay.toMillis() * Math.pow(2, counted - free);
        return (long) Math.min(doubled, maxDelay.toMillis());
    }
}
