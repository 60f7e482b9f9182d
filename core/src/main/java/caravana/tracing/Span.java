package caravana.tracing;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** One span of a {@link SpanTree}: a name, start, end, and attributes. Any thread may add attributes. */
public final class Span {

    /** The most events of a span; OpenTelemetry's SDK also keeps no more. */
    private static final int MOST_EVENTS = 128;

    /**
     * Something that happened during a span.
     *
     * @param nanos when it happened, in nanoseconds since 1970
     */
    record Event(String name, long nanos, Map<String, Object> attributes) {}

    private final Span parent;
    private final long started;
    private final SpanTree.Clock clock;
    private final Map<String, Object> attributes = new LinkedHashMap<>();
    private final List<Event> events = new ArrayList<>();
    private String name;
    private long ended;
    private String error;

    Span(String name, Span parent, SpanTree.Clock clock) {
        this.name = name;
        this.parent = parent;
        this.clock = clock;
        this.started = clock.nanos();
    }

    /** Sets an attribute to a text, a number or a boolean; null sets nothing. */
    public synchronized void attribute(String key, Object value) {
        if (value != null) {
            attributes.put(key, value);
        }
    }

    /** Adds an event at the current time. */
    public synchronized void event(String what, Map<String, Object> details) {
        if (events.size() < MOST_EVENTS) {
            events.add(new Event(what, clock.nanos(), Map.copyOf(details)));
        }
    }

    /** Marks the span as failed. Only the type of the failure is recorded: its text may quote data that must not be in a trace. */
    public synchronized void failed(String errorType) {
        error = errorType;
    }

    synchronized void rename(String newName) {
        name = newName;
    }

    synchronized void end() {
        if (ended == 0) {
            ended = clock.nanos();
        }
    }

    Span parent() {
        return parent;
    }

    synchronized String name() {
        return name;
    }

    long started() {
        return started;
    }

    synchronized long ended() {
        return ended;
    }

    /** Returns the type of the failure; null when there was none. */
    synchronized String error() {
        return error;
    }

    synchronized Map<String, Object> attributes() {
        return new LinkedHashMap<>(attributes);
    }

    synchronized List<Event> events() {
        return List.copyOf(events);
    }
}
