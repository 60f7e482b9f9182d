package caravana.web.server;

import caravana.web.caller.Caller;
import caravana.web.caller.Callers;
import caravana.web.http.Source;
import jakarta.servlet.http.HttpServletRequest;
import java.util.HashMap;
import java.util.Map;

/**
 * Limits the heap for requests and answers that wait for their clients: for all accounts together, for all clients
 * without an account together, and a quarter of each for one account or source.
 */
final class ClientMemory {

    private static final int SHARES = 4;

    private final Pool ofAccounts;
    private final Pool ofSources;

    /**
     * @param bytes the limit for all accounts together; the same limit applies to all clients without an account
     *     together
     */
    ClientMemory(long bytes) {
        ofAccounts = new Pool(bytes, bytes / SHARES);
        ofSources = new Pool(bytes, bytes / SHARES);
    }

    /** Returns the owner whose memory the request of this thread uses. */
    Owner owner(HttpServletRequest request) {
        Caller caller = Callers.current();
        return caller == null
                ? new Owner(ofSources, Source.of(request.getRemoteAddr()))
                : new Owner(ofAccounts, caller.getId());
    }

    /** An owner of memory, and the pool that it belongs to. */
    record Owner(Pool memory, String name) {

        /**
         * Takes memory.
         *
         * @return false when there is not enough left; then nothing is taken
         */
        boolean take(long bytes) {
            return memory.take(name, bytes);
        }

        void giveBack(long bytes) {
            memory.giveBack(name, bytes);
        }
    }

    /** Memory that owners share. */
    static final class Pool {

        private final long total;
        private final long perOwner;
        private final Map<String, Long> byOwner = new HashMap<>();
        private long taken;

        /**
         * @param total bytes of all owners
         * @param perOwner bytes of one owner, so that one owner cannot take all
         */
        Pool(long total, long perOwner) {
            this.total = total;
            this.perOwner = perOwner;
        }

        /**
         * Takes memory, which the caller returns with {@link #giveBack}.
         *
         * @return false when there is not enough left; then nothing is taken
         */
        synchronized boolean take(String owner, long bytes) {
            long owned = byOwner.getOrDefault(owner, 0L);
            if (taken + bytes > total || owned + bytes > perOwner) {
                return false;
            }
            taken += bytes;
            byOwner.put(owner, owned + bytes);
            return true;
        }

        synchronized void giveBack(String owner, long bytes) {
            taken -= bytes;
            byOwner.computeIfPresent(owner, (key, owned) -> owned == bytes ? null : owned - bytes);
        }
    }
}
