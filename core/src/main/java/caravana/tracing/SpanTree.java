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

    /** Who called, as OpenTelemetry has it. */
    enum Kind {
        SERVER,
        CONSUMER,
        INTERNAL
    }

    /** Where trees go that have ended. */
    interface Exporter {

        /**
         * Whether the spans of a trace are recorded.
         *
         * @param parent null when the trace begins here
         * @param traceId that of the parent, if any
         */
        boolean isSampled(TraceParent parent, String traceId, String name);

        /** Takes a tree that has ended. */
        void export(SpanTree tree);
    }

    /** Times of one tree: as exact between each other as the machine has them. */
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

    /** Begins a tree on this thread, in place of one that never ended. */
    static SpanTree begin(Exporter exporter, Kind kind, String name, TraceParent parent) {
        SpanTree tree = new SpanTree(exporter, kind, name, parent);
        CURRENT.set(tree);
        return tree;
    }

    /** That of this thread; null when what it does is not traced. */
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

    /** What {@link SpanTree#span} runs. */
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

    /** The span of the whole. */
    public Span root() {
        return root;
    }

    /** Calls the whole otherwise. */
    public void rename(String name) {
        root.rename(name);
    }

    /** What an outgoing message or a row says of the trace. */
    public synchronized TraceParent traceParent() {
        return self;
    }

    /** The span that this one continues from; null when the trace begins here. */
    synchronized TraceParent parent() {
        return parent;
    }

    /** Turns out to continue from that span, in that one's trace. */
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

    /** Turns out to continue from another span than it seemed, to which it keeps a link. */
    public synchronized void moveTo(TraceParent span) {
        if (parent != null) {
            links.add(parent);
        }
        belong(span, null);
    }

    /** Has to do with that span, which is not above it. */
    public synchronized void link(TraceParent span) {
        links.add(span);
    }

    /** The span of the whole gets that id, so that others can name it who have not seen it. */
    public synchronized void identify(Function<TraceParent, TraceParent> id) {
        belong(parent, id.apply(self));
    }

    /** The present step is the last of this tree. What follows is a tree of its own, which continues from this one. */
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

    /** The work is over, and with it the tree. */
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

    /** All of them, each after the one above it. */
    synchronized List<Span> spans() {
        return List.copyOf(spans);
    }

    synchronized List<TraceParent> links() {
        return List.copyOf(links);
    }
}
