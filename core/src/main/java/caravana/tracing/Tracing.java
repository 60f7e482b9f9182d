package caravana.tracing;

import caravana.logging.TraceParent;
import java.util.function.Supplier;

/** Begins the {@link SpanTree}s of requests and messages; where tracing is off, there are none. */
public final class Tracing {

    private final Supplier<SpanTree.Exporter> exporter;

    /** @param exporter asked for with the first span; null when nothing is traced */
    Tracing(Supplier<SpanTree.Exporter> exporter) {
        this.exporter = exporter;
    }

    /**
     * A request has come, which this thread answers. One that only reads is traced when its caller says so: clients ask again and again
     * how far their videos are.
     *
     * @param method of HTTP
     * @param traceparent the header; null for none
     * @return null when it is not traced
     */
    public SpanTree request(String method, String name, String traceparent) {
        if (exporter == null) {
            return null;
        }
        TraceParent caller = TraceParent.read(traceparent);
        boolean reads = method.equals("GET") || method.equals("HEAD");
        if (reads && (caller == null || !caller.sampled())) {
            return null;
        }
        SpanTree tree = SpanTree.begin(exporter.get(), SpanTree.Kind.SERVER, name, caller);
        tree.root().attribute("http.request.method", method);
        return tree;
    }

    /**
     * A message has come, for which this thread works. Whose trace that is turns out later.
     *
     * @return null when nothing is traced
     */
    public SpanTree message(String name) {
        return exporter == null ? null : SpanTree.begin(exporter.get(), SpanTree.Kind.CONSUMER, name, null);
    }
}
