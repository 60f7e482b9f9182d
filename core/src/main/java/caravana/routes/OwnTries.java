package caravana.routes;

import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.springframework.stereotype.Component;

/**
 * Lets each step count its own tries. Camel counts them in message headers: a step that removes all headers would be
 * tried without end, and the tries of one step would reduce those of the next. So a step gets the message without these
 * headers, and a failed step gets its own count back before Camel's error handler reads it.
 */
@Component
public class OwnTries implements InterceptStrategy {

    private static final String[] HEADERS = {
        Exchange.REDELIVERY_COUNTER, Exchange.REDELIVERED, Exchange.REDELIVERY_MAX_COUNTER
    };

    private static final AtomicLong STEPS = new AtomicLong();

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor next) {
        // The step object and not its id: a reload creates another step while exchanges are still in the old one.
        String failures = "caravana.tries." + STEPS.incrementAndGet();
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                Map<String, Object> found = take(exchange.getIn());
                boolean again = isNext(exchange.getProperty(failures, Integer.class), found);
                return super.process(exchange, doneSync -> {
                    if (exchange.getException() != null) {
                        take(exchange.getIn());
                        if (again) {
                            exchange.getIn().getHeaders().putAll(found);
                        }
                        exchange.setProperty(failures, again ? found.get(Exchange.REDELIVERY_COUNTER) : 0);
                    } else if (again) {
                        exchange.removeProperty(failures);
                    }
                    callback.done(doneSync);
                });
            }
        };
    }

    /** Returns whether the headers count the try that follows the last failure of this step. */
    private static boolean isNext(Integer before, Map<String, Object> found) {
        return before != null && Integer.valueOf(before + 1).equals(found.get(Exchange.REDELIVERY_COUNTER));
    }

    /** Removes Camel's counts from the message, and returns them. */
    private static Map<String, Object> take(Message message) {
        if (!message.hasHeaders() || message.getHeader(Exchange.REDELIVERY_COUNTER) == null) {
            return Map.of();
        }
        Map<String, Object> found = new HashMap<>();
        for (String header : HEADERS) {
            Object value = message.removeHeader(header);
            if (value != null) {
                found.put(header, value);
            }
        }
        return found;
    }
}
