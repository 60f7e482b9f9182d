package caravana.tracing;

import caravana.logging.LogContext;
import caravana.logging.TraceParent;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/**
 * The spans of one request, or of one part of a job, from its first step to its last. The tree is exported as a whole
 * when it ends: only then is its trace certain, and each exported span has its parent.
 *
 * <p>A tree belongs to the thread that began it, because a route runs on one thread. When tracing is off,
 * {@link #current} is null.
 */
public final class SpanTree {

    /** The kind of the root span, in OpenTelemetry's terms. */
    enum Kind {
        SERVER,
        CONSUMER,
        INTERNAL
    }

    /** Receives trees that have ended. */
    interface Exporter {

        /**
         * Returns whether the spans of a trace are recorded.
         *
         * @param parent the span that the tree continues; null when the trace begins here
         * @param traceId id of the parent's trace, or of the new trace
         */
        boolean isSampled(TraceParent parent, String traceId, String name);

        /** Exports a tree that has ended. */
        void export(SpanTree tree);
    }

    /** The clock of one tree. All its times come from one monotonic clock, so differences between them are exact. */
    static final class Clock {

        private final long offset = System.currentTimeMillis() * 1_000_000 - System.nanoTime();

        /** Nanoseconds since 1970. */
        long nanos() {
            return offset + System.nanoTime();
        }
    }

    private static final ThreadLocal<SpanTree> CURRENT = new ThreadLocal<>();

    private final Exporter exporter;
    private final Kind kind;
    private final Clock clock = new Clock();
    private final Span root;
    private final List<Span> spans = new ArrayList<>();
    private final List<TraceParent> links = new ArrayList<>();
    private Span open;
    private TraceParent parent;
    private TraceParent self;
    private String next;

    private SpanTree(Exporter exporter, Kind kind, String name, TraceParent parent) {
        this.exporter = exporter;
        this.kind = kind;
        this.root = new Span(name, null, clock);
        this.open = root;
        spans.add(root);
        belong(parent, null);
    }

    /** Begins a tree on this thread. It replaces a tree of this thread that was not ended. */
    static SpanTree begin(Exporter exporter, Kind kind, String name, TraceParent parent) {
        SpanTree tree = new SpanTree(exporter, kind, name, parent);
        CURRENT.set(tree);
        return tree;
    }

    /** The tree of this thread; null when its work is not traced. */
    public static SpanTree current() {
        return CURRENT.get();
    }

    /**
     * Runs something as a separate span, if this thread's work is traced.
     *
     * @param run receives the span; null when nothing is traced
     */
    public static <T, E extends Exception> T span(String name, Work<T, E> run) throws E {
        SpanTree tree = current();
        if (tree == null) {
            return run.with(null);
        }
        Span span = tree.begin(name);
        Throwable failure = null;
        try {
            return run.with(span);
        } catch (Throwable t) {
            failure = t;
            throw t;
        } finally {
            tree.end(span, failure);
        }
    }

    /** The work of {@link SpanTree#span}. */
    @FunctionalInterface
    public interface Work<T, E extends Exception> {

        /**
         * Does the work.
         *
         * @param span the span of the work; null when nothing is traced
         */
        T with(Span span) throws E;
    }

    /** Begins a span below the current one. */
    synchronized Span begin(String name) {
        Span span = new Span(name, open, clock);
        spans.add(span);
        open = span;
        return span;
    }

    /**
     * Ends a span, and the spans below it that are still open. If it was the last open span, the tree continues as
     * {@link #goOnAs} was called.
     */
    synchronized void end(Span span, Throwable failure) {
        if (failure != null) {
            span.failed(failure.getClass().getName());
        }
        for (Span left = open; left != span.parent() && left != null; left = left.parent()) {
            left.end();
        }
        span.end();
        open = span.parent() == null ? root : span.parent();
        if (next != null && open == root) {
            goOn();
        }
    }

    /** The root span. */
    public Span root() {
        return root;
    }

    /** Renames the root span. */
    public void rename(String name) {
        root.rename(name);
    }

    /** The trace context for an outgoing message or a row. */
    public synchronized TraceParent traceParent() {
        return self;
    }

    /** Returns the span that this tree continues; null when the trace begins here. */
    synchronized TraceParent parent() {
        return parent;
    }

    /** Sets the parent of the root span: the tree continues the trace of that span. */
    public synchronized void continueFrom(TraceParent span) {
        belong(span, null);
    }

    /**
     * Continues the trace of something that has one already, such as the upload that the request's piece belongs to. If
     * the caller sent a trace of its own, the tree stays in the caller's trace and links to the other one.
     *
     * @param traceparent the trace context as a row has it; null for none
     */
    public static void join(String traceparent) {
        SpanTree tree = current();
        TraceParent found = TraceParent.read(traceparent);
        if (tree == null
                || found == null
                || found.traceId().equals(tree.traceParent().traceId())) {
            return;
        }
        if (tree.parent() == null) {
            tree.continueFrom(found);
            LogContext.put(LogContext.TRACE_ID, found.traceId());
        } else {
            tree.link(found);
        }
    }

    /** Replaces the parent of the root span by another one, and links to the earlier parent. */
    public synchronized void moveTo(TraceParent span) {
        if (parent != null) {
            links.add(parent);
        }
        belong(span, null);
    }

    /** Links to a related span that is not its parent. */
    public synchronized void link(TraceParent span) {
        links.add(span);
    }

    /** Sets the id of the root span, so that other processes can calculate the id without receiving it. */
    public synchronized void identify(Function<TraceParent, TraceParent> id) {
        belong(parent, id.apply(self));
    }

    /**
     * Ends this tree with the current step. Later steps get a new tree, which continues this trace.
     *
     * @param name of the new tree's root span
     */
    public synchronized void goOnAs(String name) {
        next = name;
    }

    private void belong(TraceParent span, TraceParent id) {
        parent = span;
        TraceParent given = id != null ? id : span == null ? TraceParent.create(true) : span.another();
        self = new TraceParent(
                given.traceId(), given.spanId(), exporter.isSampled(parent, given.traceId(), root.name()));
    }

    private void goOn() {
        String name = next;
        finish();
        SpanTree following = begin(exporter, Kind.INTERNAL, name, self);
        root.attributes().forEach(following.root::attribute);
    }

    /** Ends the tree. */
    public synchronized void finish() {
        for (Span left = open; left != null; left = left.parent()) {
            left.end();
        }
        CURRENT.remove();
        if (self.sampled()) {
            exporter.export(this);
        }
    }

    Kind kind() {
        return kind;
    }

    /** All spans, each after its parent. */
    synchronized List<Span> spans() {
        return List.copyOf(spans);
    }

    synchronized List<TraceParent> links() {
        return List.copyOf(links);
    }
}
