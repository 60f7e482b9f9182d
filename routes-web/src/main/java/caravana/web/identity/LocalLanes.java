package caravana.web.identity;

import java.time.Clock;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The counters of this node, with the same rules as the script of {@link Lanes} in Redis. When there are too many
 * counters, the oldest ones are dropped.
 */
final class LocalLanes {

    private static final int ENTRIES = 10_000;

    private final Clock clock;
    private final Map<String, State> states = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, State> eldest) {
            return size() > ENTRIES;
        }
    };

    LocalLanes(Clock clock) {
        this.clock = clock;
    }

    /** Times in milliseconds. */
    private record State(long counted, long since, long next) {

        State at(long now, long step) {
            long forgotten = Math.min(counted, (now - since) / step);
            long left = counted - forgotten;
            return new State(left, left == 0 ? now : since + forgotten * step, next);
        }
    }

    /**
     * Counts an attempt. Returns the milliseconds to wait when it must wait; otherwise the negative number of further
     * attempts that need not wait.
     */
    synchronized long reserve(List<Lane> lanes) {
        long now = clock.millis();
        List<State> current = lanes.stream()
                .map(lane -> state(lane).at(now, lane.stepMillis()))
                .toList();
        long wait =
                current.stream().mapToLong(state -> state.next() - now).max().orElse(0);
        if (wait > 0) {
            return wait;
        }
        long left = Long.MAX_VALUE;
        for (int i = 0; i < lanes.size(); i++) {
            State state = current.get(i);
            long counted = state.counted() + 1;
            left = Math.min(left, Math.max(0, lanes.get(i).free() - counted));
            states.put(
                    lanes.get(i).key(),
                    new State(counted, state.since(), now + lanes.get(i).delayMillis(counted)));
        }
        return -left;
    }

    synchronized void giveBack(List<Lane> lanes) {
        for (Lane lane : lanes) {
            State state = state(lane);
            if (state.counted() > 1) {
                states.put(lane.key(), new State(state.counted() - 1, state.since(), 0));
            } else {
                states.remove(lane.key());
            }
        }
    }

    private State state(Lane lane) {
        return states.getOrDefault(lane.key(), new State(0, clock.millis(), 0));
    }
}
