package caravana.web.server;

import caravana.routes.FailedStep;
import caravana.routes.StepEnds;
import caravana.web.http.Problem;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Route;
import org.apache.camel.spi.RoutePolicy;
import org.apache.camel.spi.RoutePolicyFactory;
import org.apache.camel.support.RoutePolicySupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.context.annotation.Profile;
import org.springframework.stereotype.Component;

/**
 * For {@code ./caravana up --watch}: says at which step of the routes a call failed that is answered 5xx, and when all such
 * steps succeed again.
 */
@Component
@Profile("local")
@ConditionalOnProperty("caravana.routes.watch")
final class EditedCalls implements StepEnds, RoutePolicyFactory {

    private static final Logger LOG = LoggerFactory.getLogger(EditedCalls.class);
    private static final String CALL = EditedCalls.class.getName() + ".call";

    /** Steps at which calls failed, and that have not succeeded since. */
    private final Set<String> failing = ConcurrentHashMap.newKeySet();

    @Override
    public void ended(String step, Exchange exchange) {
        if (exchange.getException() == null) {
            if (!failing.isEmpty() && failing.remove(step) && failing.isEmpty()) {
                LOG.info("Calls are answered again");
            }
        } else if (FailedStep.note(exchange, step)) {
            // Before the answer is made, which has other headers.
            exchange.setProperty(
                    CALL,
                    exchange.getMessage().getHeader(Exchange.HTTP_METHOD) + " "
                            + exchange.getMessage().getHeader(Exchange.HTTP_URI));
        }
    }

    @Override
    public RoutePolicy createRoutePolicy(CamelContext context, String routeId, NamedNode definition) {
        return new RoutePolicySupport() {
            @Override
            public void onExchangeDone(Route route, Exchange exchange) {
                answered(exchange);
            }
        };
    }

    /** Each route ends that the call went through; the first that ends with an answer reports it. */
    private void answered(Exchange exchange) {
        Problem problem = exchange.getProperty("problem", Problem.class);
        if (problem == null || problem.getStatus() < 500) {
            return;
        }
        Object call = exchange.removeProperty(CALL);
        if (call == null) {
            return;
        }
        FailedStep failed = FailedStep.last(exchange);
        failing.add(failed.step());
        LOG.warn("{}, step {}: {}", call, failed.step(), reason(failed.failure()));
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
