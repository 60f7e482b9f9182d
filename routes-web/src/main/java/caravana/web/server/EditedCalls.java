package caravana.web.server;

import caravana.web.http.Problem;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.component.direct.DirectEndpoint;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * For {@code ./caravana up --watch}: reports the step of the routes at which a call with a 5xx answer failed, and later
 * that all such steps succeed again.
 */
@Component
@Profile("local")
@ConditionalOnProperty("caravana.routes.watch")
final class EditedCalls implements InterceptStrategy, RoutePolicyFactory {

    private static final Logger LOG = LoggerFactory.getLogger(EditedCalls.class);
    private static final String CALL = EditedCalls.class.getName() + ".call";
    private static final String STEP = EditedCalls.class.getName() + ".step";
    private static final String FAILURE = EditedCalls.class.getName() + ".failure";

    /** The steps at which calls failed, and which have not succeeded since. */
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    @Override
    public Processor wrapProcessorInInterceptors(
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

    /**
     * Handles the end of a step. The routes that called it fail with the same exception, which is reported only for the
     * step.
     */
    private void ended(String step, Exchange exchange) {
        Exception failure = exchange.getException();
        if (failure == null) {
            if (!failing.isEmpty() && failing.remove(step) && failing.isEmpty()) {
                LOG.info("Calls are answered again");
            }
        } else if (exchange.getProperty(FAILURE) != failure) {
            // Read here, because the answer replaces the headers.
            exchange.setProperty(
                    CALL,
                    exchange.getMessage().getHeader(Exchange.HTTP_METHOD) + " "
                            + exchange.getMessage().getHeader(Exchange.HTTP_URI));
            exchange.setProperty(STEP, step);
            exchange.setProperty(FAILURE, failure);
        }
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode definition) {
        return new RoutePolicySupport() {
            @Override
            public void onExchangeDone(Route route, Exchange exchange) {
                answered(exchange);
                if (exchange.getFromEndpoint() instanceof DirectEndpoint
                        && route.getRouteId().equals(exchange.getFromRouteId())) {
                    asked(exchange);
                }
            }
        };
    }

    /**
     * Handles the end of a route. A call may pass several routes; the first that ends with an answer reports the call.
     */
    private void answered(Exchange exchange) {
        Problem problem = exchange.getProperty("problem", Problem.class);
        if (problem != null && problem.getStatus() >= 500) {
            report(exchange, exchange.getProperty(CALL, String.class));
        }
    }

    /**
     * Handles the end of a route that the event streams call again and again. It answers no call; the same failure is
     * reported once.
     */
    private void asked(Exchange exchange) {
        Exception failure = exchange.getException();
        boolean refused = failure instanceof Problem problem && problem.getStatus() < 500;
        if (failure != null && !refused && !failing.contains(exchange.getProperty(STEP, String.class))) {
            report(exchange, "Route " + exchange.getFromRouteId());
        }
    }

    private void report(Exchange exchange, String what) {
        Object step = exchange.removeProperty(STEP);
        if (step != null) {
            failing.add(step.toString());
            LOG.warn("{}, step {}: {}", what, step, reason(exchange.getProperty(FAILURE, Exception.class)));
        }
    }

    private static String reason(Throwable failure) {
        Throwable root = failure;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        return root.getMessage() == null
                ? root.toString()
                : root.getMessage().lines().findFirst().orElse("");
    }
}
