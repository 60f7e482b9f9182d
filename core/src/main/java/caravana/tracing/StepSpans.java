package caravana.tracing;

import java.util.Set;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Records a span for each step that does work, named by the step's id. Steps that only set a value or choose a branch
 * get none, because they would hide the others.
 */
final class StepSpans implements InterceptStrategy {

    private static final Set<String> TRACED = Set.of("to", "toD", "bean", "enrich", "pollEnrich", "poll");

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor next) {
        if (!TRACED.contains(definition.getShortName())) {
            return target;
        }
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                SpanTree tree = SpanTree.current();
                if (tree == null) {
                    return super.process(exchange, callback);
                }
                Span span = tree.begin(definition.getId());
                return super.process(exchange, doneSync -> {
                    tree.end(span, exchange.getException());
                    callback.done(doneSync);
                });
            }
        };
    }
}
