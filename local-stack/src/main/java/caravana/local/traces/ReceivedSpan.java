package caravana.local.traces;

import java.util.List;
import java.util.Map;

/**
 * A span that an app has sent.
 *
 * @param parentId id of the parent; empty for the root of a trace
 * @param service name of the app
 * @param started nanoseconds since 1970
 * @param ended nanoseconds since 1970
 * @param failed whether its status is an error
 */
public record ReceivedSpan(
        String traceId,
        String spanId,
        String parentId,
        String service,
        String name,
        long started,
        long ended,
        boolean failed,
        Map<String, String> attributes,
        List<Event> events,
        List<Link> links) {

    /**
     * Something that happened during the span.
     *
     * @param nanos since 1970
     */
    public record Event(String name, long nanos, Map<String, String> attributes) {}

    /** Another span that it has to do with. */
    public record Link(String traceId, String spanId) {}
}
