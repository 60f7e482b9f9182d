package caravana.worker.intake;

import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.springframework.stereotype.Component;

/** Records the step at which an exchange failed. Camel itself forgets it when the failure leaves the step. */
@Component("stepTrail")
public class StepTrail implements InterceptStrategy {

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor next) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                return super.process(exchange, doneSync -> {
                    FailedStep.note(exchange, definition.getId());
                    callback.done(doneSync);
                });
            }
        };
    }

    /** Returns the id of the step at which the exchange failed last; null when no step has failed. */
    public String failedStep(Exchange exchange) {
        FailedStep failed = FailedStep.last(exchange);
        return failed == null ? null : failed.step();
    }
}
