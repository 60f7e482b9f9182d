package caravana.web.identity;

import java.time.Duration;

/**
 * One count that an attempt is part of: so many are free, each further one has to wait, twice as long as the one before.
 * Counted attempts are forgotten one after the other, all free ones within the window.
 *
 * @param key where it is counted
 * @param free attempts that need not wait
 * @param window how long it takes until that many attempts are forgotten
 * @param firstDelay the wait after the free attempts
 * @param maxDelay the longest wait
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
