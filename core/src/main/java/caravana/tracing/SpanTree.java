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

    /** OpenTelemetry's kind of the root span. */
    enum Kind {
        SERVER,
        CONSUMER,
        INTERNAL
    }

    /** Receives trees that have ended. */
    interface Exporter {

        /**
         * Whether the spans of a trace are recorded.
         *
         * @param parent null when the trace begins here
         * @param traceId that of the parent, if any
         */
        boolean isSampled(TraceParent parent, String traceId, String name);

        /** Exports a tree that has ended. */
        void export(SpanTree tree);
    }

    /** The clock of one tree: differences between its times are as exact as the machine measures them. */
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

    /** Begins a tree on this thread. It replaces one that never ended. */
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
     * Runs something as a span of its own, where this thread's work is traced.
     *
     * @param run gets the span, or null
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
         * Does it.
         *
         * @param span its span; null when nothing is traced
         */
        T with(Span span) throws E;
    }

    /** Begins a span below the one that is open. */
    synchronized Span begin(String name) {
        Span span = new Span(name, open, clock);
        spans.add(span);
        open = span;
        return span;
    }

    /** Ends a span, and those below it that were left open. When it was the last one open, the tree continues as {@link #goOnAs} said. */
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

    /** The span that this one continues from; null when the trace begins here. */
    synchronized TraceParent parent() {
        return parent;
    }

    /** Sets the parent of the root span: the tree continues the trace of that span. */
    public synchronized void continueFrom(TraceParent span) {
        belong(span, null);
    }

    /**
     * Turns out to be about something that has a trace already, as the next piece of an upload is: continues in that one, unless the caller
     * has a trace of its own, which then has a link to it.
     *
     * @param traceparent as a row has it; null for none
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

    /** Links to a related span, which is not its parent. */
    public synchronized void link(TraceParent span) {
        links.add(span);
    }

    /** Sets the id of the root span, so that others can calculate it without having seen it. */
    public synchronized void identify(Function<TraceParent, TraceParent> id) {
        belong(parent, id.apply(self));
    }

    /** Ends this tree with the current step. Later steps get a new tree, which continues the trace of this one. */
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
