package caravana.local.traces;

import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The newest traces, in memory. */
public final class TraceStore {

    /** Of a longer one, the first spans are kept: a page with more of them helps nobody. */
    private static final int MOST_SPANS = 5_000;

    private final int most;
    private final Map<String, List<ReceivedSpan>> traces = new LinkedHashMap<>();

    /** @param most traces that are kept; the one that has grown last is the newest */
    public TraceStore(int most) {
        this.most = most;
    }

    synchronized void add(ReceivedSpan span) {
        List<ReceivedSpan> spans = traces.remove(span.traceId());
        if (spans == null) {
            spans = new ArrayList<>();
        }
        if (spans.size() < MOST_SPANS) {
            spans.add(span);
        }
        traces.put(span.traceId(), spans);
        Iterator<String> oldest = traces.keySet().iterator();
        while (traces.size() > most) {
            oldest.next();
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
