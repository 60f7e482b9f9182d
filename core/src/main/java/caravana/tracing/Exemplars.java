package caravana.tracing;

import io.prometheus.metrics.tracer.common.SpanContext;

/**
 * Adds an example trace to each bucket of a histogram (an exemplar), so that a slow call on a dashboard leads to its
 * trace.
 */
final class Exemplars implements SpanContext {

    @Override
    public String getCurrentTraceId() {
        SpanTree tree = SpanTree.current();
        return tree == null ? null : tree.traceParent().traceId();
    }

    @Override
    public String getCurrentSpanId() {
        SpanTree tree = SpanTree.current();
        return tree == null ? null : tree.traceParent().spanId();
    }

    @Override
    public boolean isCurrentSpanSampled() {
        SpanTree tree = SpanTree.current();
        return tree != null && tree.traceParent().sampled();
    }

    @Override
    public void markCurrentSpanAsExemplar() {
        SpanTree tree = SpanTree.current();
        if (tree != null) {
            tree.root().attribute(EXEMPLAR_ATTRIBUTE_NAME, EXEMPLAR_ATTRIBUTE_VALUE);
        }
    }
}
