package caravana.web.http;

import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;

/** Bounds how many calls of a kind run at once: in all, and of one account. What is more is refused and never waits. */
public final class Places {

    private static final int RETRY_SECONDS = 5;

    private final String what;
    private final String code;
    private final Semaphore free;
    private final int perAccount;
    private final Map<UUID, Integer> byAccount = new ConcurrentHashMap<>();

    /**
     * @param what what runs in them, for the refusal: "uploads", say
     * @param code the refusal's code when an account has all that it may have
     * @param total how many run at once, 1 or more
     * @param perAccount how many of them may be one account's, 1 or more
     */
    public Places(String what, String code, int total, int perAccount) {
        this.what = what;
        this.code = code;
        this.free = new Semaphore(total);
        this.perAccount = perAccount;
    }

    /**
     * Takes a place, until {@link #leave}.
     *
     * @param caller null for a call without a token, which no account is charged for
     * @throws Problem 429 with the code of these places when the account has all that it may have; 503 {@code busy} when none
     *     is free
     */
    public void take(Caller caller) {
        if (caller != null && byAccount.merge(caller.id(), 1, Integer::sum) > perAccount) {
            discharge(caller);
            throw new Problem(
                    429,
                    code,
                    "This account has %d %s running; wait until one of them ends.".formatted(perAccount, what),
                    RETRY_SECONDS);
        }
        if (!free.tryAcquire()) {
            discharge(caller);
            throw new Problem(503, "busy", "Too many %s are running; try again in a moment.".formatted(what));
        }
    }

    /** Gives the place back. */
    public void leave(Caller caller) {
        free.release();
        discharge(caller);
    }

    private void discharge(Caller caller) {
        if (caller != null) {
            byAccount.computeIfPresent(caller.id(), (id, count) -> count == 1 ? null : count - 1);
        }
    }
}
