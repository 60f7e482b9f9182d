package caravana.routes;

import java.util.concurrent.atomic.AtomicReference;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.springframework.stereotype.Component;

/**
 * Turns an {@link Error} that a step throws into the exception of its exchange, like any other failure. Without this,
 * Camel treats the step as done, and the error passes through the route and its consumer: {@code onException} does not
 * run, and what the exchange holds, such as a claim or a connection, is not released.
 */
@Component
public class ErrorsAsFailures implements InterceptStrategy {

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor next) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                AtomicReference<State> state = new AtomicReference<>(State.RUNNING);
                boolean doneNow;
                try {
                    doneNow = super.process(exchange, inThisCall -> {
                        // For a step that ends within this call, only the return value shows that it has not thrown
                        // an error.
                        if (!inThisCall || !state.compareAndSet(State.RUNNING, State.DONE)) {
                            callback.done(inThisCall);
                        }
                    });
                } catch (Error e) {
                    exchange.setException(e);
                    state.set(State.DONE);
                    doneNow = true;
                }
                if (state.compareAndSet(State.RUNNING, State.RETURNED)) {
                    return doneNow;
                }
                callback.done(true);
                return true;
            }
        };
    }

    private enum State {
        RUNNING,
        DONE,
        RETURNED
    }
}
