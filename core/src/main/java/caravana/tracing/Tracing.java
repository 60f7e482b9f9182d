package caravana.tracing;

import caravana.logging.TraceParent;
import java.util.function.Supplier;

/** Begins the {@link SpanTree} of a request or a message. When tracing is off, it begins none. */
public final class Tracing {

    private final Supplier<SpanTree.Exporter> exporter;

    /** @param exporter is called for the first span; null when nothing is traced */
    Tracing(Supplier<SpanTree.Exporter> exporter) {
        this.exporter = exporter;
    }

    /**
     * Begins the tree of a request that this thread answers. A GET or HEAD request is traced only when its caller's
     * trace is sampled, because clients poll the progress of their videos.
     *
     * @param method HTTP method
     * @param name of the root span
     * @param traceparent the request's header; null for none
     * @return null when the request is not traced
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
     * Begins the tree of a message that this thread processes. Its trace is set later, when it is known.
     *
     * @param name of the root span
     * @return null when nothing is traced
     */
    public SpanTree message(String name) {
        return exporter == null ? null : SpanTree.begin(exporter.get(), SpanTree.Kind.CONSUMER, name, null);
    }
}
