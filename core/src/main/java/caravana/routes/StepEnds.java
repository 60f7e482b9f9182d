package caravana.routes;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/** Learns of the end of each step of the routes. */
public interface StepEnds extends InterceptStrategy {

    /**
     * A step has ended.
     *
     * @param step its id
     * @param exchange with the failure, if it failed
     */
    void ended(String step, Exchange exchange);

    @Override
    default Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor next) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                return super.process(exchange, doneSync -> {
                    ended(definition.getId(), exchange);
                    callback.done(doneSync);
                });
            }
        };
    }
}
