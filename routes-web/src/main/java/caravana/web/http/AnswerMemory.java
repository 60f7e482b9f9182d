package caravana.web.http;

import java.util.HashMap;
import java.util.Map;

/** Bounds how much of the heap answers may occupy until their clients have taken them: in all, and of one owner. */
final class AnswerMemory {

    private final long total;
    private final long perOwner;
    private final Map<String, Long> byOwner = new HashMap<>();
    private long taken;

    /**
     * @param total bytes of all answers
     * @param perOwner bytes of one owner's, so that nobody keeps others' answers out
     */
    AnswerMemory(long total, long perOwner) {
        this.total = total;
        this.perOwner = perOwner;
    }

    /** Who answers are charged to, and where. */
    record Owner(AnswerMemory memory, String name) {

        boolean take(long bytes) {
            return memory.take(name, bytes);
        }

        void giveBack(long bytes) {
            memory.giveBack(name, bytes);
        }
    }

    /** An account, or a source of clients without one. */
    Owner owner(String name) {
        return new Owner(this, name);
    }

    /**
     * Takes memory, until {@link #giveBack}.
     *
     * @return false when there is not that much left; nothing is taken then
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
