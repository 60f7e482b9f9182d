package caravana.web.events;

import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The events that one client has not received yet: the last state of each video and webhook, in the order in which they
 * were found. Not thread-safe.
 */
final class EventQueue {

    /**
     * The longest delay until the database shows a change, in milliseconds. A client that reconnects gets the changes
     * of this time again.
     */
    static final long OVERLAP_MILLIS = 30_000;

    private final Map<String, Event> waiting = new LinkedHashMap<>();

    /** The time until which the client has all changes, in milliseconds; null before the first change. */
    private Long told;

    /**
     * @param found the last state of a video or webhook
     * @param id the time until which the client has all changes once it has this event, in milliseconds; 0 or less
     *     when that is unknown
     */
    record Event(Found found, long id) {}

    /** @param told the id of the last event that the client has; null when it has none */
    EventQueue(Long told) {
        this.told = told;
    }

    /**
     * Adds states that were found at the same time. They replace waiting events of the same videos and webhooks.
     *
     * @param at the time in milliseconds
     */
    void add(List<? extends Found> found, long at) {
        if (told == null) {
            told = at - OVERLAP_MILLIS;
        }
        for (Found one : found) {
            waiting.remove(one.id());
            waiting.put(one.id(), new Event(one, at));
        }
    }

    /** Removes and returns the next event; null when there is none. */
    Event poll() {
        Iterator<Event> events = waiting.values().iterator();
        if (!events.hasNext()) {
            return null;
        }
        Event next = events.next();
        events.remove();
        // A client that returns with an event's id gets what was found later. Of events that were found at the same
        // time, the last alone may stand for all.
        if (!events.hasNext() || events.next().id() != next.id()) {
            told = next.id();
        }
        return new Event(next.found(), told);
    }

    boolean isEmpty() {
        return waiting.isEmpty();
    }

    int size() {
        return waiting.size();
    }

    void clear() {
        waiting.clear();
    }
}
