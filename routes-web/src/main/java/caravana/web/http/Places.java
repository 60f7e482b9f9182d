package caravana.web.http;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/**
 * Limits how many calls of a kind run concurrently, in total and for each owner. Further calls are refused; none waits.
 */
public final class Places {

    private static final int RETRY_SECONDS = 5;

    private final String policy;
    private final String what;
    private final String ownedBy;
    private final String code;
    private final Semaphore free;
    private final int perOwner;
    private final Map<Object, Integer> byOwner = new ConcurrentHashMap<>();

    /**
     * @param policy the name of the limit of one owner, see {@link RateLimit}
     * @param what the calls in the plural, for the refusal, such as "uploads"
     * @param ownedBy the owner, for the refusal, such as "This account"
     * @param code the refusal's code when an owner has reached its limit
     * @param total most concurrent calls, 1 or more
     * @param perOwner most concurrent calls of one owner, 1 or more
     */
    public Places(String policy, String what, String ownedBy, String code, int total, int perOwner) {
        this.policy = policy;
        this.what = what;
        this.ownedBy = ownedBy;
        this.code = code;
        this.free = new Semaphore(total);
        this.perOwner = perOwner;
    }

    /**
     * Takes a place, which the caller gives back with {@link #leave}.
     *
     * @param owner an account's id, or a {@link Source}
     * @throws Problem 429 with the code of these places when the owner has reached its limit; 503 {@code busy} when
     *     no place is free
     */
    public void take(Object owner) {
        if (byOwner.merge(owner, 1, Integer::sum) > perOwner) {
            discharge(owner);
            throw new TooMany(
                    code,
                    "%s has %d %s running; wait until one of them ends.".formatted(ownedBy, perOwner, what),
                    RETRY_SECONDS,
                    RateLimit.atOnce(policy, perOwner, 0));
        }
        if (!free.tryAcquire()) {
            discharge(owner);
            throw new Problem(503, "busy", "Too many %s are running; try again in a moment.".formatted(what));
        }
    }

    /** Returns how many more places an owner may take now. */
    public RateLimit rateLimit(Object owner) {
        return RateLimit.atOnce(policy, perOwner, Math.max(0, perOwner - byOwner.getOrDefault(owner, 0)));
    }

    /** Gives a place back. */
    public void leave(Object owner) {
        free.release();
        discharge(owner);
    }

    private void discharge(Object owner) {
        byOwner.computeIfPresent(owner, (key, count) -> count == 1 ? null : count - 1);
    }
}
