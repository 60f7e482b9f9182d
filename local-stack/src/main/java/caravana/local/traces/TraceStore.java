package caravana.local.traces;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The newest traces, in memory. */
public final class TraceStore {

    private final int mostTraces;
    private final int mostSpans;
    private final Map<String, List<ReceivedSpan>> traces = new LinkedHashMap<>();
    private int spans;

    /**
     * @param mostTraces that are kept; the one that has grown last is the newest
     * @param mostSpans that are kept, of all traces together
     */
    public TraceStore(int mostTraces, int mostSpans) {
        this.mostTraces = mostTraces;
        this.mostSpans = mostSpans;
    }

    synchronized void add(ReceivedSpan span) {
        List<ReceivedSpan> trace = traces.remove(span.traceId());
        if (trace == null) {
            trace = new ArrayList<>();
        }
        // A sender that has not received the answer sends the same spans again.
        if (trace.stream().noneMatch(kept -> kept.spanId().equals(span.spanId()))) {
            trace.add(span);
            spans++;
        }
        traces.put(span.traceId(), trace);
        Iterator<List<ReceivedSpan>> oldest = traces.values().iterator();
        while (traces.size() > mostTraces || spans > mostSpans) {
            spans -= oldest.next().size();
            oldest.remove();
        }
    }

    /** By id, the newest last. */
    public synchronized Map<String, List<ReceivedSpan>> traces() {
        Map<String, List<ReceivedSpan>> copy = new LinkedHashMap<>();
        traces.forEach((id, spans) -> copy.put(id, List.copyOf(spans)));
        return copy;
    }

    /** Empty when it is not there, or not any more. */
    public synchronized List<ReceivedSpan> trace(String id) {
        return List.copyOf(traces.getOrDefault(id, List.of()));
    }
}
